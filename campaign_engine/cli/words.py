"""`groundswell words`: the lists of words with a better wording, and the operator's own changes to them."""

from typing import Annotated

import typer

from campaign_engine.cli.opening import settings_of
from campaign_engine.cli.terminal import add_row, command, out, say, table
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import ConfigurationError, InvalidInput
from campaign_engine.wordlists import OWN_FILE, Change, WordLists

app = typer.Typer(help="Words with a better wording: list them, add and remove your own.", no_args_is_help=True)

_Word = Annotated[str, typer.Argument(help="A word or a phrase, in quotes.")]
_Reason = Annotated[str, typer.Option(help="Why, in one sentence: the author will read it.")]
_Language = Annotated[str, typer.Option(help="Language of the word: " + ", ".join(LANGUAGES) + ".")]


@app.command("list")
@command
def list_words(
    context: typer.Context,
    language: Annotated[str, typer.Option(help="Only this language.")] = "",
) -> None:
    """List every word with its better wording and its reason, then your own changes."""
    from campaign_engine.domain.message import Reply
    from campaign_engine.rendering import Renderer

    if language and language not in LANGUAGES:
        raise InvalidInput(f"There is no language “{language}”.", "Choose from: " + ", ".join(LANGUAGES) + ".")
    lists, renderer = _lists(context), Renderer()
    read = lists.read()
    for one in (language,) if language else LANGUAGES:
        shown = table("word", "better", "reason", "only in", "")
        for entry in read[one]:
            reason = renderer.reply(Reply("lint.reason", {"why": entry.why}), "en").text
            must = "must change" if entry.severity == "must" else "hint"
            kinds = ", ".join(sorted(entry.kinds))
            add_row(shown, ", ".join(entry.words), entry.better, reason, kinds, "yours" if entry.own else must)
        say(f"{one}:")
        out.print(shown)
    for change in lists.changes():
        say(f"{OWN_FILE}: {change.verb} “{change.word}” ({change.language}), because {change.reason}")


@app.command("add")
@command
def add(
    context: typer.Context,
    word: _Word,
    reason: _Reason,
    better: Annotated[str, typer.Option(help="What to write instead; may be left out.")] = "",
    language: _Language = "en",
) -> None:
    """Give authors a hint at this word from now on."""
    _change(context, Change("add", language, word.strip(), reason.strip(), better.strip()))


@app.command("remove")
@command
def remove(context: typer.Context, word: _Word, reason: _Reason, language: _Language = "en") -> None:
    """Give no hint at this word any more; what must never stand in a text stays on the list."""
    _change(context, Change("remove", language, word.strip(), reason.strip()))


def _change(context: typer.Context, change: Change) -> None:
    if not _lists(context).change(change):
        known = "is on the list like this already" if change.verb == "add" else "is not on the list"
        say(f"“{change.word}” {known}. Nothing was changed.")
        return
    now = "on" if change.verb == "add" else "off"
    say(f"“{change.word}” is {now} the list now ({change.language}).")


def _lists(context: typer.Context) -> WordLists:
    folder = settings_of(context).data_dir
    if not folder.is_dir():
        raise ConfigurationError("The data folder does not exist yet.", "Run `groundswell init`.")
    return WordLists(folder)
