"""How long a person waits for help at the terminal."""

import subprocess
import sys
from pathlib import Path

from benchmarks.rows import Row, median

GROUNDSWELL = Path(sys.executable).parent / "groundswell"
HELP_SECONDS = 0.6


def run() -> list[Row]:
    """One row."""
    helped = median(lambda: subprocess.run([GROUNDSWELL, "--help"], check=True, capture_output=True))
    bare = median(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True, capture_output=True))
    return [Row("groundswell --help", helped, "s", "python -c pass", bare, HELP_SECONDS)]
