"""Plays a conversation against the pure dialogue: applies intents to a person as the services would."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from campaign_engine.dialogue import intents as wanted
from campaign_engine.dialogue.ally_intents import SetSite
from campaign_engine.dialogue.learn_intents import NoteLesson
from campaign_engine.dialogue.machine import step
from campaign_engine.dialogue.state import Context, Draft, State, Step
from campaign_engine.domain.consent import longer_break
from campaign_engine.domain.contact import Answer, Person
from campaign_engine.domain.message import Inbound, InboundKind, Reply
from campaign_engine.opendata.places import ShippedPlaces

NOW = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)


def inbound(kind: InboundKind, said: str = "", hint: str = "en", room: str = "") -> Inbound:
    text = said if kind is InboundKind.TEXT else ""
    command = said if kind is InboundKind.COMMAND else ""
    data = said if kind in (InboundKind.CHOICE, InboundKind.START) else ""
    return Inbound("web", "someone", kind, "1", text=text, command=command, data=data, language_hint=hint, room=room)


@dataclass
class Talk:
    """One person's conversation; `context` can be replaced to change what the services would know."""

    context: Context = field(
        default_factory=lambda: Context(Person(), ShippedPlaces(), NOW, channels=("web", "telegram"))
    )
    state: State = field(default_factory=State)
    last: Step = field(default_factory=lambda: Step(State()))
    done: list[wanted.Intent] = field(default_factory=list)

    def start(self, payload: str = "") -> Step:
        return self._take(inbound(InboundKind.START, payload))

    def say(self, text: str) -> Step:
        return self._take(inbound(InboundKind.TEXT, text))

    def tap(self, data: str, room: str = "") -> Step:
        return self._take(inbound(InboundKind.CHOICE, data, room=room))

    def command(self, name: str) -> Step:
        return self._take(inbound(InboundKind.COMMAND, name))

    def offered(self) -> list[str]:
        return [option.data for reply in self.last.replies for row in reply.options for option in row if option.data]

    def templates(self) -> list[str]:
        return [reply.template for reply in self.last.replies]

    def reply(self, template: str) -> Reply:
        return next(reply for reply in self.last.replies if reply.template == template)

    def _take(self, said: Inbound) -> Step:
        self.last = step(self.state, said, self.context)
        self.state = self.last.state
        for intent in self.last.intents:
            self.done.append(intent)
            self.context = replace(self.context, person=applied(self.context.person, intent, self.context.now))
            self.context = replace(self.context, draft=drafted(self.context.draft, intent))
        return self.last


def applied(person: Person, intent: wanted.Intent, now: datetime) -> Person:
    if isinstance(intent, wanted.DeletePerson | wanted.RefuseAge):
        return Person()
    changes: dict[str, Any] = {}
    match intent:
        case wanted.CreateContact(band, language, source):
            changes = {
                "contact_id": 1, "age_band": band, "language": language, "precinct": source.precinct, "joined_at": now
            }  # fmt: skip
        case wanted.SetLanguage(language):
            changes = {"language": language}
        case wanted.SetPrecinct(precinct):
            changes = {"precinct": precinct, "precinct_declined": precinct is None}
        case wanted.SetAgeBand(band):
            changes = {"age_band": band}
        case SetSite(site_id):
            changes = {"site_id": site_id}
        case wanted.GivePledge(pledge, plan, source):
            campaign = {source.campaign_id} if source.campaign_id else set()
            changes = {
                "pledged": True,
                "pledge": pledge,
                "plan": plan or person.plan,
                "pledges": person.pledges | {pledge},
                "pledged_campaigns": person.pledged_campaigns | campaign,
            }
        case wanted.CompleteTraining():
            changes = {"trained": True}
        case NoteLesson(code, reached):
            changes = {"lessons": {**person.lessons, code: reached}}
        case _:
            changes = _decided(person, intent, now)
    return replace(person, **changes)


def _decided(person: Person, intent: wanted.Intent, now: datetime) -> dict[str, Any]:
    """What somebody lets us send."""
    match intent:
        case wanted.AnswerTopic(topic, yes):
            return {"answers": {**person.answers, topic: Answer(yes, now)}}
        case wanted.NoteAsked(kind):
            return {"asked": {**person.asked, kind: now}}
        case wanted.OptOut() | wanted.OptIn():
            off = {kind: Answer(False, now) if given.granted else given for kind, given in person.answers.items()}
            return {"opted_out": isinstance(intent, wanted.OptOut), "answers": off}
        case wanted.Pause(until):
            return {"paused_until": longer_break(person.paused_until, until)}
        case wanted.Resume():
            return {"paused_until": None}
        case _:
            return {}


def drafted(draft: Draft | None, intent: wanted.Intent) -> Draft | None:
    match intent:
        case wanted.StartDraft():
            return Draft(1, intent.kind)
        case wanted.ChangeDraft() if draft is not None:
            changes = dict(intent.changes)
            if "starter" in changes:
                changes["texts"] = {**draft.texts, str(changes.pop("starter")): "ours"}
            if "channels" in changes:
                changes["channels"] = tuple(changes["channels"])  # type: ignore[arg-type]
            return replace(draft, **changes)  # type: ignore[arg-type]
        case wanted.DropDraft() | wanted.SubmitCampaign():
            return None
        case _:
            return draft
