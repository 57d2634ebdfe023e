"""Rate limits and faults of the local Discord, as the real discord.py meets them."""

import asyncio
import json

import aiohttp
import discord
import pytest

from tests.platforms.discord_errors import Code
from tests.platforms.discord_faults import Fault, FaultKind
from tests.platforms.discord_place import Place, place
from tests.platforms.discord_state import Limits

POST = "POST /channels/{channel_id}/messages"


def _answers(here: Place) -> list[int]:
    return [entry.body["status"] for entry in here.server.transcript.find(kind="response", path_or_event=POST)]


async def _texts(here: Place) -> list[str]:
    return [one.text for one in await here.server.driver.messages(here.channel_id)]


@pytest.mark.parametrize("everywhere", [False, True])
async def test_after_a_429_the_client_waits_and_sends_once(everywhere: bool) -> None:
    async with place() as here:
        await here.server.driver.fault(Fault(POST, FaultKind.RATE_LIMITED, seconds=0.05, everywhere=everywhere))
        await here.channel.send("Words")
        assert _answers(here) == [429, 200]
        refused = here.server.transcript.find(kind="response", path_or_event=POST, status=429)[0].body["json"]
        assert refused == {"message": "You are being rate limited.", "retry_after": 0.05, "global": everywhere}
        assert await _texts(here) == ["Words"]


async def test_the_headers_let_the_client_keep_within_its_bucket() -> None:
    async with place() as here:
        await here.server.driver.limits(messages=(2, 0.2))
        for number in range(5):
            await here.channel.send(str(number))
        assert _answers(here) == [200] * 5


async def test_a_sixth_message_in_five_seconds_is_refused_whatever_the_client() -> None:
    async with place() as here, aiohttp.ClientSession() as session:
        address = f"{here.server.api}/channels/{here.channel_id}/messages"
        head = {"Authorization": f"Bot {here.server.token}"}
        seen = []
        for number in range(6):
            async with session.post(address, json={"content": str(number)}, headers=head) as response:
                seen.append((response.status, response.headers["X-RateLimit-Remaining"]))
                last = response.headers
        assert seen == [(200, "4"), (200, "3"), (200, "2"), (200, "1"), (200, "0"), (429, "0")]
        assert last["X-RateLimit-Limit"] == "5"
        assert last["X-RateLimit-Scope"] == "user"
        assert 0 < float(last["X-RateLimit-Reset-After"]) <= 5 >= int(last["Retry-After"]) > 0
        assert await _texts(here) == ["0", "1", "2", "3", "4"]


async def test_the_global_limit_holds_over_all_routes() -> None:
    async with place(limits=Limits(everything=(20, 60.0))) as here, aiohttp.ClientSession() as session:
        head = {"Authorization": f"Bot {here.server.token}"}
        statuses = []
        for path in ("/users/@me", "/gateway/bot") * 12:
            async with session.get(here.server.api + path, headers=head) as response:
                statuses.append(response.status)
                is_global = response.headers.get("X-RateLimit-Global")
        assert statuses[-1] == 429
        assert is_global == "true"


async def test_after_too_many_invalid_requests_the_address_is_banned() -> None:
    async with place(limits=Limits(invalid_requests=(2, 600.0))) as here:
        await here.person.change(dms_open=False)
        account = await here.bot.fetch_user(int(here.person.id))
        for _ in range(2):
            with pytest.raises(discord.Forbidden):
                await account.send("Words")
        with pytest.raises(discord.HTTPException) as banned:
            await here.channel.send("Words")
        assert banned.value.status == 429
        assert "1015" in banned.value.text
        await here.server.driver.advance(601)
        await here.channel.send("Words")


async def test_a_server_error_is_retried_by_the_client_itself() -> None:
    async with place() as here:
        await here.server.driver.fault(Fault(POST, FaultKind.REFUSED, status=502))
        await here.channel.send("Words")
        assert _answers(here) == [502, 200]


async def test_a_503_is_raised_at_once() -> None:
    async with place() as here:
        await here.server.driver.fault(Fault(POST, FaultKind.REFUSED, status=503))
        with pytest.raises(discord.DiscordServerError):
            await here.channel.send("Words")
        assert await _texts(here) == []


async def test_any_refusal_can_be_ordered() -> None:
    async with place() as here:
        other = Fault(
            POST, FaultKind.REFUSED, status=403, code=50001, message="Missing Access", only={"channel_id": "1"}
        )
        await here.server.driver.fault(other)
        mine = Fault(POST, FaultKind.REFUSED, status=403, code=50001, message="Missing Access")
        await here.server.driver.fault(mine, times=2)
        for _ in range(2):
            with pytest.raises(discord.Forbidden) as refused:
                await here.channel.send("Words")
            assert refused.value.code == 50001
        await here.channel.send("Words")
        assert (await here.server.driver.status())["waiting_faults"] == 1


async def test_broken_json_comes_after_the_message_arrived() -> None:
    async with place() as here:
        await here.server.driver.fault(Fault(POST, FaultKind.MALFORMED))
        with pytest.raises(json.JSONDecodeError):
            await here.channel.send("Words")
        assert await _texts(here) == ["Words"]


async def test_a_reset_before_the_request_was_read_leaves_nothing() -> None:
    async with place() as here:
        await here.server.driver.fault(Fault(POST, FaultKind.RESET))
        with pytest.raises(aiohttp.ClientConnectionError):
            await here.channel.send("Words")
        assert await _texts(here) == []
        assert len(here.server.transcript.find(kind="lost", path_or_event=POST)) == 1


async def test_a_dropped_answer_counts_and_the_same_nonce_finds_the_message() -> None:
    async with place() as here:
        await here.server.driver.fault(Fault(POST, FaultKind.DROPPED_ANSWER))
        with pytest.raises(aiohttp.ClientConnectionError):
            await here.channel.send("Words", nonce="delivery-1")
        arrived = await here.server.driver.messages(here.channel_id)
        again = await here.channel.send("Words", nonce="delivery-1")
        assert [one.id for one in arrived] == [str(again.id)]
        assert await _texts(here) == ["Words"]


async def test_no_answer_at_all_leaves_the_client_waiting() -> None:
    async with place() as here:
        await here.server.driver.fault(Fault(POST, FaultKind.NO_ANSWER))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(here.channel.send("Words"), 0.2)
        assert await _texts(here) == []


async def test_a_first_answer_held_up_on_its_way_is_too_late() -> None:
    route = "POST /interactions/{interaction_id}/{interaction_token}/callback"
    async with place(limits=Limits(answer_within=0.2)) as here:
        await here.server.driver.fault(Fault(route, FaultKind.SLOW, seconds=0.4))
        outcome = await here.person.slash("join", {"first_name": "Ana"}, channel=here.channel_id)
        assert outcome.failed == "The application did not respond"
        late = await here.server.transcript.wait_for(lambda one: one.kind == "response" and one.path_or_event == route)
        assert late.body["code"] == 10062
        assert await here.person.sees(here.channel_id) == []


async def test_a_chat_of_two_has_no_invites_and_what_is_no_json_is_refused() -> None:
    async with place() as here:
        chat = await (await here.bot.fetch_user(int(here.person.id))).create_dm()
        with pytest.raises(discord.Forbidden) as private:
            await here.bot.http.create_invite(chat.id)
        assert (private.value.code, private.value.status) == Code.NOT_IN_A_DM.value[:2]
        write = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=here.channel_id)
        with pytest.raises(discord.HTTPException) as broken:
            await here.bot.http.request(write, data=b"{", headers={"Content-Type": "application/json"})
        assert (broken.value.code, broken.value.status) == Code.INVALID_JSON.value[:2]
