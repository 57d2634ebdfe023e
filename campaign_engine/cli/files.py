"""Files that commands write: whole or not at all, and never over something that is there."""

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from campaign_engine.domain.errors import InvalidInput

OWNER_ONLY = 0o600


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A path beside it to write to, readable by the owner only; it takes the name when the block ends well.

    Raises InvalidInput when the file is there already or cannot be written; then nothing is left behind.
    """
    check_new(path)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        beside.touch(OWNER_ONLY, exist_ok=False)
        yield beside
        check_new(path)
        beside.rename(path)
    except OSError as error:
        raise cannot_be_written(path) from error
    finally:
        beside.unlink(missing_ok=True)


def hand_over(files: Mapping[str, str | bytes], folder: Path) -> None:
    """By name into a folder, in place of what is there; each arrives whole, and none when one cannot be written.

    Raises InvalidInput.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".arriving-", dir=folder) as arriving:
            for name, content in files.items():
                Path(arriving, name).write_bytes(content if isinstance(content, bytes) else content.encode())
            for name in files:
                Path(arriving, name).replace(folder / name)
    except OSError as error:
        raise InvalidInput("The files cannot be written there.", "Choose another folder with --out.") from error


def check_new(path: Path) -> None:
    """Raise InvalidInput before any work is done for a file that cannot be made."""
    if path.exists():
        raise _exists(path)
    if not path.parent.is_dir():
        raise InvalidInput(f"The folder for {path.name} does not exist.", "Make it first, or give another one.")


def cannot_be_written(path: Path) -> InvalidInput:
    """Whatever the system said."""
    return InvalidInput(f"{path.name} cannot be written.", "Check that the folder exists and has room.")


def _exists(path: Path) -> InvalidInput:
    return InvalidInput(f"{path.name} is there already.", "Give another name, or move that file away first.")
