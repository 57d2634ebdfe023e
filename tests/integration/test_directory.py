"""The support directory at work (safety H5), on both databases: looks, places near somebody, posts that name one."""

from datetime import timedelta

import pytest

from campaign_engine.domain.contact import Person, Role, RoleGrant
from campaign_engine.domain.errors import InvalidInput, NotFound
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.services.campaign_steps import resolved
from campaign_engine.store import tables
from tests.support.cli import Cli
from tests.support.engine import House


async def verify(house: House, name: str, how: str = "") -> None:
    async with house.store.write() as work:
        await house.directory.verify(work, name, "oak3", how=how)


async def test_H5_near_me_is_kind_and_useful_while_nothing_is_verified(house: House) -> None:
    phone = await house.person("ally").join()
    await phone.press("m:help")
    text = await phone.tap("Places near me")
    assert "You are not out of options" in text
    assert "988" in text
    assert "Safe Horizon" not in text


async def test_H5_near_me_lists_what_somebody_looked_at_their_own_precinct_first(house: House) -> None:
    phone = await house.person("ally").join()
    precinct = (await phone.known()).precinct
    assert precinct == 75
    await verify(house, "Safe Horizon")
    await verify(house, "man up", how="718-555-0100")
    await verify(house, "Street Corner Resources", how="212-555-0100")
    text = await phone.press("m:near")
    assert text.index("Man Up") < text.index("Safe Horizon")
    assert "718-555-0100" in text
    assert "Street Corner" not in text
    stranger = house.person("stranger")
    told = await stranger.press("m:near")
    assert "Safe Horizon" in told
    assert "Man Up" not in told


async def test_H5_an_expired_entry_is_not_shown_any_more(house: House) -> None:
    phone = await house.person("ally").join()
    await verify(house, "Safe Horizon")
    assert "Safe Horizon" in await phone.press("m:near")
    house.clock.advance(timedelta(days=181))
    assert "Safe Horizon" not in await phone.press("m:near")
    await verify(house, "Safe Horizon")
    async with house.store.write() as work:
        await house.directory.expire(work, "Safe Horizon", "oak3")
    assert "Safe Horizon" not in await phone.press("m:near")
    actions = [row.action for row in await house.rows(tables.audit_entries)]
    assert actions.count("directory_verify") == 2
    assert actions.count("directory_expire") == 1


async def test_H5_an_unknown_name_and_an_end_of_what_is_not_shown_are_refused(house: House) -> None:
    with pytest.raises(NotFound, match="no such entry"):
        await verify(house, "Nowhere House")
    with pytest.raises(InvalidInput, match="is not shown"):
        async with house.store.write() as work:
            await house.directory.expire(work, "Safe Horizon", "oak3")
    with pytest.raises(InvalidInput, match="help card"):
        await verify(house, "988")
    assert not await house.rows(tables.directory_looks)


async def approve(house: House, campaign_id: int) -> None:
    phone = await house.staff("birch4", Role.APPROVER)
    approver = Person(await phone.contact_id(), handle="birch4", grants=(RoleGrant(Role.APPROVER),))
    async with house.store.write() as work:
        campaign, _ = await resolved(work, await work.campaigns.get(campaign_id))
        await house.approval.approve(work, approver, campaign_id, campaign.approval_hash(campaign.precincts))


async def test_H5_only_a_post_that_names_an_unverified_entry_is_held_back(house: House) -> None:
    phone = await house.staff("river7", Role.ORGANIZER)
    author = Person(await phone.contact_id(), handle="river7", grants=(RoleGrant(Role.ORGANIZER),), trained=True)

    async def drafted(text: str) -> int:
        async with house.store.write() as work:
            await house.campaigns.start_draft(work, author, "pledge")
            fields: dict[str, object] = {
                "title": "Winter",
                "goal": 300,
                "targets": TargetRule().as_json(),
                "texts": {"en": text},
                "languages": ["en"],
                "schedule": {"first": "2026-12-01T16:00", "weekdays": [], "until": None},
                "channels": ["web"],
                "pledge": "A",
            }
            await house.campaigns.change_draft(work, author, fields)
            draft = await work.campaigns.current_draft(author.contact_id or 0)
        assert draft is not None
        return draft.campaign_id

    async def submit(campaign_id: int) -> None:
        async with house.store.write() as work:
            await house.campaigns.submit(work, author, campaign_id)

    naming = await drafted("Hi {{ area }}. Hard day? Safe Horizon helps: 800-621-4673")
    with pytest.raises(InvalidInput) as caught:
        await submit(naming)
    assert caught.value.code == "names_unverified"
    assert caught.value.values == {"name": "Safe Horizon"}
    assert {row.status for row in await house.rows(tables.campaigns)} == {"draft"}
    await verify(house, "Safe Horizon")
    await submit(naming)
    async with house.store.write() as work:
        await house.directory.expire(work, "Safe Horizon", "oak3")
    with pytest.raises(InvalidInput, match="names Safe Horizon"):
        await approve(house, naming)
    await submit(await drafted("Hi {{ area }}. Hard day? Call or text 988, or 911 in danger"))


def test_H5_the_operator_lists_verifies_and_ends_entries_and_the_doctor_reminds(cli: Cli) -> None:
    listed = cli.run("directory", "list")
    assert "Safe Horizon" in listed
    assert "unverified" in listed
    assert "directory" in cli.run("doctor")
    assert "verify NAME --by HANDLE" in cli.run("doctor")
    assert "--by" in cli.run("directory", "verify", "Safe Horizon", code=2)
    assert "is shown until" in cli.run("directory", "verify", "Safe Horizon", "--by", "oak3")
    assert "Give --how" in cli.run("directory", "verify", "Man Up", "--by", "oak3", code=1)
    assert "within a year" in cli.run("directory", "verify", "311", "--by", "oak3", "--until", "2020-01-01", code=1)
    assert "no such entry" in cli.run("directory", "verify", "Nobody", "--by", "oak3", code=1)
    assert "verified" in cli.run("directory", "list", "--precinct", "75")
    assert "is not shown any more" in cli.run("directory", "expire", "Safe Horizon")
    assert "Expired: Safe Horizon" in cli.run("doctor")
    assert "is not shown" in cli.run("directory", "expire", "Safe Horizon", code=1)
