"""States of campaigns, posts and deliveries, and what an approval covers."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.campaign import (
    CAMPAIGN_TRANSITIONS,
    POST_TRANSITIONS,
    Campaign,
    CampaignKind,
    CampaignStatus,
    Draft,
    Post,
    PostContent,
    PostStatus,
    check_campaign_transition,
    check_post_transition,
)
from campaign_engine.domain.delivery import (
    DELIVERY_TRANSITIONS,
    FINAL,
    DeliveryStatus,
    SendError,
    check_delivery_transition,
)
from campaign_engine.domain.errors import ForbiddenTransition, InvalidInput
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import Schedule

CONTENT = PostContent(
    texts={"en": "Hi", "es": "Hola"},
    schedule=Schedule(datetime.fromisoformat("2026-12-01T16:00")),
    channels=("web", "telegram"),
    targets=TargetRule(),
    pledge=PledgeCode.LOOK_OUT,
)
CAMPAIGN = Campaign(
    id=7,
    title="Winter",
    kind=CampaignKind.PLEDGE,
    status=CampaignStatus.SUBMITTED,
    languages=("en", "es"),
    goal=300,
    author_id=1,
    created_at=datetime(2026, 11, 24, tzinfo=UTC),
    posts=(Post(3, 7, 1, PostStatus.SUBMITTED, CONTENT, 1),),
)
DRAFT = Draft(7, "pledge", "Winter", 300, TargetRule().as_json(), {"en": "Hi"}, CONTENT.schedule.as_json(), ("web",))


@pytest.mark.parametrize("before", CampaignStatus)
def test_a_campaign_moves_by_its_table_only(before: CampaignStatus) -> None:
    for after in CAMPAIGN_TRANSITIONS[before]:
        check_campaign_transition(before, after)
    for after in set(CampaignStatus) - CAMPAIGN_TRANSITIONS[before]:
        with pytest.raises(ForbiddenTransition, match=rf"that is {before} cannot become {after}") as caught:
            check_campaign_transition(before, after)
        assert caught.value.hint


@pytest.mark.parametrize("before", DeliveryStatus)
def test_a_delivery_moves_by_its_table_only(before: DeliveryStatus) -> None:
    for after in DELIVERY_TRANSITIONS[before]:
        check_delivery_transition(before, after)
    for after in set(DeliveryStatus) - DELIVERY_TRANSITIONS[before]:
        with pytest.raises(ForbiddenTransition, match=f"{before}.*{after}"):
            check_delivery_transition(before, after)


@pytest.mark.parametrize("before", PostStatus)
def test_a_post_moves_by_its_table_only(before: PostStatus) -> None:
    for after in POST_TRANSITIONS[before]:
        check_post_transition(before, after)
    for after in set(PostStatus) - POST_TRANSITIONS[before]:
        with pytest.raises(ForbiddenTransition, match=f"{before}.*{after}"):
            check_post_transition(before, after)


def test_every_state_has_its_line_in_a_table() -> None:
    assert set(CAMPAIGN_TRANSITIONS) == set(CampaignStatus)
    assert set(POST_TRANSITIONS) == set(PostStatus)
    assert set(DELIVERY_TRANSITIONS) == set(DeliveryStatus)


def test_a_campaign_is_approved_only_after_it_was_submitted_and_can_be_cancelled_until_its_end() -> None:
    assert {one for one, after in CAMPAIGN_TRANSITIONS.items() if CampaignStatus.APPROVED in after} == {"submitted"}
    assert {one for one, after in CAMPAIGN_TRANSITIONS.items() if CampaignStatus.CANCELLED not in after} == {
        *("finished", "cancelled")
    }


def test_what_may_have_left_is_never_sent_again_by_itself() -> None:
    decided = {DeliveryStatus.QUEUED, DeliveryStatus.LEFT}
    assert DELIVERY_TRANSITIONS[DeliveryStatus.UNCONFIRMED] == decided
    taken_back = {one for one, after in DELIVERY_TRANSITIONS.items() if DeliveryStatus.UNCONFIRMED in after}
    assert taken_back == decided | {DeliveryStatus.SENDING}
    assert {one for one, after in DELIVERY_TRANSITIONS.items() if DeliveryStatus.SENDING in after} == {
        *("queued", "retrying")
    }


@pytest.mark.parametrize("start", DeliveryStatus)
def test_every_delivery_can_reach_an_end(start: DeliveryStatus) -> None:
    seen, ahead = set(), [start]
    while ahead:
        status = ahead.pop()
        seen.add(status)
        ahead += [after for after in DELIVERY_TRANSITIONS[status] if after not in seen]
    assert seen & FINAL


@pytest.mark.parametrize(
    "change",
    [
        {"texts": {"en": "Hi!", "es": "Hola"}},
        {"texts": {"en": "Hi"}},
        {"schedule": Schedule(datetime.fromisoformat("2026-12-01T16:01"))},
        {"schedule": Schedule(datetime.fromisoformat("2026-12-01T16:00"), (1,), date(2026, 12, 8))},
        {"channels": ("web",)},
        {"targets": TargetRule(without=(75,))},
        {"pledge": None},
        {"stale_minutes": 60},
    ],
)
def test_S1_any_change_of_content_has_another_hash(change: dict[str, Any]) -> None:
    changed = replace(CONTENT, **change)
    assert changed.content_hash() != CONTENT.content_hash()
    edited = replace(CAMPAIGN, posts=(replace(CAMPAIGN.posts[0], content=changed),))
    assert edited.approval_hash((73, 75)) != CAMPAIGN.approval_hash((73, 75))


def test_S1_equal_contents_have_equal_hashes_whatever_their_order() -> None:
    turned = replace(CONTENT, texts={"es": "Hola", "en": "Hi"}, channels=("telegram", "web"))
    assert turned.content_hash() == CONTENT.content_hash()
    assert PostContent.from_json(CONTENT.as_json()).content_hash() == CONTENT.content_hash()
    assert CAMPAIGN.approval_hash((73, 75)) == CAMPAIGN.approval_hash((75, 73))


@pytest.mark.parametrize(
    "change", [{"title": "Summer"}, {"goal": 301}, {"languages": ("en",)}, {"kind": CampaignKind.MEMORIAL}]
)
def test_S1_an_approval_covers_all_that_its_card_shows(change: dict[str, Any]) -> None:
    assert replace(CAMPAIGN, **change).approval_hash((73,)) != CAMPAIGN.approval_hash((73,))
    assert CAMPAIGN.approval_hash((73,)) != CAMPAIGN.approval_hash((73, 75))


@pytest.mark.parametrize("field", ["title", "goal", "targets", "texts", "schedule", "channels"])
def test_an_empty_field_of_a_draft_is_named(field: str) -> None:
    assert DRAFT.missing == ()
    emptied = replace(DRAFT, **{field: type(getattr(DRAFT, field))()})
    assert emptied.missing == (field,)
    if field in ("title", "goal"):
        assert emptied.content() == DRAFT.content()
        return
    with pytest.raises(InvalidInput, match="not complete") as caught:
        emptied.content()
    assert field in caught.value.hint


def test_A2_a_send_error_names_its_code_and_nothing_else() -> None:
    error = SendError("blocked", flags=frozenset({"opted_out"}))
    assert (error.opted_out, error.ambiguous, error.holds_lane, error.alert) == (True, False, False, False)
    assert str(error) == "The message was not accepted (blocked)."
