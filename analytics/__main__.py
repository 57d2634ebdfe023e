"""`python -m analytics freeze|summary`: what the serving process has made in a process of its own.

The database URL comes by the environment, never as an argument that other users of the machine could read. Progress
goes to stderr as lines "progress DONE TOTAL", an error as one line of JSON with code, message and hint.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime

from analytics import frames, summary
from campaign_engine.domain.errors import GroundswellError

URL = "GROUNDSWELL_DATABASE_URL"
REFUSED = 3
"""Exit code of an error that a person is told."""


def main(arguments: list[str]) -> int:
    """0, or 3 with an error on stderr."""
    asked = _parser().parse_args(arguments)
    try:
        _run(asked, os.environ[URL])
    except GroundswellError as error:
        _say({"code": error.code, "message": error.message, "hint": error.hint})
        return REFUSED
    return 0


def _run(asked: argparse.Namespace, url: str) -> None:
    values = _frozen(asked, url) if asked.command == "freeze" else summary.simulated_totals(url)
    sys.stdout.write(json.dumps(values, ensure_ascii=False) + "\n")


def _frozen(asked: argparse.Namespace, url: str) -> dict[str, object]:
    """The solver is loaded for this alone."""
    from analytics.freezing import Asked, make

    with frames.snapshot(url) as connection:
        made = make(connection, Asked(asked.campaign, asked.week, asked.now, asked.reason), _progress)
    days = {name: getattr(made, name).isoformat() for name in ("week", "data_through", "made_at")}
    return {**asdict(made), **days}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="analytics")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("freeze")
    command.add_argument("--campaign", type=int, required=True)
    command.add_argument("--now", type=datetime.fromisoformat, default=datetime.now(UTC))
    command.add_argument("--week", type=date.fromisoformat, required=True)
    command.add_argument("--reason", default="")
    commands.add_parser("summary")
    return parser


def _progress(done: int, total: int) -> None:
    sys.stderr.write(f"progress {done} {total}\n")
    sys.stderr.flush()


def _say(values: dict[str, str]) -> None:
    sys.stderr.write(json.dumps(values, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
