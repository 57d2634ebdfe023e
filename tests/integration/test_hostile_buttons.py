"""Buttons that no screen shows, as a changed client can press them: each is answered, none breaks a step (N1)."""

import pytest

from campaign_engine.domain.contact import Role
from campaign_engine.domain.message import InboundKind
from tests.support.engine import House

HEADS = (
    "a", "b", "bp", "n", "pl", "if", "t", "m", "pa", "co", "g", "w", "tr", "tt", "rq", "lg", "au", "ct", "fx",
    "ks", "ev", "del", "o", "k", "tg", "tx", "ch", "pd", "gl", "lf", "su", "sa", "st", "mv", "ap", "rt", "rh",
    "rp", "un", "es", "es:e", "es:w", "es:t", "cs", "tb", "sl", "wi", "ro", "tm", "hd:c", "hd:h", "hd:i", "hd:k",
    "hd:a", "hd:t", "hd:b",
)  # fmt: skip
NUMBERS = ("0", "-1", "9" * 9, "9" * 19, "9" * 24 + ":yes", "1:en:0", "1:" + "9" * 30, "1:\x00")
"""What may come as far as a statement, which each database judges for itself."""

WORDS = ("", "²", "１", ":3", "x" * 50)


async def is_answered(house: House, value: str) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await house.grant(await organizer.contact_id() or 0, "river7", Role.AUDITOR, Role.ADMIN)
    phones = (organizer, await house.staff("oak3", Role.SAFETY_LEAD), await house.person("ally").join())
    for head in HEADS:
        for phone in phones:
            await phone.press(f"{head}:{value}")
            assert phone.screen, (head, phone.address)


@pytest.mark.parametrize("value", NUMBERS)
async def test_N1_a_button_that_nobody_was_shown_is_answered(house: House, value: str) -> None:
    await is_answered(house, value)


@pytest.mark.parametrize("value", WORDS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_N1_a_button_with_words_that_no_database_gets_is_answered(house: House, value: str) -> None:
    await is_answered(house, value)


@pytest.mark.parametrize("sign", ["\x00", "\ud800"], ids=["NUL", "half a sign"])
async def test_A2_a_sign_that_no_database_keeps_is_left_out_of_a_draft(house: House, sign: str) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await organizer.command("menu")
    await organizer.tap("New campaign", "Pledge drive")
    await organizer.say(f"Win{sign}ter")
    await organizer.tap("The 30 precincts", "300")
    await organizer.say(f"We look{sign} out in {{{{ area }}}}: {{{{ link }}}}")
    await organizer.command("menu")
    assert "My draft" in organizer.buttons
    stranger = house.person("stranger")
    assert await stranger.send(InboundKind.START, data=f"s_{sign}")
    async with house.store.read() as work:
        draft = await work.campaigns.draft(1)
    assert draft is not None
    assert (draft.title, draft.texts["en"]) == ("Winter", "We look out in {{ area }}: {{ link }}")
