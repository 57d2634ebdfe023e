"""Questions of the team that any words may answer: a title "Lessons" is a title.

There only the words that answer in every state are commands (safety C7, C8), and MENU, which the help card names (H2).
"""

from campaign_engine.dialogue import approve, stopping
from campaign_engine.dialogue.state import Context, State

COMMANDS = frozenset({"stop", "start", "help", "privacy", "delete", "export", "language", "menu"})
_OF_STAFF = frozenset({*stopping.COMMANDS, "status"})
"""Commands of the team with no words of their own, for a chat whose platform does not offer them."""

_OF_A_DRAFT = ("title", "text_", "alt_")


def asked(state: State, context: Context) -> bool:
    """Whether the open question is one of them; a draft that is gone asks nothing."""
    if state.flow == "organize":
        return context.draft is not None and state.field.startswith(_OF_A_DRAFT)
    return state.flow in (approve.FLOW, "translate") and bool(state.field)


def of_staff(text: str, *, any_words: bool) -> str:
    """Name of the command that the whole text is; empty for none, and where the word alone may be an answer."""
    plain = text.strip().casefold()
    word = plain.removeprefix("/")
    return word if word in _OF_STAFF and not (any_words and word == plain) else ""
