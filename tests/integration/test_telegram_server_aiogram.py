"""The local Telegram server read by aiogram, in an environment of its own: its pins clash with ours."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.aiogram_environment import KEPT, PYTHON
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.telegram_traffic import Fault, FaultKind

PLATFORMS = Path(__file__).resolve().parents[1] / "platforms"


@pytest.fixture(scope="module")
def aiogram() -> Path:
    """Python of an environment that holds exactly what the lock file says; `make aiogram` makes it ahead."""
    if (KEPT / "complete").exists():
        return PYTHON
    program = [sys.executable, "-m", "scripts.aiogram_environment"]
    made = subprocess.run(program, check=False, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"aiogram could not be installed: {made.stderr.strip().splitlines()[-1:]}")
    return PYTHON


@pytest.mark.aiogram
async def test_aiogram_reads_every_shape_and_raises_its_own_errors(aiogram: Path) -> None:
    async with TelegramServer(limits=None) as server:
        maya = await server.telegram.person("Maya")
        await server.telegram.person("Never pressed Start")
        await maya.start()
        bot = await asyncio.create_subprocess_exec(
            *(str(aiogram), str(PLATFORMS / "aiogram_client.py"), server.root, server.token, str(maya.id)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"PATH": os.environ["PATH"]},
        )
        assert bot.stdout is not None
        assert await bot.stdout.readline() == b"ready\n"
        card = await maya.wait_for("Ready?")
        typed = await maya.say("hello")
        await maya.edit(typed, "hello!")
        await maya.send("sticker")
        query = await maya.tap("Yes", message_id=card.message_id)
        assert await bot.stdout.readline() == b"hold me\n"
        await server.telegram.fault(Fault(FaultKind.FLOOD, method="sendMessage", retry_after=7))
        said = json.loads((await bot.communicate(b"go on\n"))[0])
        assert await server.telegram.answer_of(query) == {"text": "Saved", "show_alert": False}
    assert said == {
        "me": [True, False],
        "entity": ["bold", 0, 6],
        "photo": [40, True],
        "document": 8,
        "loaded": True,
        "seen": ["message", "message", "edited_message", "message", "callback_query"],
        "edited": "Thank you",
        "not_modified": ["TelegramBadRequest", said["not_modified"][1]],
        "commands": True,
        "language": ["TelegramBadRequest", "Bad Request: invalid language code specified"],
        "entities": [
            "TelegramBadRequest",
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ],
        "unknown": ["TelegramBadRequest", "Bad Request: chat not found"],
        "long": ["TelegramBadRequest", "Bad Request: message is too long"],
        "stranger": ["TelegramForbiddenError", "Forbidden: bot can't initiate conversation with a user"],
        "flood": ["TelegramRetryAfter", 7],
    }
    assert said["not_modified"][1].startswith("Bad Request: message is not modified: specified new message content")
