"""Buttons that no screen shows, as a changed client can press them: each is answered, none breaks a step (N1)."""

import pytest

from campaign_engine.domain.contact import Role
from tests.support.engine import House

HEADS = (
    *("a", "b", "bp", "n", "pl", "if", "t", "m", "pa", "co", "g", "w", "tr", "tt", "rq", "lg", "fx", "ks", "ev", "del"),
    *("o", "k", "tg", "tx", "ch", "pd", "gl", "lf", "su", "sa", "st", "mv", "ap", "rt", "rh", "rp"),
    *("cs", "tb", "sl", "wi", "ro", "tm", "hd:c", "hd:h", "hd:i", "hd:k", "hd:a", "hd:t", "hd:b"),
)
VALUES = (
    "",
    "0",
    "-1",
    "9" * 9,
    "9" * 19,
    "9" * 24 + ":yes",
    "²",
    "１",
    "1:en:0",
    ":3",
    "1:" + "9" * 30,
    "x" * 50,
    "1:\x00",
)


@pytest.mark.parametrize("value", VALUES)
async def test_N1_a_button_that_nobody_was_shown_is_answered(house: House, value: str) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await house.grant(await organizer.contact_id() or 0, "river7", Role.AUDITOR, Role.ADMIN)
    phones = (organizer, await house.staff("oak3", Role.SAFETY_LEAD), await house.person("ally").join())
    for head in HEADS:
        for phone in phones:
            await phone.press(f"{head}:{value}")
            assert phone.screen, (head, phone.address)
