"""Sites and their source codes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.action import Site, SiteKind
from campaign_engine.domain.codes import SITE_CODE_LENGTH, new_code, new_word_code, plain_code
from campaign_engine.domain.errors import NotFound
from campaign_engine.store.tables import sites, source_codes
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlSitesRepository(Transaction):
    """Implements ports.planning.SitesRepository."""

    async def add(self, name: str, kind: SiteKind, precinct: int, now: datetime) -> Site:
        """Two inserts, more when a word code is taken."""
        statement = sites.insert().values(name=name, kind=kind, precinct=precinct, active=True, created_at=now)
        site_id = (await self._connection.execute(statement.returning(sites.c.id))).scalar_one()
        await self._give_codes(site_id, now)
        return await self.get(site_id)

    async def get(self, site_id: int) -> Site:
        """One statement."""
        row = (await self._connection.execute(shown_sites().where(sites.c.id == site_id))).one_or_none()
        if row is None:
            raise NotFound("There is no such site.", "Open the list of sites and choose one.")
        return site_of(row)

    async def by_code(self, code: str) -> Site | None:
        """One statement."""
        row = (await self._connection.execute(named_site(sa.literal(plain_code(code))))).one_or_none()
        return site_of(row) if row else None

    async def rotate(self, site_id: int, now: datetime) -> Site:
        """Update, insert and two reads."""
        await self.get(site_id)
        old = source_codes.update().where(source_codes.c.site_id == site_id, source_codes.c.active)
        await self._connection.execute(old.values(active=False))
        await self._give_codes(site_id, now)
        return await self.get(site_id)

    async def search(self, text: str = "", limit: int = 50) -> tuple[Site, ...]:
        """One statement."""
        named = sites.c.name.icontains(text, autoescape=True)
        statement = shown_sites().where(named, sites.c.active).order_by(sites.c.name, sites.c.id).limit(limit)
        return tuple(site_of(row) for row in await self._connection.execute(statement))

    async def in_precincts(self, precincts: Iterable[int]) -> tuple[Site, ...]:
        """One statement."""
        there = shown_sites().where(sites.c.precinct.in_(set(precincts)), sites.c.active)
        found = await self._connection.execute(there.order_by(sites.c.name, sites.c.id))
        return tuple(site_of(row) for row in found)

    async def _give_codes(self, site_id: int, now: datetime) -> None:
        """Tries again while a word code is taken: there are some 20,000."""
        given = 0
        while not given:
            statement = insert(self._connection, source_codes).values(
                site_id=site_id,
                code=new_code(SITE_CODE_LENGTH),
                word_code=new_word_code(),
                active=True,
                created_at=now,
            )
            given = (await self._connection.execute(statement.on_conflict_do_nothing())).rowcount


def shown_sites() -> sa.Select[Any]:
    """Each with its one active code."""
    return sa.select(
        sites.c.id,
        sites.c.name,
        sites.c.kind,
        sites.c.precinct,
        sites.c.active,
        source_codes.c.code,
        source_codes.c.word_code,
    ).where(source_codes.c.site_id == sites.c.id, source_codes.c.active)


def named_site(code: sa.ColumnElement[str]) -> sa.Select[Any]:
    """The one that is open and has this code."""
    matches = sa.or_(source_codes.c.code == code, source_codes.c.word_code == code)
    return shown_sites().where(matches, sites.c.active)


def site_of(row: Any) -> Site:
    """From a row of `shown_sites`."""
    return Site(row.id, row.name, SiteKind(row.kind), row.precinct, row.code, row.word_code, row.active)
