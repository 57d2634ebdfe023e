"""Runs what needs pandas, a solver or a drawing machine in a process of its own: they never enter the serving one."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping

from campaign_engine.domain.errors import GroundswellError, NotAllowed, NotFound, StoreUnavailable

_URL = "GROUNDSWELL_DATABASE_URL"
_KNOWN: Mapping[str, type[GroundswellError]] = {
    "not_found": NotFound,
    "not_allowed": NotAllowed,
    "store_unavailable": StoreUnavailable,
}

Progress = Callable[[int, int], None]


class ReportFailed(GroundswellError):
    """The report's own process ended without a report."""

    code = "report_failed"


async def run(
    module: str, *arguments: str, said: str = "", database_url: str = "", progress: Progress | None = None
) -> str:
    """What `python -m module` prints when it is told `said`; the address never stands among its arguments.

    `progress` hears of lines "progress DONE TOTAL". Raises ReportFailed, and what the process says in one line of JSON.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", module, *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, _URL: database_url},
    )  # fmt: skip
    try:
        printed, told, _ = await asyncio.gather(
            _read(process.stdout), _listen(process.stderr, progress), _say(process.stdin, said)
        )
        code = await process.wait()
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    if code != 0:
        raise _error(told)
    return printed


async def _say(stream: asyncio.StreamWriter | None, said: str) -> None:
    if stream is None:
        return
    try:
        stream.write(said.encode())
        await stream.drain()
        stream.close()
    except ConnectionError:
        return  # it ended before it read this, and says why


async def _read(stream: asyncio.StreamReader | None) -> str:
    return (await stream.read()).decode() if stream else ""


async def _listen(stream: asyncio.StreamReader | None, progress: Progress | None) -> str:
    """The last line that is not about progress."""
    last = ""
    while stream and (raw := await stream.readline()):
        line = raw.decode().strip()
        if line.startswith("progress "):
            done, total = (int(number) for number in line.split()[1:])
            if progress is not None:
                progress(done, total)
        elif line:
            last = line
    return last


def _error(said: str) -> GroundswellError:
    try:
        told = json.loads(said)
        known = _KNOWN.get(told["code"])
        return known(told["message"], told["hint"]) if known else ReportFailed(told["message"], told["hint"])
    except (ValueError, KeyError, TypeError):
        # What a broken process prints may hold anything, so it is not shown.
        return ReportFailed("The report could not be made.", "Try again; if it fails again, run `groundswell doctor`.")
