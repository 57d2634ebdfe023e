"""Makes the environment of a second Telegram client, for a test and a benchmark: python -m scripts.aiogram_environment.

Its pins clash with ours.
"""

import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "tests" / "platforms" / "aiogram.lock"
KEPT = ROOT / "var" / f"aiogram-{sha256(LOCK.read_bytes()).hexdigest()[:12]}"
"""Made once for each lock file."""

PYTHON = KEPT / "bin" / "python"


def main(folder: Path = KEPT) -> int:
    """Again for one that is complete does nothing; what was left half-done is begun anew."""
    complete = folder / "complete"
    if complete.exists():
        return 0
    venv.create(folder, clear=True, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    made = subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=False)
    if made.returncode == 0:
        complete.touch()
    return made.returncode


if __name__ == "__main__":
    sys.exit(main())
