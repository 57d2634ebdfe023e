"""What may leave, and what an error of a channel means for a delivery."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostContent
from campaign_engine.domain.contact import Scope, ScopeKind
from campaign_engine.domain.delivery import DELIVERY_TRANSITIONS, DeliveryStatus, SendError
from campaign_engine.domain.message import Destination
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import Schedule
from campaign_engine.ports.sending import Claimed
from campaign_engine.rendering import Renderer
from campaign_engine.services.verdicts import MOST_ATTEMPTS, lane_pause, recheck, refused
from campaign_engine.services.wording import Wording
from tests.support.clock import START

S = DeliveryStatus
CONTENT = PostContent(
    texts={"en": "{{ area }} ({{ borough }}) {{ link }} {{ campaign }}", "es": "Hola {{ area }}"},
    schedule=Schedule(first=START.replace(tzinfo=None)),
    channels=("telegram",),
    targets=TargetRule(),
)
CLAIMED = Claimed(
    id=7,
    occurrence_id=1,
    post_id=3,
    version=1,
    campaign_id=2,
    campaign_title="Look out",
    kind=CampaignKind.PLEDGE,
    campaign_status=CampaignStatus.RUNNING,
    content=CONTENT,
    to=Destination("telegram", "700"),
    language="en",
    precinct=75,
    attempts=1,
    stale_at=START + timedelta(hours=3),
    approved=True,
)


def test_nothing_speaks_against_what_was_frozen() -> None:
    assert recheck(CLAIMED, START) is None


@pytest.mark.parametrize(
    ("changed", "status", "reason"),
    [
        ({"approved": False}, S.CANCELLED, "edited"),
        ({"campaign_status": CampaignStatus.CANCELLED}, S.CANCELLED, "cancelled"),
        ({"campaign_status": CampaignStatus.FINISHED}, S.CANCELLED, "finished"),
        ({"opted_out": True}, S.SUPPRESSED, "opted_out"),
        ({"consented": False}, S.SUPPRESSED, "no_consent"),
        ({"reachable": False}, S.SUPPRESSED, "unreachable"),
        ({"paused_until": START + timedelta(seconds=1)}, S.SUPPRESSED, "paused"),
        ({"stale_at": START}, S.EXPIRED, "stale"),
        ({"campaign_status": CampaignStatus.PAUSED}, S.RETRYING, "campaign_paused"),
    ],
)
def test_C6_C7_S1_S6_each_change_since_the_freeze_keeps_it_here(
    changed: dict[str, Any], status: DeliveryStatus, reason: str
) -> None:
    outcome = recheck(replace(CLAIMED, **changed), START)
    assert outcome is not None
    assert (outcome.status, outcome.reason, outcome.tried) == (status, reason, False)
    assert status in DELIVERY_TRANSITIONS[S.SENDING]


def test_what_waits_for_a_person_goes_on_as_soon_as_that_person_says_so() -> None:
    for changed in ({"stopped": True}, {"post_stopped": True}, {"campaign_status": CampaignStatus.PAUSED}):
        outcome = recheck(replace(CLAIMED, **changed), START)
        assert outcome is not None
        assert outcome.next_attempt_at == START


def test_a_pause_that_is_over_keeps_nothing_here() -> None:
    assert recheck(replace(CLAIMED, paused_until=START), START) is None


def test_S4_after_the_window_it_is_given_back_and_not_lost() -> None:
    evening = START + timedelta(hours=3, minutes=30)
    outcome = recheck(replace(CLAIMED, stale_at=evening + timedelta(hours=1)), evening)
    assert outcome is not None
    assert (outcome.status, outcome.reason) == (S.RETRYING, "window")
    assert outcome.next_attempt_at is not None
    assert outcome.next_attempt_at > evening


def error(*flags: str, retryable: bool = False, retry_after: float | None = None) -> SendError:
    return SendError("why", retryable=retryable, retry_after=retry_after, flags=frozenset(flags))


@pytest.mark.parametrize(
    ("sent", "status", "gone", "again", "pause"),
    [
        (error("ambiguous"), S.UNCONFIRMED, False, None, 0),
        (error("ambiguous", retryable=True), S.UNCONFIRMED, False, None, 0),
        (error("opted_out"), S.FAILED, True, None, 0),
        (error("holds_lane", retryable=True, retry_after=17), S.RETRYING, False, 17, 17),
        (error("holds_lane", retryable=True), S.RETRYING, False, 60, 60),
        (error("alert", retryable=True), S.RETRYING, False, 60, 60),
        (error(retryable=True), S.RETRYING, False, 5, 0),
        (error(retryable=True, retry_after=9), S.RETRYING, False, 9, 0),
        (error(), S.FAILED, False, None, 0),
    ],
)
def test_every_error_has_one_meaning(
    sent: SendError, status: DeliveryStatus, gone: bool, again: float | None, pause: float
) -> None:
    outcome = refused(CLAIMED, sent, START)
    assert (outcome.status, outcome.gone, outcome.reason, outcome.tried) == (status, gone, "why", True)
    assert outcome.next_attempt_at == (None if again is None else START + timedelta(seconds=again))
    assert lane_pause(sent) == pause


def test_retries_wait_longer_each_time_and_end() -> None:
    tries = [refused(replace(CLAIMED, attempts=number), error(retryable=True), START) for number in range(1, 7)]
    waits = [(one.next_attempt_at - START).total_seconds() for one in tries if one.next_attempt_at]
    assert waits == [5, 10, 20, 40]
    assert [one.status for one in tries[MOST_ATTEMPTS - 1 :]] == [S.FAILED, S.FAILED]


def test_a_held_lane_does_not_use_up_the_attempts() -> None:
    held = error("holds_lane", retryable=True, retry_after=5)
    assert refused(replace(CLAIMED, attempts=50), held, START).status is S.RETRYING


def test_S6_a_platform_that_is_away_loses_nothing_that_is_not_stale() -> None:
    away = SendError("not_connected", retryable=True)
    tries = [refused(replace(CLAIMED, attempts=number), away, START) for number in (1, 5, 7, 500)]
    assert {one.status for one in tries} == {S.RETRYING}
    assert [(one.next_attempt_at - START).total_seconds() for one in tries if one.next_attempt_at] == [5, 80, 300, 300]


def wording() -> Wording:
    return Wording(Renderer(), lambda number: f"Precinct {number}", "https://ours.example/")


@pytest.mark.parametrize(
    ("precinct", "scope", "said"),
    [
        (75, None, "Precinct 75 (Brooklyn) https://ours.example/p/3 Look out"),
        (75, Scope(ScopeKind.SITE, "4"), "Precinct 75 (Brooklyn) https://ours.example/p/3 Look out"),
        (None, Scope(ScopeKind.BOROUGH, "Queens"), "Queens (Queens) https://ours.example/p/3 Look out"),
        (None, Scope(), "New York City (New York City) https://ours.example/p/3 Look out"),
    ],
)
def test_a_text_names_the_area_of_who_reads_it(precinct: int | None, scope: Scope | None, said: str) -> None:
    message = wording().message(replace(CLAIMED, precinct=precinct, scope=scope))
    assert (message.text, message.language, message.choices) == (said, "en", ())


def test_a_post_is_put_in_words_once_for_all_who_read_the_same() -> None:
    words = wording()
    first = words.message(CLAIMED)
    assert words.message(replace(CLAIMED, id=8, to=Destination("telegram", "701"))) is first
    others = [
        replace(CLAIMED, language="es"),
        replace(CLAIMED, precinct=40),
        replace(CLAIMED, version=2, content=replace(CONTENT, texts={"en": "New {{ area }}"})),
        replace(CLAIMED, campaign_title="Other"),
    ]
    assert len({first.text, *(words.message(one).text for one in others)}) == 5


@pytest.mark.parametrize(
    ("to", "data"),
    [
        (Destination("telegram", "-100", is_room=True), ["g:3:u13", "g:3:13-15", "g:3:16-17", "g:3:18-21", "g:3:22+"]),
        (Destination("telegram", "700"), ["g:3"]),
        (Destination("discord", "900", is_room=True), ["g:3"]),
        (Destination("web", "someone"), ["g:3"]),
    ],
)
def test_a_pledge_post_brings_its_buttons(to: Destination, data: list[str]) -> None:
    content = PostContent.from_json({**CONTENT.as_json(), "pledge": "A"})
    message = wording().message(replace(CLAIMED, content=content, to=to))
    assert [choice.data for row in message.choices for choice in row] == data
    assert all(choice.label for row in message.choices for choice in row)


@pytest.mark.parametrize(
    ("texts", "language", "last_line", "spoken"),
    [
        ({"en": "Hi", "es": "Hola"}, "es", "Hola", ""),
        ({"en": "Hi"}, "es", "Esto está en inglés porque nadie lo ha traducido todavía.", "en"),
        ({"en": "Hi", "es": "Hola"}, "ko", "아직 아무도 번역하지 않아서 영어로 되어 있어요.", "en"),
        ({"es": "Hola"}, "ko", "Hola", "es"),
    ],
)
def test_P2_a_language_that_a_post_lacks_gets_english_with_a_footer(
    texts: dict[str, str], language: str, last_line: str, spoken: str
) -> None:
    content = replace(CONTENT, texts=texts)
    message = wording().message(replace(CLAIMED, content=content, language=language))
    assert message.text.splitlines()[-1] == last_line
    assert (message.language, message.spoken) == (language, spoken)
    assert [tongue for _, tongue in message.passages] == (
        [spoken, language] if message.footer else [spoken or language]
    )
