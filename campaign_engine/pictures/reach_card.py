"""The reach of a campaign as one picture: large numbers, and a bar for each precinct that can be shown.

`python -m campaign_engine.pictures.reach_card` draws the words that it is told as JSON, and prints a PNG in base64.
"""

import base64
import json
import sys
from dataclasses import dataclass

from PIL import Image, ImageDraw

from campaign_engine.pictures.drawing import BACK, INK, LINE, PALE, SEA, SOFT, fitting, font, leading, png, write

WIDTH = 1080
EDGE = 64
MOST_ROWS = 8
ROW = 96
FOOT = 48
"""Between precincts and rooms, with a line half way."""


@dataclass(frozen=True, slots=True)
class Row:
    """A precinct with its figure; its bar is as long as `count` beside the longest."""

    name: str
    count: int
    said: str


@dataclass(frozen=True, slots=True)
class ReachWords:
    """All that is written on it, in one language; `share` of the goal is None where it may not be shown (safety K1).

    `rooms` stands at the foot, apart from people; empty without rooms.
    """

    title: str
    note: str
    numbers: tuple[tuple[str, str], ...]
    share: float | None
    goal: str
    rows_title: str
    rows: tuple[Row, ...]
    no_rows: str
    rooms: str = ""


def draw(words: ReachWords) -> bytes:
    """PNG, 1080 dots wide; legible at a third of it, which is a phone."""
    rows = words.rows[:MOST_ROWS]
    note, noted = fitting(words.no_rows, (WIDTH - 2 * EDGE, 200), range(34, 29, -2))
    below = 780 + (len(rows) * ROW if rows else len(noted) * leading(note))
    foot, footed = fitting(words.rooms, (WIDTH - 2 * EDGE, 160), range(32, 27, -2))
    room = len(footed) * leading(foot) + FOOT if words.rooms else 0
    image = Image.new("RGB", (WIDTH, below + room + 10 + EDGE), BACK)
    pen = ImageDraw.Draw(image)
    face, said = fitting(words.title, (WIDTH - 2 * EDGE, 130), range(58, 39, -2), bold=True)
    write(pen, (EDGE, 44), said[:2], face, INK)
    pen.text((EDGE, 190), words.note, SOFT, font(32))
    _numbers(pen, words)
    _goal(pen, words)
    pen.text((EDGE, 710), words.rows_title, INK, font(38, bold=True))
    if not rows:
        write(pen, (EDGE, 780), noted, note, SOFT)
    longest = max((row.count for row in rows), default=1)
    for number, row in enumerate(rows):
        _bar(pen, 780 + number * ROW, row, row.count / max(1, longest))
    if words.rooms:
        pen.line((EDGE, below + FOOT // 2, WIDTH - EDGE, below + FOOT // 2), LINE, 3)
        write(pen, (EDGE, below + FOOT), footed, foot, SOFT)
    return png(image)


def _numbers(pen: ImageDraw.ImageDraw, words: ReachWords) -> None:
    column = (WIDTH - 2 * EDGE) // 2
    for number, (figure, label) in enumerate(words.numbers[:4]):
        left, top = EDGE + column * (number % 2), 256 + 150 * (number // 2)
        pen.text((left, top), figure, SEA, font(68, bold=True))
        pen.text((left, top + 88), label, INK, font(32))


def _goal(pen: ImageDraw.ImageDraw, words: ReachWords) -> None:
    """Empty with its words where the share is hidden: no length then tells it."""
    box = (EDGE, 590, WIDTH - EDGE, 622)
    pen.rounded_rectangle(box, 16, LINE)
    if words.share:
        end = EDGE + max(32, round((WIDTH - 2 * EDGE) * min(1.0, words.share)))
        pen.rounded_rectangle((EDGE, 590, end, 622), 16, SEA)
    pen.text((EDGE, 632), words.goal, INK, font(34))


def _bar(pen: ImageDraw.ImageDraw, top: int, row: Row, share: float) -> None:
    pen.text((EDGE, top), row.name, INK, font(32))
    pen.text((WIDTH - EDGE, top), row.said, INK, font(32, bold=True), anchor="ra")
    pen.rounded_rectangle((EDGE, top + 50, WIDTH - EDGE, top + 74), 12, PALE)
    end = EDGE + max(24, round((WIDTH - 2 * EDGE) * share))
    pen.rounded_rectangle((EDGE, top + 50, end, top + 74), 12, SEA)


def main() -> None:
    """From stdin to stdout."""
    given = json.load(sys.stdin)
    rows = tuple(Row(**row) for row in given.pop("rows"))
    sys.stdout.write(base64.b64encode(draw(ReachWords(**given, rows=rows))).decode())


if __name__ == "__main__":
    main()
