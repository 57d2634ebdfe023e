"""All commands by name."""

from pathlib import Path
from typing import Annotated

import typer

from campaign_engine.cli import precincts

app = typer.Typer(
    name="groundswell",
    help="Plan awareness campaigns against gun violence, distribute them by bots, count reach per precinct.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def choose_settings(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Settings file; default is groundswell.toml here.")] = None,
) -> None:
    """Settings come from GROUNDSWELL_* variables or one TOML file."""
    context.obj = config


app.add_typer(precincts.app, name="precincts")
