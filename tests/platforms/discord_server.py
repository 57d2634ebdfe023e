"""A local Discord: REST v10 and gateway on loopback, as strict as the real one; also a process of its own.

`python -m tests.platforms.discord_server --port 0 --token T [--transcript FILE.jsonl]` prints the port as its first
line and serves until it is ended; other processes drive it with `Discord.at(port)`.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from aiohttp import web

from tests.platforms.discord_commands import Commands
from tests.platforms.discord_control import Control, Parts
from tests.platforms.discord_desk import Desk
from tests.platforms.discord_errors import Code, Refusal
from tests.platforms.discord_gateway import Gateway
from tests.platforms.discord_guilds import Guilds
from tests.platforms.discord_interactions import Interactions
from tests.platforms.discord_messages import Messages
from tests.platforms.discord_person import Discord
from tests.platforms.discord_rest import API, Api
from tests.platforms.discord_state import Limits, World
from tests.platforms.loopback import free_port
from tests.platforms.transcript import Transcript

MADE_UP_TOKEN = "discord-test-token"


class DiscordServer:
    """An async context manager; `driver` is what tests act with, `transcript` what has come and gone."""

    def __init__(
        self,
        token: str = MADE_UP_TOKEN,
        *,
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
        transcript: Transcript | None = None,
    ) -> None:
        self.token = token
        self.port = 0
        self.transcript = Transcript() if transcript is None else transcript
        self.world = World(clock, limits)
        self.gateway = Gateway(self.world, token, self.transcript)
        self.rest = Api(self.world, token, self.transcript)
        self._messages = Messages(self.world, self.gateway)
        commands = Commands(self.world)
        interactions = Interactions(self.world, self.gateway, self._messages, self.transcript)
        self.desk = Desk(self.world, commands, interactions, self._messages)
        parts = Parts(self.world, self.gateway, self._messages, self.rest, self.transcript)
        self._control = Control(parts, self.desk)
        self.driver = Discord(self._control.call)
        areas = (Guilds(self.world, self.gateway), self._messages, commands, interactions)
        self._endpoints = [endpoint for area in areas for endpoint in area.endpoints()]
        self._runner: web.AppRunner | None = None

    @property
    def api(self) -> str:
        """For `discord.http.Route.BASE`."""
        return f"http://127.0.0.1:{self.port}{API}"

    @property
    def gateway_address(self) -> str:
        """For `discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY`."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; 0 chooses a free port."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/attachments/{id}/{filename}", self._attachment)
        app.router.add_post("/control/{verb}", self._control.handle)
        self.rest.install(app, self._endpoints)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port or free_port())
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.gateway.address = self.gateway_address
        self._messages.root = f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Hang up every line and stop listening."""
        if self._runner is not None:
            self.gateway.drop()
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _attachment(self, request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        if uploaded := self.world.uploads.get(int(wanted) if wanted.isdecimal() else 0):
            return web.Response(body=uploaded.content, content_type=uploaded.content_type)
        for message in self.world.messages.values():
            for one in message.attachments:
                if str(one.id) == wanted:
                    return web.Response(body=one.content, content_type=one.content_type.split(";")[0])
        return web.json_response(Refusal(Code.NOT_FOUND).body, status=404)


async def serve(port: int, token: str, transcript: Path | None) -> None:
    """Serve until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = DiscordServer(token, transcript=Transcript(file=transcript))
    await server.start(port)
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    await ended.wait()
    await server.stop()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="A local Discord for tests.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", required=True)
    parser.add_argument("--transcript", type=Path)
    given = parser.parse_args()
    asyncio.run(serve(given.port, given.token, given.transcript))


if __name__ == "__main__":
    main()
