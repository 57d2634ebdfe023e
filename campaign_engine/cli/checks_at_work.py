"""What `groundswell doctor` says about processes, lanes and jobs, the City's feeds among them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from campaign_engine.cli.finding import Finding, Level, well
from campaign_engine.cli.terminal import day_and_time

if TYPE_CHECKING:
    from campaign_engine.bootstrap import Engine

_DEAD = timedelta(minutes=1)
_NIGHT = timedelta(days=1)
_CLOCKS_APART = timedelta(seconds=3)


async def _processes(engine: "Engine") -> Finding:
    """Who is at work, and which role nobody has."""
    from campaign_engine.worker import ProcessRole

    async with engine.store.read() as work:
        seen = await work.processes.seen(engine.time.clock() - _DEAD)
    if not seen:
        return well("processes", "None runs.")
    says = "; ".join(f"{one.roles.replace(',', ', ')} on {one.machine}" for one in seen)
    missing = [role for role in ProcessRole if not any(role in one.roles.split(",") for one in seen)]
    if missing:
        todo = f"Start one: `groundswell up --roles {','.join(missing)}`."
        return Finding(Level.YELLOW, "processes", f"{says}. Nobody does: {', '.join(missing)}.", todo)
    return well("processes", f"{says}.")


async def _lanes(engine: "Engine") -> Finding:
    now = engine.time.clock()
    async with engine.store.read() as work:
        states = await work.lanes.states()
    held = [state for state in states if state.hold_until is not None and state.hold_until > now]
    if held:
        waits = "; ".join(f"{state.name} until {day_and_time(state.hold_until)}" for state in held if state.hold_until)
        return Finding(Level.YELLOW, "lanes", f"A platform asked to wait: {waits}.", "Nothing; it goes on by itself.")
    away = [state for state in states if state.away_since is not None]
    if away:
        since = "; ".join(f"{state.name} since {day_and_time(state.away_since)}" for state in away if state.away_since)
        says = f"A platform does not answer: {since}. Nothing is lost."
        return Finding(Level.YELLOW, "lanes", says, "Nothing; it goes on by itself. Their status page may know more.")
    owned = [state for state in states if state.owner]
    dead = [state.name for state in owned if state.heartbeat_at is None or now - state.heartbeat_at > _DEAD]
    if dead:
        says = f"{', '.join(dead)}: the process that held it does not answer."
        return Finding(Level.YELLOW, "lanes", says, "Start `groundswell up` again; it takes over by itself.")
    return well("lanes", ", ".join(state.name for state in owned) + " at work." if owned else "No process runs.")


async def _jobs(engine: "Engine") -> Finding:
    async with engine.store.read() as work:
        failing = await work.jobs.failing()
    if not failing:
        return well("jobs", "None fails.")
    named = "; ".join(
        f"{one.name} failed {one.attempts} times in a row ({one.code}), again {day_and_time(one.next_at)}"
        for one in failing[:3]
    )
    todo = "It is tried again by itself. If it goes on for an hour, read the log of the process that sends."
    return Finding(Level.YELLOW, "jobs", f"{named}.", todo)


async def _city(engine: "Engine") -> Finding:
    """Whether the City is asked by itself, and which feeds have failed for a night or longer."""
    from campaign_engine.city_desk import open_feeds

    if not engine.settings.open_data_sync:
        return well("city feeds", "Asked when somebody runs `groundswell data sync`.")
    feeds, now = open_feeds(engine), engine.time.clock()
    due = await feeds.due()
    async with engine.store.read() as work:
        looked = await work.feeds.looked_at()
    late = [feed for feed in due if feed not in looked or now - feeds.week.began(now) > _NIGHT]
    if late:
        named = "; ".join(f"{feed} {_since(looked.get(feed))}" for feed in late)
        todo = "It is tried again every night while `groundswell up` runs. `groundswell data sync` says why it fails."
        return Finding(Level.YELLOW, "city feeds", f"Not loaded this week: {named}.", todo)
    return well("city feeds", f"Asked once a week; all were there {day_and_time(min(looked.values()))} or later.")


def _since(looked_at: datetime | None) -> str:
    return f"(last {day_and_time(looked_at)})" if looked_at else "(never)"


async def _clocks(engine: "Engine") -> Finding:
    """Who has a lane is told by times that every machine writes by its own clock."""
    from campaign_engine.store import health

    if engine.database.is_sqlite:
        return well("clocks", "There is only this machine's.")
    async with engine.database.read() as connection:
        apart = abs(await health.database_clock(connection) - engine.time.clock())
    if apart > _CLOCKS_APART:
        says = f"This machine's clock and the database's are {apart.total_seconds():.0f} seconds apart."
        return Finding(Level.YELLOW, "clocks", says, "Let every machine keep its clock by NTP.")
    return well("clocks", "This machine and the database agree.")


ALL = (_processes, _lanes, _jobs, _city, _clocks)
"""In the order in which they are shown."""
