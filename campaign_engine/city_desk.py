"""What the command line, the clock and the doctor do with the City's feeds, wired together."""

from typing import TYPE_CHECKING

from campaign_engine.bootstrap import Engine
from campaign_engine.domain.city_week import CityWeek
from campaign_engine.opendata.city import NewYorkData
from campaign_engine.services.city_feeds import CityFeeds, Sleep
from campaign_engine.services.syncing import Syncing

if TYPE_CHECKING:
    from campaign_engine.opendata.socrata import Socrata


def open_syncing(engine: Engine) -> Syncing:
    """Loads the City's feeds into an engine's store."""
    city, clock = NewYorkData(), engine.time.clock
    return Syncing(engine.store, engine.targeting, city, clock, engine.site_desk.lists, engine.sites)


def open_portal(engine: Engine, sleep: Sleep) -> "Socrata":
    """As the settings say."""
    from campaign_engine.opendata.socrata import Socrata  # httpx, which a program that asks nobody does without

    settings = engine.settings
    return Socrata(settings.open_data_url, settings.open_data_token.get_secret_value(), sleep=sleep)


def open_feeds(engine: Engine) -> CityFeeds:
    """At the minute of this installation."""
    week = CityWeek.of(engine.database.cipher.secret("open data"))
    syncing, clock = open_syncing(engine), engine.time.clock
    return CityFeeds(engine.store, syncing, clock, lambda sleep: open_portal(engine, sleep), week)
