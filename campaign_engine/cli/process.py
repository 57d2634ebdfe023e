"""One process at work: its parts by its roles, and the door through which it says how it is."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

from bots.guard import Health, HealthBoard
from bots.standby import Account, Standby
from campaign_engine.bootstrap import Engine
from campaign_engine.cli.terminal import say
from campaign_engine.domain.errors import ConfigurationError, StoreUnavailable
from campaign_engine.worker import ProcessRole, parts
from web.app import create_app, create_door
from web.parts import Hook
from web.server import serve
from web.wiring import web_parts

Run = Callable[[asyncio.Event], Awaitable[None]]

ANY_PORT = 0

PLATFORM_AWAY = "platform_away"
"""State of a lane, whoever has it, whose platform does not answer; nothing fails meanwhile."""


@dataclass(frozen=True, slots=True)
class Process:
    """`port` is the operator's word, None where they said none."""

    engine: Engine
    board: HealthBoard
    roles: Collection[ProcessRole]
    port: int | None = None

    @property
    def door_name(self) -> str:
        """Of the part that listens."""
        return "web" if ProcessRole.WEB in self.roles else "door"

    def work(self) -> Mapping[str, Run]:
        """Clock, jobs and lanes, as far as they are ours."""
        return {name: partial(self._begun, name, run) for name, run in parts(self.engine, self.roles).items()}

    def door(self, hooks: Mapping[str, Hook]) -> Mapping[str, Run]:
        """The pages; without that role only /health, and where a platform posts to."""
        has_pages = ProcessRole.WEB in self.roles
        known = web_parts(self.engine, self.engine.reports, self.health)
        ours = replace(known, hooks=hooks, roles=tuple(self.roles))
        app = create_app(ours) if has_pages else create_door(ours)
        settings = self.engine.settings
        port = settings.web_port if has_pages or hooks else ANY_PORT
        port = port if self.port is None else self.port

        def ready(address: str) -> None:
            self.board.set(self.door_name, Health.RUNNING)
            at = f"Pages at {address}" if has_pages else f"Health at {address}/health"
            apart = "" if len(self.roles) == len(ProcessRole) else f" · {', '.join(self.roles)}"
            say(f"{at}{apart} · Ctrl-C stops")

        async def run(stop: asyncio.Event) -> None:
            try:
                await serve(app, settings.web_host, port, stop, ready)
            except ConfigurationError:
                stop.set()  # bots without a page would leave students without help, report and way out
                raise

        return {self.door_name: run}

    def heard(self, accounts: Mapping[str, Account], writers: Mapping[str, Account]) -> Mapping[str, Run]:
        """What runs for each account; of a bot over PostgreSQL one process at a time hears the updates."""
        engine = self.engine
        if engine.database.is_sqlite or ProcessRole.BOTS not in self.roles:
            return {name: account.run for name, account in accounts.items()}
        at = (engine.store, engine.time.clock, engine.settings.lease)
        return {name: Standby(name, bot, writers[name], self.board, at).run for name, bot in accounts.items()}

    async def health(self) -> Mapping[str, str]:
        """State of every part by name; where this process sends, also which lanes others have, and which jobs fail."""
        states = {name: str(state) for name, state in self.board.states.items()}
        if ProcessRole.SENDER not in self.roles:
            return states
        others = {} if self.engine.database.is_sqlite else self.engine.lanes
        for name, lane in others.items():
            if states.get(f"lane {name}") == Health.RUNNING and not lane.is_ours:
                states[f"lane {name}"] = Health.STANDBY
        try:
            async with self.engine.store.read() as work:
                failing = await work.jobs.failing()
                away = [f"lane {state.name}" for state in await work.lanes.states() if state.away_since is not None]
        except StoreUnavailable:
            return {**states, "database": "away"}
        states |= {name: PLATFORM_AWAY for name in away if name in states}
        return states | {f"job {one.name}": "failing" for one in failing}

    async def _begun(self, name: str, run: Run, stop: asyncio.Event) -> None:
        self.board.set(name, Health.RUNNING)
        await run(stop)
