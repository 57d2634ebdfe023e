"""Three short screens that an organizer reads once, before the first campaign is handed in (safety R1)."""

from campaign_engine.dialogue.flow import before, column, idle, option, say, waits
from campaign_engine.dialogue.intents import CompleteTraining
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.message import Reply
from campaign_engine.domain.roles import Capability, may

RIGHT = {"1": "b", "2": "b", "3": "c"}
"""Who says yes to a post, which words we use, what comes first after violence; by screen."""

START = "tr"
_ANSWERS = "abc"


def is_due(context: Context) -> bool:
    """An organizer who has not finished it yet."""
    return may(context.person, Capability.DRAFT) and not context.person.trained


def refused(state: State) -> Step:
    """What is said instead of handing a campaign in; the draft stays as it is."""
    return say(idle(state), Reply("training.first", options=column(option("training.start", START))))


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of the training; None for everybody who is no organizer. It may be taken again at any time."""
    head, _, value = data.partition(":")
    if head != START or not may(context.person, Capability.DRAFT):
        return None
    screen, _, letter = value.partition(":")
    if not value or state.flow != "training" or state.field not in RIGHT:
        return _screen(state, "1")
    if screen != state.field or letter not in _ANSWERS:
        return _screen(state, state.field)
    if letter != RIGHT[screen]:
        return before(Reply(f"training.wrong_{screen}"), _screen(state, screen))
    following = str(int(screen) + 1)
    right = Reply(f"training.right_{screen}")
    return before(right, _screen(state, following) if following in RIGHT else _done(state, context))


def ask(state: State) -> Step:
    """The open screen again."""
    return _screen(state, state.field if state.field in RIGHT else "1")


def _screen(state: State, number: str) -> Step:
    rows = column(*(option(f"training.answer_{number}{letter}", f"{START}:{number}:{letter}") for letter in _ANSWERS))
    return say(waits(idle(state), "training", number), Reply(f"training.screen_{number}", options=rows))


def _done(state: State, context: Context) -> Step:
    label = "organize.continue" if context.draft is not None else "organize.new"
    done = Reply("training.done", options=((option(label, "o:new"), option("menu.open", "m")),))
    return say(idle(state), done, intents=(CompleteTraining(),))
