"""Simulated people talk to the real conversation over a real database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaign_engine.bootstrap import Engine, Wiring, open_engine, prepare
from campaign_engine.demo.cast import OutOfScript, Plan, Player, approve_waiting, plan_campaign
from campaign_engine.demo.channel import Fate, SimulatedPlatform
from campaign_engine.demo.characters import Leaving, draw, popularity
from campaign_engine.demo.clock import DemoClock
from campaign_engine.demo.crowd import Casting, Crowd
from campaign_engine.demo.stage import ORGANIZER, furnish
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.contact import AgeBand
from campaign_engine.domain.delivery import Receipt, SendError
from campaign_engine.domain.message import Destination, Inbound, Limits, Message
from campaign_engine.settings import Settings

START = datetime(2026, 11, 30, 20, tzinfo=UTC)
SPAN = (START, START + timedelta(days=7))
DRIVE = Plan(CampaignKind.PLEDGE, "Look out", 300, "Tuesdays at 4 pm until December 8", "A")


@pytest.fixture
def clock() -> DemoClock:
    return DemoClock(START)


@pytest.fixture
async def engine(tmp_path: Path, clock: DemoClock) -> AsyncIterator[Engine]:
    settings = Settings(data_dir=tmp_path / "data", key_file=tmp_path / "key.json", public_url="http://127.0.0.1:8000")
    await prepare(settings)
    async with open_engine(settings, Wiring(time=clock.time)) as engine:
        yield engine


@dataclass
class Recorder:
    """Implements ports.channel.Channel: takes everything."""

    sent: list[str]
    name: str = "web"
    limits: Limits = Limits(400)  # noqa: RUF009 - frozen

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:  # noqa: ARG002 - the port's
        self.sent.append(to.address)
        return Receipt(key)

    async def close(self) -> None:
        """Nothing is open."""


class Deaf:
    """A conversation that never answers."""

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:  # noqa: ARG002 - it does not listen
        return ()


async def test_two_who_sleep_at_once_wake_at_the_later_end(clock: DemoClock) -> None:
    await asyncio.gather(clock.sleep(3), clock.sleep(5), clock.sleep(1))
    assert clock.monotonic() == 5


def test_the_clock_never_goes_back(clock: DemoClock) -> None:
    clock.advance(timedelta(hours=2))
    clock.advance_to(START)
    assert clock() == START + timedelta(hours=2)


async def test_S1_one_person_drafts_and_another_one_approves_by_pressing_what_is_shown(engine: Engine) -> None:
    stage = await furnish(engine)
    campaign_id = await plan_campaign(stage.organizer, DRIVE)
    with pytest.raises(OutOfScript):
        await approve_waiting(stage.organizer)
    assert await approve_waiting(stage.approver) == 1
    async with engine.store.read() as work:
        campaign = await work.campaigns.get(campaign_id)
        top = (await work.targeting.latest_ranking()).ranking.top
    assert campaign.status is CampaignStatus.SCHEDULED
    assert campaign.precincts == tuple(sorted(top))
    assert [site.precinct for site in stage.sites] == list(top)
    assert all(site.name.startswith("Simulated ") for site in stage.sites)


async def test_a_conversation_that_does_not_answer_ends_the_demo() -> None:
    with pytest.raises(OutOfScript):
        await plan_campaign(Player(Deaf(), "web", ORGANIZER), DRIVE)


async def test_buttons_are_found_by_their_words(engine: Engine) -> None:
    player = Player(engine.conversation, "web", "student-1")
    await player.start()
    await player.tap_label("16 or 17")
    assert player.offered("b:")
    with pytest.raises(OutOfScript):
        await player.tap_label("Pay")


async def figures(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    queries = {
        "contacts": "SELECT age_band, language, precinct, count(*) FROM contacts GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        "addresses": "SELECT status, count(*) FROM addresses GROUP BY 1 ORDER BY 1",
        "consents": "SELECT granted, count(*) FROM consents GROUP BY 1 ORDER BY 1",
        "pledges": "SELECT pledge, if_then, count(*) FROM pledges GROUP BY 1, 2 ORDER BY 1, 2",
        "refused": "SELECT sum(count) FROM counters WHERE name = 'refused_age'",
    }
    async with engine.database.read() as connection:
        return {
            name: [tuple(row) for row in await connection.exec_driver_sql(query)] for name, query in queries.items()
        }


async def lived(folder: Path, seed: int) -> dict[str, list[tuple[object, ...]]]:
    settings = Settings(data_dir=folder / "data", key_file=folder / "key.json")
    clock = DemoClock(START)
    await prepare(settings)
    async with open_engine(settings, Wiring(time=clock.time)) as engine:
        stage = await furnish(engine)
        crowd = Crowd.gather(engine, clock, Casting(120, stage.sites, seed, SPAN[1]))
        assert await crowd.play(SPAN[1] + timedelta(days=7)) > 120
        assert not await crowd.play(SPAN[1] + timedelta(days=14))
        return await figures(engine)


async def test_the_same_seed_gives_the_same_people_and_another_one_does_not(tmp_path: Path) -> None:
    first, again, other = [await lived(tmp_path / name, seed) for name, seed in (("a", 7), ("b", 7), ("c", 8))]
    assert first == again
    assert first != other


async def test_C2_C7_C8_children_are_turned_away_and_whoever_leaves_is_gone(engine: Engine, clock: DemoClock) -> None:
    stage = await furnish(engine)
    weights = popularity(7, len(stage.sites))
    cast = [draw(7, number, weights, SPAN) for number in range(1, 151)]
    children = {one.address for one in cast if one.age is AgeBand.UNDER_13}
    stopped = {one.address for one in cast if one.leaving is Leaving.STOP} - children
    deleted = {one.address for one in cast if one.leaving is Leaving.DELETE} - children
    assert children
    assert stopped
    assert deleted
    crowd = Crowd.gather(engine, clock, Casting(150, stage.sites, 7, SPAN[1]))
    await crowd.play(SPAN[1] + timedelta(days=7))
    async with engine.store.read() as work:
        held = {one.address: await work.contacts.held(Destination("web", one.address)) for one in cast}
    assert not any(held.pop(address).pseudonym for address in children)
    assert {address for address, one in held.items() if one.stopped and one.pseudonym} == stopped
    assert {address for address, one in held.items() if one.stopped and not one.pseudonym} == deleted
    assert not any(granted for address in stopped for _, granted, _ in held[address].topics)


async def test_people_come_in_many_ways_and_some_go_and_come_back(engine: Engine, clock: DemoClock) -> None:
    cast = [draw(7, number, popularity(7, 30), SPAN) for number in range(1, 400)]
    assert {one.age for one in cast} == set(AgeBand)
    assert {(one.hint, one.language) for one in cast} == {("en", "en"), ("en", "es"), ("es", "es")}
    assert any(one.quits_after is not None and one.back_after for one in cast)
    assert any(one.quits_after is not None and not one.back_after for one in cast)
    assert any(one.babbles for one in cast)
    assert all(SPAN[0] <= one.arrives <= SPAN[1] for one in cast)
    assert len({one.arrives.date() for one in cast}) == 8
    popular = sorted((sum(one.site == site for one in cast) for site in range(30)), reverse=True)
    assert popular[0] > 4 * popular[-1]


async def fate_of(platform: SimulatedPlatform, address: str) -> str:
    try:
        await platform.send(Message("text"), Destination("web", address), "delivery-1")
    except SendError as error:
        return error.code
    return "sent"


async def test_fates_depend_on_seed_and_address_and_not_on_the_order() -> None:
    addresses = [f"student-{number}" for number in range(600)]
    one, two, other = (SimulatedPlatform(Recorder([]), seed) for seed in (7, 7, 8))
    first = {address: await fate_of(one, address) for address in addresses}
    assert first == {address: await fate_of(two, address) for address in reversed(addresses)}
    assert first != {address: await fate_of(other, address) for address in addresses}
    assert set(first.values()) == {"sent", "blocked", "too_many_requests", "answer_dropped"}


async def test_the_first_refusals_are_scripted_and_a_dropped_answer_has_arrived() -> None:
    inside = Recorder([])
    platform = SimulatedPlatform(inside, 7)
    platform.script(["a", "b", "c", "d"])
    flags = []
    for address in ("a", "b", "c"):
        with pytest.raises(SendError) as refused:
            await platform.send(Message("text"), Destination("web", address), "delivery-1")
        flags.append((refused.value.opted_out, refused.value.holds_lane, refused.value.ambiguous))
    assert flags == [(True, False, False), (False, True, False), (False, False, True)]
    assert inside.sent == ["c"]
    assert [platform.seen[fate] for fate in (Fate.BLOCKED, Fate.TOO_MANY, Fate.DROPPED)] == [1, 1, 1]


async def test_notices_and_what_goes_to_somebody_at_the_pages_are_never_refused() -> None:
    inside = Recorder([])
    platform = SimulatedPlatform(inside, 7)
    platform.script(["student-1"])
    await platform.send(Message("text"), Destination("web", "student-1"))
    visitors = {f"visitor-{number}" for number in range(300)}
    assert {await fate_of(platform, visitor) for visitor in visitors} == {"sent"}
    assert set(inside.sent) == {"student-1", *visitors}
