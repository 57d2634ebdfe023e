"""Reach cards, Sundays and share kits, in real chats over both databases; pictures are read back by a QR reader."""

import asyncio
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from analytics.process import ReportFailed
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.schedule import to_utc, to_wall
from campaign_engine.domain.windows import DEFAULT_HOURS
from campaign_engine.opendata.places import ShippedPlaces
from campaign_engine.ports.figures import ReachCard
from campaign_engine.services.sharing import Sharing
from campaign_engine.services.sundays import Sundays
from campaign_engine.store import tables
from tests.integration.test_conversation_staff import TEXT, move_on, running, submitted
from tests.support.engine import PAGE, FixedFigures, House, Phone, QuickKits

SUNDAY = datetime(2026, 12, 6, 18, 0)  # noqa: DTZ001 - New York wall-clock time has no zone here


async def kit(phone: Phone) -> str:
    await phone.press("st:1")
    return await phone.tap("Share kit")


async def test_a_share_kit_has_a_square_and_a_tall_picture_for_each_language(house: House) -> None:
    organizer, _ = await running(house)
    text = await kit(organizer)
    files = [one for message in organizer.screen for one in message.attachments]
    assert [one.filename for one in files] == [
        f"groundswell-1-1-{language}-{shape}.png" for language in ("en", "es") for shape in ("square", "story")
    ]
    assert all(one.as_file for one in files)
    assert [Image.open(BytesIO(one.content)).size for one in files] == [(1080, 1080), (1080, 1920)] * 2
    assert "We look out for each other in New York City: " + PAGE + "/p/1" in text
    assert "Winter pledge" in files[0].alt
    assert "A QR code leads to" in files[0].alt
    assert "Un código QR" in files[2].alt
    assert "“Winter pledge”, pledge drive" in await organizer.tap("Status")


async def test_the_qr_code_of_each_picture_leads_to_the_page_of_its_post(house: House) -> None:
    organizer, _ = await running(house)
    await kit(organizer)
    for message in organizer.screen:
        for one in message.attachments:
            read = zxingcpp.read_barcodes(Image.open(BytesIO(one.content)).convert("L"))
            assert [found.text for found in read] == [f"{PAGE}/p/1"]


async def test_S1_a_kit_is_made_of_what_was_approved_and_of_nothing_before(house: House) -> None:
    organizer, _ = await submitted(house)
    await organizer.press("st:1")
    assert "Share kit" not in organizer.buttons
    assert "made of what was approved" in await organizer.press("kt:1")
    assert not any(message.attachments for message in organizer.screen)


async def test_S1_an_edit_that_waits_is_not_in_the_kit(house: House) -> None:
    organizer, _ = await running(house)
    await organizer.press("st:1")
    await organizer.tap("Edit the post")
    await organizer.press("ed:text_en")
    await organizer.say(TEXT.replace("We look", "We all look"))
    text = await organizer.press("kt:1")
    assert "We look out" in text
    assert "We all look" not in text


async def test_I2_a_check_in_has_no_pictures(house: House) -> None:
    organizer, _ = await running(house)
    async with house.store.database.write() as connection:
        await connection.execute(tables.campaigns.update().values(kind="aftermath"))
    await organizer.press("st:1")
    assert "Share kit" not in organizer.buttons
    assert "A check-in has no pictures" in await organizer.press("kt:1")


async def test_a_kit_of_a_campaign_elsewhere_or_cancelled_is_refused(house: House) -> None:
    organizer, _ = await running(house)
    other = await house.staff("elm4", Role.ORGANIZER, Scope(ScopeKind.PRECINCT, "1"))
    assert "can't find that" in await other.press("kt:1")
    await move_on(house, CampaignStatus.CANCELLED)
    assert "made of what was approved" in await organizer.press("kt:1")
    assert "can't find that" in await organizer.press("kt:99")


async def test_K1_the_report_is_a_picture_with_its_numbers_in_words(house: House) -> None:
    organizer, _ = await running(house)
    await organizer.press("st:1")
    await organizer.tap("Report")
    (card,) = organizer.screen
    assert card.picture is not None
    assert "812 delivered, 240 reached, hidden asked us to stop, 61 of 300 pledged" in card.picture.alt
    assert "Precinct 75: reached 31, pledged hidden." in card.picture.alt
    assert "Pledged: 61 of 300" in card.text


async def ran(house: House, at: datetime) -> None:
    """An occurrence of the post at this New York time."""
    async with house.store.database.write() as connection:
        await connection.execute(
            tables.occurrences.insert().values(
                post_id=1, version=1, wall_time=at, due_at=to_utc(at), stale_at=to_utc(at) + timedelta(hours=3),
                status="frozen",
            )
        )  # fmt: skip


def cards(house: House) -> list[str]:
    return [message.picture.alt for _, message in house.notes.told if message.picture is not None]


def go_to(house: House, wall: datetime) -> None:
    house.clock.now = to_utc(wall)


async def test_each_organizer_gets_one_card_of_each_campaign_on_sunday(house: House) -> None:
    organizer, _ = await running(house)
    await ran(house, SUNDAY - timedelta(days=3))
    go_to(house, SUNDAY - timedelta(minutes=1))
    assert await house.sundays.tick() == 0
    go_to(house, SUNDAY)
    house.notes.told.clear()
    assert [await house.sundays.tick() for _ in range(3)] == [1, 0, 0]
    assert [to.address for to, _ in house.notes.told] == [organizer.address] * 2
    assert "812 delivered" in cards(house)[0]
    board = house.notes.told[1][1]
    assert board.text.startswith("Your campaigns; what needs somebody comes first.")
    assert "“Winter pledge”: scheduled" in board.text
    assert [choice.data for row in board.choices for choice in row] == ["st:1"]
    go_to(house, SUNDAY + timedelta(days=7))
    assert await house.sundays.tick() == 0
    await ran(house, SUNDAY + timedelta(days=2))
    assert await house.sundays.tick() == 1


@pytest.mark.parametrize("hours", [-24, -7, 1.5, 6, 20, 25.5, 48])
async def test_S4_no_card_comes_on_another_day_or_late_in_the_evening(house: House, hours: float) -> None:
    await running(house)
    await ran(house, SUNDAY - timedelta(days=3))
    go_to(house, SUNDAY + timedelta(hours=hours))
    assert await house.sundays.tick() == 0
    assert await house.rows(tables.sunday_cards) == []


async def test_a_card_of_a_sunday_that_was_missed_comes_once_on_monday_and_says_so(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Off on Sunday, then stopped twice more: while it drew the first card, and after it had handed it on."""
    await running(house)
    await ran(house, SUNDAY - timedelta(days=3))
    go_to(house, SUNDAY + timedelta(hours=22))
    assert await restarted(house, NoFigures()).tick() == 0
    assert "report_failed" in caplog.text
    slow = SlowFigures()
    drawing = asyncio.create_task(restarted(house, slow).tick())
    await slow.begun.wait()
    drawing.cancel()
    assert await asyncio.gather(drawing, return_exceptions=True)
    assert await house.rows(tables.sunday_cards) == []
    house.notes.told.clear()
    together = TogetherFigures(3)
    at_once = await asyncio.gather(*(restarted(house, together).tick() for _ in range(3)))
    assert (sum(at_once), await restarted(house).tick()) == (1, 0), "whoever asks, and however many"
    (_, card), (_, board) = house.notes.told
    assert "what needs somebody" in board.text
    assert card.text.startswith(
        "Card of Sunday, December 6, 2026. It comes a day late because I was off then.\n\n“campaign 1” so far; people"
    )
    assert "Pledged: 61 of 300" in card.text
    go_to(house, SUNDAY + timedelta(days=7))
    assert await restarted(house).tick() == 0, "nothing ran in that week"


async def test_a_card_that_came_on_sunday_does_not_come_again_on_monday(house: House) -> None:
    await running(house)
    await ran(house, SUNDAY - timedelta(days=3))
    go_to(house, SUNDAY + timedelta(hours=1))
    house.notes.told.clear()
    assert await house.sundays.tick() == 1
    assert house.notes.told[0][1].text.startswith("“campaign 1” so far")
    go_to(house, SUNDAY + timedelta(hours=22))
    assert await restarted(house).tick() == 0


class NoFigures(FixedFigures):
    async def card(self, campaign_id: int, language: str) -> ReachCard:
        raise ReportFailed(f"No card of {campaign_id} in {language}.", "Try again.")


class SlowFigures(FixedFigures):
    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def card(self, campaign_id: int, language: str) -> ReachCard:
        self.begun.set()
        await asyncio.Event().wait()
        return await super().card(campaign_id, language)


class TogetherFigures(FixedFigures):
    """Every process has seen that the card is due before one of them notes it."""

    def __init__(self, processes: int) -> None:
        self.all_here = asyncio.Barrier(processes)

    async def card(self, campaign_id: int, language: str) -> ReachCard:
        await self.all_here.wait()
        return await super().card(campaign_id, language)


def restarted(house: House, figures: FixedFigures | None = None) -> Sundays:
    """A new process over the same database."""
    sharing = Sharing(figures or FixedFigures(), QuickKits(), house.renderer, ShippedPlaces().name, PAGE)
    return Sundays(house.store, house.clock, sharing, DEFAULT_HOURS, house.notes)


async def test_A5_notes_of_sundays_go_with_the_time_and_with_the_person(house: House) -> None:
    organizer, _ = await running(house)
    await ran(house, SUNDAY - timedelta(days=3))
    go_to(house, SUNDAY)
    await house.sundays.tick()
    assert len(await house.rows(tables.sunday_cards)) == 1
    await house.retention.run(house.clock() + timedelta(days=32))
    assert await house.rows(tables.sunday_cards) == []
    assert to_wall(datetime(2026, 12, 6, 23, tzinfo=UTC)) == SUNDAY
    assert organizer.channel == "telegram"
