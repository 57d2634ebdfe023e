"""Makes the environment of tests/platforms/aiogram_client.py: python -m scripts.aiogram_environment DIR."""

import subprocess
import sys
import venv
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "tests" / "platforms" / "aiogram.lock"


def main(folder: Path) -> int:
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
    sys.exit(main(Path(sys.argv[1])))
