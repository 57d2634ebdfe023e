"""Did you do your plan? Asked once, two weeks later, of those who said yes to being asked; whatever they say is fine.

Buttons: `fu:did`, `fu:not_yet` and `fu:no` answer the question, under its message and in the conversation alike.
"""

from campaign_engine.dialogue.flow import Rows, aside, column, option, say
from campaign_engine.dialogue.follow_up_intents import AnswerFollowUp, AskFollowUp
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.consent import is_on, may_follow_up
from campaign_engine.domain.contact import Consent
from campaign_engine.domain.follow_up import due, open_question
from campaign_engine.domain.message import Reply

TEXT = "follow_up"
"""Name of the automatic text that asks."""

_ANSWERS = ("did", "not_yet", "no")


def rows() -> Rows:
    """The answers."""
    return column(*(option(f"follow_up.{answer}", f"fu:{answer}") for answer in _ANSWERS))


def rows_under(automatic: str) -> Rows:
    """Under the message that asks."""
    return rows() if automatic == TEXT else ()


def with_question(menu: Step, context: Context) -> Step | None:
    """The menu with the question below it, where its giver is due and here anyway; else None.

    Never where their precinct was held in the last two weeks.
    """
    plan = due(context.person.plans, context.now)
    if menu.state.flow or context.pinned or plan is None or not may_follow_up(context.person, context.now):
        return None
    asked = Reply("follow_up.ask", options=rows())
    return Step(menu.state, (*menu.replies, asked), (*menu.intents, AskFollowUp(plan.pledge_id)))


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of this file, pressed by a contact in any state; None for others."""
    head, _, answer = data.partition(":")
    if head != "fu" or answer not in _ANSWERS:
        return None
    plan, menu = open_question(context.person.plans, context.now), ((option("menu.open", "m:back"),),)
    if plan is None or not is_on(context.person, Consent.SURVEY):
        return say(aside(state), Reply("follow_up.over", options=menu, edits=True))
    given = AnswerFollowUp(plan.pledge_id, answer == "did")
    return say(aside(state), Reply("follow_up.thanks", options=menu, edits=True), intents=(given,))
