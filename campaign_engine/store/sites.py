"""Sites and their source codes."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.action import FoundSite, Site, SiteKind
from campaign_engine.domain.codes import SITE_CODE_LENGTH, new_code, new_word_code, plain_code
from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.listed_site import ListedSite, Loaded
from campaign_engine.domain.site_search import NamedPlace
from campaign_engine.store.short import Short
from campaign_engine.store.tables import precincts, site_figures, sites, source_codes
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert, upsert

_LISTED = sa.select(sites.c.official_id, sites.c.name, sites.c.precinct, sites.c.street, sites.c.size).where(
    sites.c.official_id.is_not(None)
)


class SqlSitesRepository(Transaction):
    """Implements ports.planning.SitesRepository."""

    async def add(self, name: str, kind: SiteKind, precinct: int, now: datetime) -> Site:
        """Two inserts, more when a word code is taken."""
        statement = sites.insert().values(
            name=name, kind=kind, precinct=precinct, active=True, created_at=now, changed_at=now
        )
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
        row = await _BY_CODE.row(self._connection, {"code": plain_code(code)})
        return None if row is None else Site(row[0], row[1], SiteKind(row[2]), row[3], row[5], row[6], bool(row[4]))

    async def rotate(self, site_id: int, now: datetime) -> Site:
        """Update, insert and two reads."""
        await self.get(site_id)
        await self._retire(site_id, now)
        await self._give_codes(site_id, now)
        return await self.get(site_id)

    async def undo_rotation(self, site_id: int, since: datetime, now: datetime) -> Site:
        """Three reads, two updates."""
        c = source_codes.c
        retired = sa.select(c.id).where(c.site_id == site_id, ~c.active, c.retired_at >= since)
        newest = retired.order_by(c.retired_at.desc(), c.id.desc()).limit(1)
        before = (await self._connection.execute(newest)).scalar_one_or_none()
        if before is None:
            raise NotFound("No code was changed here in the last day.", "Make a new code instead.", "no_rotation")
        await self._retire(site_id, now)
        await self._connection.execute(source_codes.update().where(c.id == before).values(active=True, retired_at=None))
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

    async def load(self, listed: Sequence[ListedSite], now: datetime) -> Loaded:
        """Three reads; inserts of many rows at once, one update for each site that changed."""
        known = {row.official_id: row for row in await self._connection.execute(_LISTED)}
        new = [one for one in listed if one.official_id not in known]
        changed = [
            one for one in listed if one.official_id in known and _words(one) != _row_words(known[one.official_id])
        ]
        if new:
            row = {"active": True, "created_at": now, "changed_at": now}
            await self._connection.execute(sites.insert(), [{**_columns(one), **row} for one in new])
            await self._give_many_codes([one.official_id for one in new], now)
        for one in changed:
            change = sites.update().where(sites.c.official_id == one.official_id)
            await self._connection.execute(change.values(**_columns(one), changed_at=now))
        kinds = {one.official_id.partition(":")[0] for one in listed}
        of_this_list = {official for official in known if official.partition(":")[0] in kinds}
        missing = of_this_list - {one.official_id for one in listed}
        return Loaded(len(new), len(changed), len(listed) - len(new) - len(changed), len(missing))

    async def stamp(self) -> str:
        """One read."""
        c = sites.c
        wanted = sa.select(sa.func.count(), sa.func.max(c.id), sa.func.max(c.changed_at)).where(c.active)
        count, newest, changed = (await self._connection.execute(wanted)).one()
        return f"{count} {newest} {changed}"

    async def named(self) -> tuple[NamedPlace, ...]:
        """One read."""
        wanted = sa.select(sites.c.id, sites.c.name, sites.c.official_id, precincts.c.borough)
        rows = await self._connection.execute(wanted.join(precincts).where(sites.c.active).order_by(sites.c.id))
        return tuple(
            NamedPlace(row.id, row.name, f"{(row.official_id or '').partition(':')[2]} {row.borough}") for row in rows
        )

    async def chosen(self, site_ids: Sequence[int]) -> tuple[FoundSite, ...]:
        """One read."""
        wanted = shown_sites().add_columns(sites.c.street).where(sites.c.id.in_(site_ids), sites.c.active)
        found = {row.id: FoundSite(site_of(row), row.street or "") for row in await self._connection.execute(wanted)}
        return tuple(found[site_id] for site_id in site_ids if site_id in found)

    async def figure(self, site_id: int) -> tuple[int, date] | None:
        """One read."""
        c = site_figures.c
        row = (await self._connection.execute(sa.select(c.frozen, c.edition).where(c.site_id == site_id))).one_or_none()
        return (row.frozen, row.edition) if row is not None else None

    async def keep_figure(self, site_id: int, frozen: int, edition: date) -> None:
        """One upsert."""
        kept = upsert(self._connection, site_figures, change=("frozen", "edition"))
        await self._connection.execute(kept.values(site_id=site_id, frozen=frozen, edition=edition))

    async def was_rotated(self, site_id: int, since: datetime) -> bool:
        """One read."""
        c = source_codes.c
        retired = sa.select(sa.exists().where(c.site_id == site_id, ~c.active, c.retired_at >= since))
        return bool(await self._connection.scalar(retired))

    async def size(self, site_id: int) -> int | None:
        """One read."""
        found: int | None = await self._connection.scalar(sa.select(sites.c.size).where(sites.c.id == site_id))
        return found

    async def _retire(self, site_id: int, now: datetime) -> None:
        old = source_codes.update().where(source_codes.c.site_id == site_id, source_codes.c.active)
        await self._connection.execute(old.values(active=False, retired_at=now))

    async def _give_many_codes(self, official_ids: Sequence[str], now: datetime) -> None:
        """Codes that nobody has ever had; a code that another process takes meanwhile undoes the whole list."""
        taken = set((await self._connection.execute(sa.select(source_codes.c.code))).scalars())
        taken |= set((await self._connection.execute(sa.select(source_codes.c.word_code))).scalars())
        wanted = set(official_ids)
        found = await self._connection.execute(sa.select(sites.c.id, sites.c.official_id))
        rows = []
        for site_id in (row.id for row in found if row.official_id in wanted):
            code, word_code = _free(lambda: new_code(SITE_CODE_LENGTH), taken), _free(new_word_code, taken)
            rows.append({"site_id": site_id, "code": code, "word_code": word_code, "active": True, "created_at": now})
        await self._connection.execute(source_codes.insert(), rows)

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
            once = statement.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
            given = (await self._connection.execute(once)).rowcount


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


_BY_CODE = Short(lambda _dialect: named_site(sa.bindparam("code", type_=sa.String)).limit(1))


def site_of(row: Any) -> Site:
    """From a row of `shown_sites`."""
    return Site(row.id, row.name, SiteKind(row.kind), row.precinct, row.code, row.word_code, row.active)


def _free(make: Callable[[], str], taken: set[str]) -> str:
    """Adds it to those that are taken."""
    code = make()
    while code in taken:
        code = make()
    taken.add(code)
    return code


def _words(one: ListedSite) -> tuple[object, ...]:
    return (one.name, one.precinct, one.street or None, one.size)


def _row_words(row: Any) -> tuple[object, ...]:
    return (row.name, row.precinct, row.street, row.size)


def _columns(one: ListedSite) -> dict[str, object]:
    return {
        "official_id": one.official_id,
        "name": one.name,
        "kind": one.kind,
        "precinct": one.precinct,
        "street": one.street or None,
        "size": one.size,
    }
