"""Writes all files of one report into a folder; none is ever half there."""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from analytics import content as contents
from analytics import editions, export, frames, page
from analytics.editions import View

Progress = Callable[[int, int], None]


def read(url: str, campaign_id: int, view: View, now: datetime) -> contents.Content:
    """Figures of persons are those of the newest edition. Raises NotFound, StoreUnavailable, ReleaseRefused."""
    rows = frames.read(url, campaign_id, now)
    with frames.snapshot(url) as connection:
        edition = editions.latest(connection, campaign_id, view)
    return contents.content(rows, edition, view)


def write(url: str, campaign_id: int, view: View, now: datetime, folder: Path, progress: Progress) -> None:
    """report.html, report.es.html, report.csv, report_dictionary.csv and report.json.

    Raises NotFound, StoreUnavailable, ReleaseRefused; OSError when the folder cannot be written.
    """
    report = read(url, campaign_id, view, now)
    progress(1, 2)
    files = {name: page.report_page(report, language) for language, name in page.FILES.items()} | {
        "report.csv": export.report_csv(report),
        "report_dictionary.csv": export.dictionary_csv(),
        "report.json": json.dumps(contents.as_json(report), ensure_ascii=False, indent=1),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        _place(folder / name, text)
    progress(2, 2)


def _place(path: Path, text: str) -> None:
    """Under its name only when it is whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
