"""The whole job without a server: two campaigns, a week, a report; all figures come through dialogue and send path."""

import asyncio
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from analytics.files import Wanted, report_files
from campaign_engine.bootstrap import Engine, Wiring, open_engine, prepare
from campaign_engine.demo.cast import OutOfScript, Plan, approve_waiting, plan_campaign
from campaign_engine.demo.channel import Fate, SimulatedPlatform
from campaign_engine.demo.clock import DemoClock
from campaign_engine.demo.crowd import Casting, Crowd
from campaign_engine.demo.stage import Stage, demo_settings, furnish, promise
from campaign_engine.demo.week import Parts, Week
from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.errors import ConfigurationError, GroundswellError
from campaign_engine.ports.channel import Channel
from campaign_engine.ports.opendata import Progress
from campaign_engine.settings import Settings
from campaign_engine.worker import do_the_week

START = datetime(2026, 11, 30, 20, tzinfo=UTC)
"""Monday, 3 pm in New York."""

LAST_ARRIVAL = datetime(2026, 12, 8, 20, tzinfo=UTC)
END = datetime(2026, 12, 9, 2, tzinfo=UTC)
"""The first post is on Tuesday at 4 pm, the last one a week later; nobody is written to more than twice a week."""

PLEDGE_DRIVE = Plan(CampaignKind.PLEDGE, "Look out for each other", 1000, "Tuesdays at 4 pm until December 8", "A")
AWARENESS = Plan(CampaignKind.AWARENESS, "One small step", 300, "December 4 at 4 pm")

SUMMARY = "summary.json"
FILES = ("report.html", "report.es.html", "report.csv", SUMMARY)
_CHECKED = (DeliveryStatus.SENT, DeliveryStatus.FAILED, DeliveryStatus.UNCONFIRMED)
PUBLIC_URL = "http://127.0.0.1:8000"


class WrongFigures(GroundswellError):
    """What was counted does not fit what was done: the demo ends rather than report it."""

    code = "wrong_figures"


@dataclass(frozen=True, slots=True)
class Summary:
    """What summary.json holds; `deliveries` by status, `data_through` an ISO day."""

    precincts: tuple[int, ...]
    ranking_rule: Mapping[str, Any]
    data_through: str
    contacts: int
    frozen_audience: int
    deliveries: Mapping[str, int]
    reached: int
    pledges: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen while the week passed, to hold its figures against: frozen rows, and fates of messages."""

    frozen: int
    fates: Mapping[Fate, int]


@dataclass(frozen=True, slots=True)
class _Play:
    """What is asked for."""

    people: int
    seed: int
    progress: Progress


async def run(out: Path, people: int, seed: int, progress: Progress = lambda _done, _total: None) -> Summary:
    """Makes the report in both languages, report.csv and summary.json in `out`, all or none; `progress` hears of hours.

    Raises ConfigurationError when `out` cannot be written to, OutOfScript and WrongFigures when dialogue or send path
    do not do their part.
    """
    _check_writable(out)
    with tempfile.TemporaryDirectory(prefix="groundswell-demo-") as name:
        settings, made = demo_settings(Path(name), PUBLIC_URL), Path(name) / "report"
        await prepare(settings)
        summary = await _live(settings, _Play(people, seed, progress), made)
        _publish(made, out)
    return summary


async def _live(settings: Settings, play: _Play, made: Path) -> Summary:
    clock, platforms = DemoClock(START), list[SimulatedPlatform]()

    def around(channel: Channel) -> Channel:
        platforms.append(SimulatedPlatform(channel, play.seed))
        return platforms[-1]

    def told(moment: datetime) -> None:
        play.progress(_hours(moment), _hours(END))

    async with open_engine(settings, Wiring(time=clock.time, around=around)) as engine:
        stage = await furnish(engine)
        await promise(stage)
        campaign_id = await _plan(stage)
        crowd = Crowd.gather(engine, clock, Casting(play.people, stage.sites, play.seed, LAST_ARRIVAL))
        for platform in platforms:
            platform.script(crowd.subscribed_by(LAST_ARRIVAL))
        week = Week(
            Parts(
                clock, crowd, engine.store, engine.retention, engine.posting, engine.lanes, partial(do_the_week, engine)
            ),
            told,
        )
        await week.forward(END)
        fates = sum((platform.seen for platform in platforms), Counter[Fate]())
        summary = await _report(engine, campaign_id, made)
        check(summary, Seen(week.happened.frozen, fates))
        return summary


async def _plan(stage: Stage) -> int:
    """Number of the pledge drive; the second campaign runs beside it."""
    campaign_id = await plan_campaign(stage.organizer, PLEDGE_DRIVE)
    await plan_campaign(stage.organizer, AWARENESS)
    if await approve_waiting(stage.approver) != len((PLEDGE_DRIVE, AWARENESS)):
        raise OutOfScript("both campaigns for approval")
    return campaign_id


def _hours(moment: datetime) -> int:
    return round((moment - START).total_seconds() / 3600)


async def _report(engine: Engine, campaign_id: int, made: Path) -> Summary:
    """Report files and figures, all from the database alone."""
    written = await report_files(engine.reports, Wanted(campaign_id, "public", kinds=("html", "csv")))
    await asyncio.to_thread(_lay, written, made)
    counted = await engine.reports.summary()
    async with engine.store.read() as work:
        campaign = await work.campaigns.get(campaign_id)
        ranking = await work.targeting.ranking(campaign.ranking_id or 0)
    summary = Summary(
        precincts=campaign.precincts,
        ranking_rule=ranking.rule.as_json(),
        data_through=ranking.data_through.isoformat(),
        **{name: counted[name] for name in ("contacts", "frozen_audience", "deliveries", "reached", "pledges")},
    )
    (made / SUMMARY).write_text(json.dumps(asdict(summary), indent=2) + "\n", encoding="utf-8")
    return summary


def _lay(written: Mapping[str, str | bytes], made: Path) -> None:
    made.mkdir()
    for name, content in written.items():
        (made / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def check(summary: Summary, seen: Seen) -> None:
    """Raise WrongFigures unless the week worked and its figures add up (measures: delivery outcomes add up, always)."""
    by_status, fates = summary.deliveries, seen.fates
    sent, failed, unconfirmed = (by_status[one] for one in _CHECKED)
    right = {
        "something was delivered": sent > 0,
        "somebody was reached": summary.reached > 0,
        "somebody pledged": summary.pledges > 0,
        "statuses add up to the frozen audience": sum(by_status.values()) == summary.frozen_audience == seen.frozen,
        "what the platform accepted was sent": sent == fates[Fate.ACCEPTED],
        "what it refused has failed": failed == fates[Fate.BLOCKED] > 0,
        "dropped answers are unconfirmed": unconfirmed == fates[Fate.DROPPED] > 0,
        "the lane was held once": fates[Fate.TOO_MANY] > 0,
    }
    missing = [what for what, holds in right.items() if not holds]
    if missing:
        raise WrongFigures(
            f"The demo did not do its job; not true: {'; '.join(missing)}.", "Run the tests; this is a bug."
        )


def _check_writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise _not_writable() from error


def _publish(made: Path, out: Path) -> None:
    """Each file arrives whole, the summary last."""
    arriving = Path(tempfile.mkdtemp(prefix=".arriving-", dir=out))
    try:
        for name in FILES:
            shutil.copy(made / name, arriving / name)
        for name in FILES:
            (arriving / name).replace(out / name)
    except OSError as error:
        raise _not_writable() from error
    finally:
        shutil.rmtree(arriving, ignore_errors=True)


def _not_writable() -> ConfigurationError:
    return ConfigurationError(
        "The folder for the report cannot be written to.", "Choose another one with --out.", "out_not_writable"
    )
