"""`python -m tests.soak` lives through the long runs, prints their figures and writes them down with `--write`."""

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from tests.soak.plans import Plan, lived, server_for
from tests.soak.town import Size
from tests.soak.upheavals import Upheaval

FIGURES = Path(__file__).with_name("figures.json")

PLANS = (
    Plan("kills", Size(20_000, 400), {Upheaval.KILL: 200}),
    Plan(
        "everything",
        Size(5_000, 100),
        {Upheaval.KILL: 20, Upheaval.DISK: 20, Upheaval.FREEZE: 10, Upheaval.CLOCK: 10},
    ),
    Plan(
        "postgres",
        Size(10_000, 200, latency=0.25, pace=1.2),
        {Upheaval.KILL: 20, Upheaval.FREEZE: 10, Upheaval.DATABASE: 20, Upheaval.CLOCK: 10},
        postgres=True,
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plans", nargs="*", help=f"of {', '.join(plan.name for plan in PLANS)}; all without")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--scale", type=float, default=1.0, help="so much of the people and upheavals")
    parser.add_argument("--write", action="store_true", help="keep the figures for docs/delivery.md")
    given = parser.parse_args()
    for plan in PLANS:
        if given.plans and plan.name not in given.plans:
            continue
        chosen = _scaled(plan, given.scale)
        if given.seed is not None:
            chosen = replace(chosen, seed=given.seed)
        sys.stdout.write(f"{chosen.name}: seed {chosen.seed}, {chosen.size.people} people\n")
        sys.stdout.flush()
        with tempfile.TemporaryDirectory(prefix="groundswell-") as folder, server_for(chosen) as server:
            figures = asyncio.run(lived(chosen, Path(folder), server))
        sys.stdout.write(json.dumps(asdict(figures), indent=2) + "\n")
        if given.write:
            known = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
            known[chosen.name] = {**asdict(chosen.size), **asdict(replace(figures, would_not_stop=""))}
            FIGURES.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
        figures.check()


def _scaled(plan: Plan, scale: float) -> Plan:
    upheavals = {kind: max(1, round(times * scale)) for kind, times in plan.upheavals.items()}
    size = replace(plan.size, people=round(plan.size.people * scale), channels=round(plan.size.channels * scale))
    return replace(plan, size=size, upheavals=upheavals)


if __name__ == "__main__":
    main()
