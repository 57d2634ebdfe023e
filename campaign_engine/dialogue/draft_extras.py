"""What an organizer may do with a draft beside answering its questions: a map, a picture, rooms, a step back."""

from typing import Any

from campaign_engine.dialogue.draft_steps import (
    ask,
    ask_picture,
    begin,
    editable,
    next_field,
    picture_question,
    precincts_of,
    saved,
    seeing,
    with_changes,
)
from campaign_engine.dialogue.drafting_intents import (
    FetchPicture,
    KeepPicture,
    ShowChannels,
    ShowMap,
    ShowRooms,
    UndoDraft,
)
from campaign_engine.dialogue.flow import column, idle, named, number, option, say, waits
from campaign_engine.dialogue.intents import ChangeDraft, DropDraft, Intent
from campaign_engine.dialogue.state import Context, Draft, State, Step
from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.message import Inbound, Option, Reply
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, TargetKind, TargetRule

_NUMBERS_IN_A_ROW = 5


def choice(state: State, data: str, context: Context, draft: Draft) -> Step | None:
    """A button of this file; None for others."""
    head, _, value = data.partition(":")
    if head == "o":
        return _whole(state, value, context, draft)
    if head == "bk" and value in editable(draft):
        return ask(state, value, context)
    if draft.kind == CampaignKind.AFTERMATH:
        return None
    makers = {"mp": _map, "pk": _pick, "pi": _picture_choice, "wr": _rooms}
    return makers[head](state, value, context, draft) if head in makers else _preview(state, head, value)


def edit(state: State, field: str, draft: Draft) -> Step | None:
    """A field that is no question of the ordinary way; None for those that are."""
    if field == "picture":
        return ask_picture(state, draft)
    seen = waits(idle(state), "organize", "review")
    return say(seen, intents=(ShowRooms(draft.campaign_id),)) if field == "rooms" else None


def _whole(state: State, value: str, context: Context, draft: Draft) -> Step | None:
    """Undo, and throwing away, which takes one tap more."""
    if value == "undo":
        undo: tuple[Intent, ...] = (UndoDraft(),)
        if not draft.before:
            return say(state, Reply("organize.nothing_to_undo"))
        # What comes back is asked for again where it was empty.
        field = next_field(with_changes(draft, dict(draft.before)), "")
        return ask(state, field, seeing(context, with_changes(draft, dict(draft.before))), *undo)
    if value == "drop":
        sure = ((option("organize.drop_yes", "o:drop:yes"), option("organize.drop_no", "o:new")),)
        return say(state, Reply("organize.drop_sure", {"title": draft.title, "live": draft.live}, sure))
    if value == "drop:yes":
        return say(idle(state), Reply("organize.dropped"), intents=(DropDraft(),))
    return None


def _preview(state: State, head: str, value: str) -> Step | None:
    first, _, channel = value.partition(":")
    campaign = number(first)
    return say(state, intents=(ShowChannels(campaign, channel),)) if head == "pc" and campaign is not None else None


def _map(state: State, _value: str, context: Context, draft: Draft) -> Step:
    """The question stays open below it."""
    return ask(state, "targets", context, ShowMap(precincts_of(draft, context)))


def _pick(state: State, value: str, context: Context, draft: Draft) -> Step | None:
    """Precincts one by one: a borough, then a switch for each; what is chosen is kept at every tap."""
    if not value:
        boroughs = column(*(named(name, f"pk:{name}") for name in context.places.boroughs()))
        back = (option("organize.back", "ed:targets"),)
        return say(state, Reply("organize.pick_borough", options=(*boroughs, back), edits=True))
    if value == "done":
        return ask(state, next_field(draft, "targets"), context) if draft.targets else begin(state, context)
    if value in context.places.boroughs():
        return say(state, _pick_page(value, _listed(draft), context))
    pressed = number(value)
    if pressed not in PRECINCT_NUMBERS or pressed is None:
        return None
    chosen = tuple(one for one in _listed(draft) if one != pressed)
    chosen = chosen if pressed in _listed(draft) else tuple(sorted((*chosen, pressed)))
    if not chosen:
        return say(state, Reply("organize.pick_one", options=((option("organize.back", "pk"),),)))
    targets = TargetRule(TargetKind.PRECINCTS, precincts=chosen).as_json()
    borough = next(name for name in context.places.boroughs() if pressed in dict(context.places.precincts(name)))
    return say(
        waits(idle(state), "organize", "targets"),
        _pick_page(borough, chosen, context),
        intents=(ChangeDraft({"targets": targets}),),
    )


def _listed(draft: Draft) -> tuple[int, ...]:
    """A list that was begun; a borough or the top is no list, and the first tap begins one."""
    rule = TargetRule.from_json(draft.targets) if draft.targets is not None else None
    return rule.precincts if rule is not None and rule.kind is TargetKind.PRECINCTS else ()


def _pick_page(borough: str, chosen: tuple[int, ...], context: Context) -> Reply:
    switches = [
        Option(
            label="organize.precinct_on" if one in chosen else "organize.precinct_off",
            data=f"pk:{one}",
            values={"number": one},
        )
        for one, _ in sorted(context.places.precincts(borough))
    ]
    starts = range(0, len(switches), _NUMBERS_IN_A_ROW)
    rows = tuple(tuple(switches[start : start + _NUMBERS_IN_A_ROW]) for start in starts)
    done = (option("organize.pick_other", "pk"), option("organize.pick_done", "pk:done"))
    return Reply("organize.pick", {"borough": borough, "chosen": chosen}, (*rows, done), edits=True)


def _picture_choice(state: State, value: str, context: Context, draft: Draft) -> Step | None:
    if value == "ask":
        return ask_picture(state, draft)
    if value == "sure":
        return say(waits(idle(state), "organize", "picture", sure=True), picture_question(draft))
    if value != "no":
        return None
    skipped = {"skipped": [*draft.skipped, *({"picture"} - {*draft.skipped})]}
    return saved(state, "picture", {"picture": None, **skipped} if draft.picture else skipped, context)


def picture_sent(state: State, inbound: Inbound, context: Context, draft: Draft) -> Step | None:
    """At any question of a draft; a check-in has none, and one of a memorial is asked about first (safety I2)."""
    if draft.kind == CampaignKind.AFTERMATH:
        return say(state, Reply("organize.no_picture_here"))
    if draft.kind == CampaignKind.MEMORIAL and not state.data.get("sure"):
        return ask_picture(state, draft)
    picture = inbound.picture
    if picture is None:
        return say(state, intents=(FetchPicture(),)) if inbound.sent is not None else None
    changes: dict[str, Any] = {"picture": {"key": picture.key, "alt": {}}}
    return saved(state, "", changes, context, KeepPicture(picture))


def words_of_picture(draft: Draft, language: str, typed: str) -> dict[str, Any] | None:
    """What it shows, in one language; None where there is no picture."""
    if draft.picture is None:
        return None
    return {"picture": {**draft.picture, "alt": {**draft.picture["alt"], language: typed}}}


def _rooms(state: State, value: str, context: Context, draft: Draft) -> Step | None:
    """A switch per room, kept at every tap; which rooms there are is known to the service."""
    asked = state.field == "rooms"
    if value == "done":
        return ask(state, next_field(draft, "rooms" if asked else ""), context)
    room = number(value)
    if room is None:
        return None
    without = {*draft.without_rooms} ^ {room}
    change = ChangeDraft({"without_rooms": sorted(without)})
    return say(state, intents=(change, ShowRooms(draft.campaign_id, asked=asked)))
