"""All commands by name."""

from pathlib import Path
from typing import Annotated

import typer

from campaign_engine.cli import (
    audit,
    campaign,
    data,
    db,
    directory,
    everything,
    lessons,
    optouts,
    precincts,
    site,
    staff,
    texts,
    words,
)
from campaign_engine.cli.copying import copy
from campaign_engine.cli.demo import demo
from campaign_engine.cli.doctor import doctor
from campaign_engine.cli.hold import hold, release
from campaign_engine.cli.init import init
from campaign_engine.cli.invite import invite
from campaign_engine.cli.lint import lint
from campaign_engine.cli.rehearse import rehearse
from campaign_engine.cli.report import report, report_correct
from campaign_engine.cli.restore import replay_leavers, restore
from campaign_engine.cli.rotate_key import rotate_key
from campaign_engine.cli.up import up, worker

app = typer.Typer(
    name="groundswell",
    help="Plan awareness campaigns against gun violence, distribute them by bots, count reach per precinct.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they may hold a token (safety A2)
)


@app.callback()
def choose_settings(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Settings file; default is groundswell.toml here.")] = None,
) -> None:
    """Settings come from GROUNDSWELL_* variables or one TOML file."""
    context.obj = config


app.command("init")(init)
app.command("up")(up)
app.command("worker")(worker)
app.command("doctor")(doctor)
app.command("demo")(demo)
app.add_typer(data.app, name="data")
app.add_typer(precincts.app, name="precincts")
app.add_typer(site.app, name="site")
app.add_typer(directory.app, name="directory")
app.command("invite")(invite)
app.add_typer(staff.app, name="staff")
app.add_typer(campaign.app, name="campaign")
app.command("pause")(everything.pause)
app.command("resume")(everything.resume)
app.command("rehearse")(rehearse)
app.command("hold")(hold)
app.command("release")(release)
app.command("report")(report)
app.command("report-correct")(report_correct)
db.app.command("copy")(copy)
db.app.command("restore")(restore)
db.app.command("replay-leavers")(replay_leavers)
db.app.command("rotate-key")(rotate_key)
app.add_typer(db.app, name="db")
app.add_typer(optouts.app, name="optouts")
app.add_typer(audit.app, name="audit")
app.add_typer(texts.app, name="texts")
app.command("lint")(lint)
app.add_typer(lessons.app, name="lessons")
app.add_typer(words.app, name="words")
