"""Sites and their codes, on both databases."""

import asyncio
from collections.abc import Callable

import pytest

from campaign_engine.domain.action import SiteKind
from campaign_engine.domain.codes import LETTERS, SITE_CODE_LENGTH, WORDS
from campaign_engine.domain.errors import InvalidInput, NotFound
from tests.support.engine import House


async def test_a_site_has_a_code_for_its_link_and_a_word_for_the_ear(house: House) -> None:
    site = await house.site(name="  Maple   High ")
    assert site.name == "Maple High"
    assert (site.kind, site.precinct, site.active) == (SiteKind.SCHOOL, 75, True)
    assert len(site.code) == SITE_CODE_LENGTH
    assert set(site.code) <= set(LETTERS)
    assert site.word_code[:-2] in WORDS


@pytest.mark.parametrize("change", [str, str.lower, lambda code: f" {code[:3]}-{code[3:]} ", " ".join])
async def test_a_code_is_found_however_it_is_typed(house: House, change: Callable[[str], str]) -> None:
    site = await house.site()
    async with house.store.read() as work:
        assert await work.sites.by_code(change(site.code)) == site
        assert await work.sites.by_code(change(site.word_code)) == site
        assert await work.sites.by_code("NOSUCHCODE") is None


async def test_rotated_codes_stop_working_and_the_site_stays(house: House) -> None:
    old = await house.site()
    async with house.store.write() as work:
        new = await house.sites.rotate(work, "operator", old.id)
        assert await work.sites.by_code(old.code) is None
        assert await work.sites.by_code(old.word_code) is None
        assert await work.sites.by_code(new.code) == new
        assert await work.sites.get(old.id) == new
        with pytest.raises(NotFound):
            await work.sites.rotate(99, house.clock())
    assert (new.id, new.name) == (old.id, old.name)


async def test_sites_are_found_by_a_part_of_their_name_in_order(house: House) -> None:
    for name in ("Maple High", "100% Center", "maple Center", "Oak School"):
        await house.site(name=name)
    async with house.store.read() as work:
        assert {site.name for site in await work.sites.search("MAPLE")} == {"Maple High", "maple Center"}
        assert [site.name for site in await work.sites.search("0%")] == ["100% Center"]
        assert not await work.sites.search("_")
        assert len(await work.sites.search(limit=3)) == 3


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
async def test_a_name_that_is_none_is_refused(house: House, name: str) -> None:
    async with house.store.write() as work:
        with pytest.raises(InvalidInput):
            await house.sites.add(work, "operator", name, SiteKind.SCHOOL, 75)
        with pytest.raises(NotFound):
            await house.sites.add(work, "operator", "Maple High", SiteKind.SCHOOL, 74)


async def test_many_sites_at_once_have_codes_of_their_own(house: House) -> None:
    sites = await asyncio.gather(*(house.site(name=f"School {number}") for number in range(12)))
    assert len({site.code for site in sites} | {site.word_code for site in sites}) == 24


async def test_a_word_that_is_taken_is_drawn_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    words = iter(["MAPLE75", "MAPLE75", "MAPLE75", "OTTER42"])
    monkeypatch.setattr("campaign_engine.store.sites.new_word_code", lambda: next(words))
    assert [(await house.site(name=name)).word_code for name in ("First", "Second")] == ["MAPLE75", "OTTER42"]
