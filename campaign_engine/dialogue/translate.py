"""A teammate translates a text that somebody else's draft lacks."""

from campaign_engine.dialogue.flow import Rows, idle, number, say, waits
from campaign_engine.dialogue.intents import SendTranslation, ShowTranslation
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.message import Inbound, InboundKind, Option

TASK = "tt"
_MOST_ROWS = 3


def rows(context: Context) -> Rows:
    """One row in the menu for each of the oldest tasks."""
    return tuple(
        (
            Option(
                label="translate.task",
                data=f"{TASK}:{task.campaign_id}:{task.language}",
                values={"title": task.title, "language": task.language},
            ),
        )
        for task in context.tasks[:_MOST_ROWS]
    )


def choice(state: State, data: str, context: Context) -> Step | None:
    """Open a task; whether it is still there and theirs is known to the service."""
    head, _, rest = data.partition(":")
    first, _, language = rest.partition(":")
    campaign_id = number(first)
    if head != TASK or campaign_id is None or language not in LANGUAGES or not context.person.is_staff:
        return None
    waiting = waits(idle(state), "translate", "text", campaign=campaign_id, language=language)
    return say(waiting, intents=(ShowTranslation(campaign_id, language),))


def answer(state: State, inbound: Inbound) -> Step | None:
    """The text; a broken one is refused by the service, and the question stays open."""
    typed = inbound.text.strip()
    if inbound.kind is not InboundKind.TEXT or not typed or "campaign" not in state.data:
        return None
    task = SendTranslation(int(state.data["campaign"]), str(state.data["language"]), typed)
    return say(idle(state), intents=(task,))
