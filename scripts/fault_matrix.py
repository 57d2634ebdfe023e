"""Writes the tables of docs/delivery.md: what each fault comes to, and the figures of the last soak.

`python -m scripts.fault_matrix`; `--check` writes nothing and fails when the page is out of date. The faults stand in
tests/faults/table.py, where a test holds them against the program; the figures in tests/soak/figures.json.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults.table import GOES_ON, ROWS, Row

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "delivery.md"
FIGURES = ROOT / "tests" / "soak" / "figures.json"
CHANNELS = {"telegram": "Telegram", "discord": "Discord", "web": "The page", "console": "An operator's terminal"}
ALERTS = ("wrong_token", "opening_too_fast")


def faults() -> Iterator[str]:
    """One table for each channel."""
    for channel, title in CHANNELS.items():
        yield f"### {title}\n"
        yield "| What happens | Right after it | The account | In the end | Reader has it | Staff see |"
        yield "|---|---|---|---|---|---|"
        yield from (_line(row) for row in ROWS if row.channel == channel)
        yield ""


def _line(row: Row) -> str:
    cells = (row.fault, _code(row.first), row.lane, _code(row.end), _has(row), _staff_see(row))
    return "| " + " | ".join(cells) + " |"


def _code(said: str) -> str:
    return ", ".join(f"`{part}`" for part in said.split(": "))


def _has(row: Row) -> str:
    return "once" if row.arrived else "no"


def _staff_see(row: Row) -> str:
    status, _, reason = row.end.partition(": ")
    if status == "unconfirmed":
        return "that it may have arrived; they send it again or leave it"
    if row.given_up:
        what = "the room is written to no more" if row.rooms or row.channel == "discord" else "counted as a block"
        return f"failed ({reason}); {what}"
    if status == "failed":
        return f"failed ({reason}); five of a post in a row stop it and its author is told"
    if status == "expired":
        return "expired: too late is never sent"
    alert = row.first.partition(": ")[2] in ALERTS
    return "an alert: a person must act" if alert else "sent" if row.lane == GOES_ON else "sent, later"


def figures() -> Iterator[str]:
    """One row for each run."""
    yield "| Run | People, channels | What befell it | Doubled | Unaccounted | May have arrived (did) | Most claimed |"
    yield "|---|---|---|---|---|---|---|"
    for name, run in json.loads(FIGURES.read_text(encoding="utf-8")).items():
        yield _run(name, run)
    yield ""


def _run(name: str, run: dict[str, Any]) -> str:
    verdict = run["verdict"]
    befell = ", ".join(f"{times} × {kind}" for kind, times in run["befallen"].items())
    open_ends = f"{verdict['unconfirmed']:,} ({verdict['unconfirmed_but_there']:,})"
    cells = (
        f"`{name}`, seed {run['seed']}",
        f"{run['people']:,}, {run['channels']:,}",
        f"{befell}; {run['during']} of them under way",
        str(verdict["doubled"]),
        str(verdict["unaccounted"]),
        open_ends,
        str(run["most_in_hand"]),
    )
    return "| " + " | ".join(cells) + " |"


def written(page: str) -> str:
    """The page with both blocks as they are now."""
    for name, lines in (("faults", faults()), ("figures", figures())):
        begin, end = f"<!-- {name}: written by scripts/fault_matrix.py -->", f"<!-- end of {name} -->"
        (before, _), (_, after) = page.split(begin), page.split(end)
        page = before + "\n".join((begin, "", *lines, end)) + after
    return page


def main() -> int:
    """1 when the page does not fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    page = PAGE.read_text(encoding="utf-8")
    wanted = written(page)
    if not parser.parse_args().check:
        PAGE.write_text(wanted, encoding="utf-8")
    elif page != wanted:
        print("docs/delivery.md is out of date: run `python -m scripts.fault_matrix`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
