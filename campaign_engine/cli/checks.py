"""What `groundswell doctor` looks at, each check on its own, so that one that fails hides no other."""

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from campaign_engine.cli import checks_at_work
from campaign_engine.cli.finding import Finding, Level, failed, well
from campaign_engine.cli.opening import explained
from campaign_engine.cli.terminal import day_and_time
from campaign_engine.domain.contact import Role
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.permission import alone_in
from campaign_engine.domain.precinct import PRECINCT_NUMBERS
from campaign_engine.domain.retention import overdue
from campaign_engine.domain.support import Standing
from campaign_engine.settings import Settings, unknown_variables

if TYPE_CHECKING:
    from campaign_engine.bootstrap import Engine
    from campaign_engine.store.health import Broken

_SPARE_BYTES = 200_000_000
_OLD_DATA = timedelta(days=240)
"""Two quarters and the weeks that the City is late."""
_MOST_NAMED = 3
_LOOPBACK = ("127.0.0.1", "localhost", "::1", "")


def of_settings(settings: Settings) -> Iterator[Finding]:
    """What can be told without opening the database."""
    unknown = unknown_variables(os.environ)
    if unknown:
        names = ", ".join(unknown)
        yield Finding(Level.YELLOW, "settings", f"{names}: there is no such setting.", "See docs/operators.md.")
    else:
        yield well("settings", "All can be read.")
    yield _key_file(settings)
    yield _leavers(settings)
    yield _room(settings)
    yield _words(settings)
    for name, token in (("telegram", settings.telegram_token), ("discord", settings.discord_token)):
        yield well(name, "A token is set." if token.get_secret_value() else "Off: no token is set.")
    yield _public_url(settings)
    yield _calendar(settings)
    yield _texts(settings)


def _key_file(settings: Settings) -> Finding:
    from campaign_engine.store.cipher import read_keys

    try:
        read_keys(settings.key_file)
    except GroundswellError as error:
        return failed("key file", error)
    if settings.key_file.stat().st_mode & 0o077:
        return Finding(
            Level.YELLOW, "key file", "Others on this machine may read it.", "Run: chmod 600 on GROUNDSWELL_KEY_FILE."
        )
    return well("key file", "It is there and only its owner may read it.")


def _leavers(settings: Settings) -> Finding:
    from campaign_engine.store.cipher import load_cipher
    from campaign_engine.store.leavers_file import LeaversFile

    try:
        known = LeaversFile(settings.leavers, load_cipher(settings.key_file).fingerprint()).read()
    except GroundswellError as error:
        return failed("leavers", error)
    folder = next(each for each in settings.leavers.parents if each.exists())
    if not os.access(settings.leavers if settings.leavers.exists() else folder, os.W_OK):
        return Finding(Level.RED, "leavers", "The list cannot be written.", "Check who owns GROUNDSWELL_LEAVERS_FILE.")
    return well("leavers", f"{len(known)} entries in {settings.leavers}, for a restore. Keep a copy of it too.")


def _words(settings: Settings) -> Finding:
    from campaign_engine.wordlists import WordLists

    try:
        changes = WordLists(settings.data_dir).changes()
    except GroundswellError as error:
        return failed("words", error)
    return well("words", f"The shipped lists and {len(changes)} changes of yours.")


def _room(settings: Settings) -> Finding:
    folder = settings.data_dir
    if not folder.is_dir():
        return Finding(Level.RED, "data folder", "It does not exist.", "Run `groundswell init`.")
    if not os.access(folder, os.W_OK):
        return Finding(Level.RED, "data folder", "It cannot be written to.", "Check who owns GROUNDSWELL_DATA_DIR.")
    free = shutil.disk_usage(folder).free
    if free < _SPARE_BYTES:
        return Finding(Level.YELLOW, "data folder", f"Only {free // 1_000_000} MB are free.", "Make room on the disk.")
    return well("data folder", f"{free // 1_000_000:,} MB are free.")


def _texts(settings: Settings) -> Finding:
    from campaign_engine.texts.catalogue import Catalogue

    try:
        catalogue = Catalogue(settings.data_dir)
        standings = [catalogue.standing(language) for language in SAFETY_LANGUAGES]
    except GroundswellError as error:
        return failed("texts", error)
    unreviewed = sum(each.unreviewed for each in standings)
    outdated = sum(each.outdated for each in standings)
    unused = sum(each.unused for each in standings)
    if unreviewed or outdated or unused:
        says = f"{unreviewed} safety texts in {sum(bool(each.unreviewed) for each in standings)} languages"
        says += f" were never reviewed by a person, {outdated} are outdated, {unused} imported ones no longer fit."
        return Finding(Level.YELLOW, "texts", says, "See `groundswell texts status` and docs/translators.md.")
    return well("texts", f"Reviewed in {len(standings)} languages.")


def _public_url(settings: Settings) -> Finding:
    parts = urlsplit(settings.site_url)
    if (parts.hostname or "") in _LOOPBACK:
        todo = "Set GROUNDSWELL_PUBLIC_URL to the address that others reach the pages at."
        return Finding(Level.YELLOW, "public URL", "Links lead to this computer only.", todo)
    if parts.scheme != "https":
        return Finding(Level.YELLOW, "public URL", "It is not https.", "Put a proxy with a certificate before it.")
    return well("public URL", settings.site_url)


def _calendar(settings: Settings) -> Finding:
    from campaign_engine.opendata.school_calendar import load_calendar

    try:
        calendar = load_calendar(settings.school_calendar)
    except GroundswellError as error:
        return failed("school calendar", error)
    whose = "The shipped one" if settings.school_calendar is None else str(settings.school_calendar)
    until = f", to {calendar.last_day:%B %-d, %Y}" if calendar.last_day else ""
    says = f"{whose}{until}; posts leave {settings.school_day_hours} on school days, else {settings.other_day_hours}."
    if calendar.unverified:
        todo = "Hold it against schools.nyc.gov/calendar and name your copy in GROUNDSWELL_SCHOOL_CALENDAR."
        return Finding(Level.YELLOW, "school calendar", f"{says} {calendar.unverified} entries are unverified.", todo)
    return well("school calendar", says)


async def of_database(settings: Settings) -> list[Finding]:
    """What the rows tell; the error that kept the database shut when it cannot be opened."""
    from campaign_engine.bootstrap import open_engine
    from campaign_engine.store import migrate

    findings = []
    try:
        with explained(settings):
            async with open_engine(settings) as engine:
                kind = "SQLite" if engine.database.is_sqlite else "PostgreSQL"
                findings.append(well("database", f"{kind} at version {migrate.newest()}, and the key file fits."))
                for check in _OF_ENGINE:
                    findings.append(await check(engine))  # noqa: PERF401 - what was found before an error is kept
    except GroundswellError as error:
        findings.append(failed("database", error))
    return findings


async def _tables(engine: "Engine") -> Finding:
    from campaign_engine.store import health

    async with engine.database.read() as connection:
        precincts, rankings = await health.tables_filled(connection)
    if precincts != len(PRECINCT_NUMBERS) or not rankings:
        return Finding(Level.RED, "tables", f"{precincts} precincts, {rankings} rankings.", "Run `groundswell init`.")
    return well("tables", f"{precincts} precincts, {rankings} rankings.")


async def _data(engine: "Engine") -> Finding:
    status = await engine.targeting.status()
    whose = "shipped figures" if status.shipped else "loaded shootings"
    says = f"Data through {status.data_through:%B %-d, %Y} ({whose})."
    if engine.time.clock().date() - status.data_through > _OLD_DATA:
        todo = "Run `groundswell data sync`, or `groundswell data import FILE` with a file you downloaded."
        return Finding(Level.YELLOW, "data", says, todo)
    return well("data", says)


async def _switch(engine: "Engine") -> Finding:
    async with engine.store.read() as work:
        switch = await work.kill_switch.state()
    if switch is None or not switch.is_on:
        return well("kill switch", "Off: messages may leave.")
    says = f"Everything is stopped since {day_and_time(switch.pressed_at)}."
    if switch.lifted_at is not None:
        return Finding(Level.YELLOW, "kill switch", "Lifted; the next tick of a running program goes on.")
    todo = "A second person goes on by /unfreeze in chat, or `groundswell resume --all`."
    return Finding(Level.YELLOW, "kill switch", says, todo)


async def _deliveries(engine: "Engine") -> Finding:
    from campaign_engine.store import health

    async with engine.database.read() as connection:
        ledger = await health.ledger(connection)
        broken = await health.broken(connection)
    if broken:
        return of_breaks(broken)
    total = sum(ledger.by_status.values())
    if not ledger.adds_up:
        says = f"{ledger.rows} rows, but {total} in known states."
        return Finding(Level.RED, "deliveries", says, "Send nothing, make a backup and ask for help with this line.")
    open_question = ledger.by_status[DeliveryStatus.UNCONFIRMED] + ledger.stranded
    if open_question:
        says = f"{open_question} of {ledger.rows} may or may not have arrived."
        return Finding(Level.YELLOW, "deliveries", says, "Decide by `groundswell campaign unconfirmed ID`.")
    return well("deliveries", f"{ledger.rows}, all accounted for.")


def of_breaks(found: "Sequence[Broken]") -> Finding:
    """Each with what it means; only the first is explained, because one cause mostly breaks several."""
    each = (
        f"campaign {one.campaign_id}, {one.day:%B %-d}, {'rooms' if one.is_room else 'people'}:"
        f" {one.frozen:,} were planned, {one.found:,} are recorded, {one.known:,} in a state that there is"
        for one in found[:_MOST_NAMED]
    )
    more = f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    first = found[0]
    if first.found < first.frozen:
        todo = "Rows are missing: something beside this program removed them. Restore a backup, or send nothing of it."
    elif first.found > first.frozen:
        todo = "There are rows that nobody planned: pause the campaign, make a backup and ask for help with this line."
    else:
        todo = "A newer program wrote to this database: run that one again, or restore the backup from before it."
    return Finding(Level.RED, "deliveries", f"The outcomes do not add up: {'; '.join(each)}{more}.", todo)


async def _staff(engine: "Engine") -> Finding:
    from campaign_engine.store import health

    async with engine.database.read() as connection:
        holders = await health.holders(connection)
    organizers, approvers = holders[Role.ORGANIZER], holders[Role.APPROVER] | holders[Role.SAFETY_LEAD]
    says = f"{len(organizers)} organizers, {len(approvers)} approvers and safety leads."
    if len(organizers | approvers) == 1:
        todo = "One person cannot approve their own posts: invite a second. `groundswell invite approver`."
        return Finding(Level.YELLOW, "staff", says, todo)
    if not organizers or not approvers:
        todo = "Two different people are needed: `groundswell invite organizer`, `groundswell invite approver`."
        return Finding(Level.YELLOW, "staff", says, todo)
    return await _covered(engine, says)


async def _covered(engine: "Engine", says: str) -> Finding:
    """Where an organizer may write, somebody else must be able to approve (safety S1)."""
    async with engine.store.read() as work:
        team = await work.team.answerers(tuple(Role))
    alone = frozenset().union(*(alone_in(contact_id, team) for contact_id in team))
    if alone:
        named = ", ".join(str(number) for number in sorted(alone)[:5]) + (" and others" if len(alone) > 5 else "")
        todo = "Invite one whose area covers them: `groundswell invite approver --scope precinct:NUMBER`."
        return Finding(Level.YELLOW, "staff", f"{says} Nobody else can approve for precinct {named}.", todo)
    return well("staff", says)


async def automatic(engine: "Engine") -> Finding:
    """Which texts that go out by themselves nobody has approved (safety S1); red where word of an event would wait."""
    async with engine.store.read() as work:
        waiting = await engine.approvals.waiting(work)
    if not waiting:
        return well("auto texts", f"All {len(engine.approvals.versions)} are approved.")
    named = ", ".join(one.text.name for one in waiting)
    todo = "A safety lead or approver reads and approves them in chat; the list: `groundswell texts approvals`."
    if any(one.text.at_once and not one.shipped for one in waiting):
        says = f"{named}: nobody approved them, and word of an event was changed here, so that it cannot be told."
        return Finding(Level.RED, "auto texts", says, todo)
    urgent = " Word of an event goes out as it ships." if any(one.text.at_once for one in waiting) else ""
    return Finding(Level.YELLOW, "auto texts", f"{named}: nobody approved them, so they are not sent.{urgent}", todo)


async def _directory(engine: "Engine") -> Finding:
    """Names what a person of the team should call: nothing unverified or expired is shown (safety H5)."""
    async with engine.store.read() as work:
        listed = await engine.directory.listed(work)
    today = engine.directory.today
    by_standing = {standing: [one for one in listed if one.standing(today) is standing] for standing in Standing}
    ending = [one for one in by_standing[Standing.VERIFIED] if one.ends_soon(today)]
    says = ", ".join(f"{len(found)} {standing}" for standing, found in by_standing.items() if found) + "."
    for what, found in (("Expired", by_standing[Standing.EXPIRED]), ("Ends within 30 days", ending)):
        if found:
            says += f" {what}: {', '.join(one.entry.name for one in found)}."
    if by_standing[Standing.UNVERIFIED] or by_standing[Standing.EXPIRED] or ending:
        todo = (
            "Call there, then `groundswell directory verify NAME --by HANDLE`; the list: `groundswell directory list`."
        )
        return Finding(Level.YELLOW, "directory", says, todo)
    return well("directory", says)


async def _audit(engine: "Engine") -> Finding:
    async with engine.store.read(in_transaction=True) as work:
        broken = await work.audit.verify()
    if broken is not None:
        todo = "Compare `groundswell audit head` of your backups to see since when."
        return Finding(Level.RED, "audit log", f"Entry {broken} was changed or moved.", todo)
    return well("audit log", "Every entry follows from the one before.")


async def _retention(engine: "Engine") -> Finding:
    """When what has been kept long enough was removed, and what is overdue (safety A5)."""
    async with engine.store.read() as work:
        runs = await work.retention.last_runs()
    late = overdue({rule: ran_at for rule, (ran_at, _) in runs.items()}, engine.time.clock())
    if not runs:
        return well("retention", "It runs at the first start of `groundswell up`, then every night.")
    says = f"Ran last {day_and_time(max(ran_at for ran_at, _ in runs.values()))}"
    says += f"; removed {sum(removed for _, removed in runs.values())}."
    if late:
        todo = "Keep `groundswell up` running: it cleans up at each start and every night."
        return Finding(Level.YELLOW, "retention", f"{says} Overdue: {', '.join(late)}.", todo)
    return well("retention", says)


_OF_ENGINE = (
    *(_tables, _data, _switch, *checks_at_work.ALL, _deliveries),
    *(_staff, automatic, _directory, _audit, _retention),
)
"""In the order in which they are shown."""
