"""Runs every bench_*.py of this folder, or those named, and prints one table: python -m benchmarks [NAME ...].

Ends with 1 when a promise does not hold.
"""

import importlib
import pkgutil
import sys

from rich.console import Console
from rich.table import Table

import benchmarks
from benchmarks.rows import Row
from campaign_engine.cli.terminal import err

_PREFIX = "bench_"


def main(names: list[str]) -> int:
    """A module has `run() -> list[Row]`."""
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name.startswith(_PREFIX)]
    chosen = [name for name in found if not names or name.removeprefix(_PREFIX) in names]
    console, rows = Console(), []
    for name in chosen:
        with err.status(f"{name} ..."):
            rows += importlib.import_module(f"benchmarks.{name}").run()
    console.print(_table(rows))
    return 0 if chosen and all(row.holds for row in rows) else 1


def _table(rows: list[Row]) -> Table:
    shown = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("what", "measured", "promised", "", "beside", "its value"):
        shown.add_column(heading)
    for row in rows:
        verdict = ("holds" if row.holds else "BROKEN") if row.promise else ""
        shown.add_row(row.what, _value(row.value, row), row.promise, verdict, row.beside, _value(row.other, row))
    return shown


def _value(value: float, row: Row) -> str:
    digits = 0 if value >= 100 else 2 if value >= 1 else 4 if value >= 0.001 else 7
    return f"{value:,.{digits}f} {row.unit}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
