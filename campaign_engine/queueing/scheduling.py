"""APScheduler inside the event loop, with an end that waits for the work."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

Work = Callable[[], Awaitable[object]]


class Scheduler:
    """Work by name; each is never run beside itself, and work that was late is done once."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._running: dict[str, asyncio.Task[object]] = {}

    def add(self, name: str, work: Work, trigger: BaseTrigger, first: datetime | None = None) -> None:
        """`first` comes before what the trigger says; work of the same name is replaced."""

        async def run() -> None:
            task = asyncio.create_task(_awaited(work))
            self._running[name] = task
            task.add_done_callback(lambda _: self._running.pop(name, None))
            # APScheduler cancels its jobs when it shuts down; `stop` waits for the work instead.
            await asyncio.shield(task)

        begins = {"next_run_time": first} if first is not None else {}
        self._scheduler.add_job(run, trigger, id=name, replace_existing=True, **begins)

    def has(self, name: str) -> bool:
        """Whether it waits or is being done."""
        return name in self._running or self._scheduler.get_job(name) is not None

    def start(self) -> None:
        """Needs a running event loop."""
        self._scheduler.start()

    async def stop(self) -> None:
        """What runs is finished; nothing starts any more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        while self._running:
            await asyncio.wait(self._running.values())


async def _awaited(work: Work) -> object:
    return await work()
