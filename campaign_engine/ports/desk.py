"""What the one read of a dialogue step brings besides the person: what an update names, and the desk of staff."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from campaign_engine.domain.action import Site
from campaign_engine.domain.audience import Room
from campaign_engine.domain.automatic_texts import TextKey
from campaign_engine.domain.campaign import CampaignKind, Draft, PostSource
from campaign_engine.domain.contact import RoleGrant
from campaign_engine.domain.moving import Mover
from campaign_engine.domain.volunteering import OpenRequest
from campaign_engine.ports.planning import StoredRanking


@dataclass(frozen=True, slots=True)
class Sought:
    """What an update names: a site's code, a post, the plain address of the room it came from, a code that moves
    somebody here; empty for none.
    """

    code: str = ""
    post_id: int | None = None
    room: str = ""
    move: str = ""


NOTHING = Sought()


@dataclass(frozen=True, slots=True)
class Named:
    """What was found of it; `is_old`: the code is of a site's poster that was replaced."""

    site: Site | None = None
    post: PostSource | None = None
    room: Room | None = None
    mover: Mover | None = None
    is_old: bool = False


@dataclass(frozen=True, slots=True)
class WaitingCampaign:
    """As much of a campaign with a submitted post as tells who may approve it.

    `authors` wrote a text of it in any language; one who is gone is 0.
    """

    kind: CampaignKind
    authors: frozenset[int]
    precincts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """For a member of staff: their draft, and what waits for anybody.

    `joints` are conditional pledges that wait. `own_waits` counts campaigns that they handed in and nobody decided on.
    `asked` are author and draft of each that waits for a translation, oldest first. `requests` for a role are those
    still open, with the `team` that may answer them, by contact id. `log_head` is the newest hash of the audit log.
    """

    draft: Draft | None = None
    waiting: tuple[WaitingCampaign, ...] = ()
    joints: tuple[WaitingCampaign, ...] = ()
    own_waits: int = 0
    asked: tuple[tuple[int, Draft], ...] = ()
    ranking: StoredRanking | None = None
    requests: tuple[OpenRequest, ...] = ()
    team: Mapping[int, tuple[RoleGrant, ...]] = dataclasses.field(default_factory=dict)
    approved_texts: frozenset[TextKey] = frozenset()
    log_head: str = ""
