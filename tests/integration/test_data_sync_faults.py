"""A portal that is busy, slow, away, or sends something else: the edition in use stays."""

import logging
from collections.abc import AsyncIterator

import pytest

from campaign_engine.domain.errors import BrokenFile, FeedFailed
from campaign_engine.opendata.socrata import ATTEMPTS
from campaign_engine.store.unit_of_work import SqlStore
from tests.platforms.socrata_server import PAGE, TOKEN, Fault, Row, SocrataServer
from tests.support import FakeClock
from tests.support.portal import (
    SHOOTINGS_ID,
    SQLITE,
    Stand,
    open_stand,
    shootings,
)


@pytest.fixture
async def stand(store: SqlStore, clock: FakeClock) -> AsyncIterator[Stand]:
    async with open_stand(store, clock) as made:
        yield made


@SQLITE
async def test_F1_a_portal_that_is_busy_slow_or_breaks_off_is_asked_again(stand: Stand) -> None:
    stand.publish(SHOOTINGS_ID, shootings({75: 3}))
    stand.server.faults += [
        Fault(202),
        Fault(429, headers={"Retry-After": "7"}),
        Fault(503, headers={"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}),
        Fault(break_at=40),
        Fault(body=PAGE, content_type="text/html"),
    ]
    assert (await stand.sync()).rows == 3
    assert stand.slept[1:3] == [7.0, 0.0]
    assert 0.7 < stand.slept[0] < 1.3 < 5 < stand.slept[3]
    stand.publish(SHOOTINGS_ID, shootings({75: 4}), 1_790_100_000)
    stand.server.faults += [Fault(slow=0.8), Fault(body=b'[{"incident_key": "1"')]
    assert (await stand.sync()).rows == 4


@SQLITE
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(429, headers={"Retry-After": "600"}), "an app token would help"),
        (Fault(202), "is not ready yet"),
        (Fault(body=PAGE, content_type="text/html"), "a web page instead of data"),
        (Fault(break_at=10), "broke off in the middle"),
        (Fault(302, headers={"Location": "https://elsewhere.example/"}), r"cannot be asked this way \(302\)"),
        (Fault(404), r"cannot be asked this way \(404\)"),
        (Fault(403), "does not accept the app token"),
        (Fault(body=b'{"rows": 3}'), "something else than its rows"),
        (Fault(body=b'[["1", "2"]]'), "something else than its rows"),
    ],
)
async def test_A2_what_the_portal_says_is_told_and_no_token_is(
    stand: Stand, fault: Fault, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stand.server.faults += [fault] * ATTEMPTS
    with pytest.raises(FeedFailed, match=said) as caught:
        await stand.sync(token=TOKEN)
    assert TOKEN not in caplog.text
    assert TOKEN not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__!r}"
    assert stand.server.requests[0].headers["X-App-Token"] == TOKEN
    assert (await stand.loaded(), await stand.waiting()) == (0, 0)


@SQLITE
async def test_F1_a_portal_that_is_away_is_told(stand: Stand) -> None:
    async with SocrataServer() as gone:
        root = gone.root
    stand.server.root = root
    with pytest.raises(FeedFailed, match="cannot be reached"):
        await stand.sync()
    assert len(stand.slept) == ATTEMPTS - 1


@SQLITE
async def test_F1_wrong_content_leaves_the_edition_in_use(stand: Stand) -> None:
    stand.publish(SHOOTINGS_ID, shootings({75: 20}))
    await stand.sync()

    async def refused(rows: list[Row], kind: type[Exception], said: str) -> None:
        stand.publish(SHOOTINGS_ID, rows, stand.server.published[SHOOTINGS_ID].modified + 1000)
        with pytest.raises(kind, match=said) as caught:
            await stand.sync()
        assert "The edition in use stays" in str(caught.value)
        assert (await stand.loaded(), await stand.waiting()) == (20, 0)

    good = shootings({75: 20})
    await refused([*good, {**good[0], "incident_key": "99", "precinct": "117"}], BrokenFile, "Row 21: PRECINCT")
    await refused([*good, {**good[0], "precinct": "44"}], BrokenFile, "another date or precinct")
    await refused(shootings({75: 12}), FeedFailed, "12 shootings, the one in use 20")
    await refused([], FeedFailed, "are empty")
    await refused(
        [{k: v for k, v in row.items() if k != "x_coord_cd"} for row in good], FeedFailed, "no column x_coord_cd"
    )
    stand.publish(SHOOTINGS_ID, [*good, *shootings({44: 2}, first=50)], 1_799_000_000)
    stand.server.published[SHOOTINGS_ID].most = 6
    stand.server.faults += [None, None, Fault(body=b"[]")]
    with pytest.raises(FeedFailed, match="end after 5 of 22 rows"):
        await stand.sync()
    # A legacy list has a row for each person: further rows of an incident are one incident.
    stand.publish(SHOOTINGS_ID, [*good, *good[:4]], 1_799_100_000)
    assert (await stand.sync()).rows == 24
    assert await stand.loaded() == 20
