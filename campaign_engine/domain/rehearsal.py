"""A campaign played through without sending: the planner asked about everybody, moment by moment (safety S5, K3)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from campaign_engine.domain.campaign import Campaign, CampaignStatus, PostStatus
from campaign_engine.domain.contact import ConsentKind
from campaign_engine.domain.lane_forecast import Arrival, Flow, forecast
from campaign_engine.domain.pacing import LIMITS, UNLIMITED
from campaign_engine.domain.planner import Facts, Priority, Reason, first_leaving, verdict
from campaign_engine.domain.rounding import rounded_size
from campaign_engine.domain.schedule import to_utc, to_wall
from campaign_engine.domain.windows import SendingHours

MOST_FIRINGS = 8
"""How many times ahead are played through; a weekly post of a year would fill screens."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in the target precincts with an address on a channel; `facts` are of now, for no post in particular.

    `asked`: those topics of other campaigns that they said yes to.
    """

    channel: str
    precinct: int
    facts: Facts
    asked: frozenset[ConsentKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Firing:
    """One time at which a post would go out; `wall` is New York wall-clock time, the others are UTC."""

    wall: datetime
    due_at: datetime
    stale_at: datetime
    approved_at: datetime | None
    channels: frozenset[str]
    rooms_only: bool = False

    @property
    def leaves_at(self) -> datetime:
        """After the cancel window (safety S3)."""
        return max(self.due_at, first_leaving(self.approved_at) or self.due_at)


@dataclass(frozen=True, slots=True)
class Rival:
    """A time at which another campaign goes out: whom it reaches may have had enough when ours does (safety S5).

    `held` is until when, by precinct.
    """

    firing: Firing
    topic: ConsentKind
    precincts: frozenset[int]
    priority: Priority
    held: Mapping[int, datetime | None]

    def meets(self, each: Candidate) -> bool:
        """Whether it is for this person."""
        return each.channel in self.firing.channels and each.precinct in self.precincts and self.topic in each.asked

    def facts_of(self, each: Candidate, facts: Facts) -> Facts:
        """For this post, of what is known of the person for ours."""
        return replace(facts, consented=True, priority=self.priority, held_until=self.held.get(each.precinct))


def firings_ahead(campaign: Campaign, now: datetime) -> tuple[Firing, ...]:
    """Of all its posts, soonest first; what is not approved yet counts as approved now."""
    found = []
    for post in campaign.posts:
        if post.status is PostStatus.WITHDRAWN:
            continue
        for wall in post.content.schedule.walls():
            due_at = to_utc(wall)
            if due_at > now:
                stale_at = due_at + timedelta(minutes=post.content.stale_minutes)
                channels = frozenset(post.content.channels)
                approved_at = None if post.status is PostStatus.APPROVED else now
                found.append(Firing(wall, due_at, stale_at, approved_at, channels, post.content.rooms_only))
    return tuple(sorted(found, key=lambda firing: firing.due_at))


@dataclass(frozen=True, slots=True)
class Others:
    """What else a lane has to do: `arrivals` of other posts and the queue; until `free_at` a platform lets it wait."""

    arrivals: tuple[Arrival, ...] = ()
    free_at: datetime | None = None


Ends = tuple[tuple[int, datetime | Reason], ...]
"""By number of the firing: when it leaves to somebody, or why it does not."""


@dataclass(slots=True)
class Rehearsal:
    """Counts exactly inside; only `as_values` leaves, rounded. `rooms` are numbers by channel, `others` by channel.

    `around` adds what campaign and precinct decide to the facts of a person. `rivals` are all of other campaigns that
    may count against ours.
    """

    firings: tuple[Firing, ...]
    hours: SendingHours
    status: CampaignStatus
    rooms: Counter[str] = field(default_factory=Counter)
    others: Mapping[str, Others] = field(default_factory=dict)
    around: Callable[[Candidate], Facts] = field(default=lambda each: each.facts)
    rivals: tuple[Rival, ...] = ()
    _leaving: list[Counter[tuple[str, datetime]]] = field(init=False)
    _kept: list[Counter[Reason]] = field(init=False)
    _known: dict[Candidate, Ends] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._leaving = [Counter() for _ in self.played]
        self._kept = [Counter() for _ in self.played]

    @property
    def played(self) -> tuple[Firing, ...]:
        """Those times ahead that are played through."""
        return self.firings[:MOST_FIRINGS]

    def play(self, candidates: Iterable[Candidate]) -> None:
        """Each goes through all times in order, so that what leaves first counts against what comes later."""
        for each in candidates:
            known = self._known.get(each)
            if known is None:
                # Most people stand alike, so that it is asked once for them all.
                if len(self._known) > _MOST_KNOWN:
                    self._known.clear()
                known = self._known[each] = self._ends(each)
            for number, end in known:
                if isinstance(end, Reason):
                    self._kept[number][end] += 1
                else:
                    self._leaving[number][each.channel, end] += 1

    def _ends(self, each: Candidate) -> Ends:
        ends, facts = [], self.around(each)
        for one in self._in_order():
            if isinstance(one, Rival):
                if not one.meets(each):
                    continue
                end = self._left(one.facts_of(each, facts), one.firing, CampaignStatus.RUNNING)
            else:
                firing = self.firings[one]
                if each.channel not in firing.channels or firing.rooms_only:
                    continue
                status = self.status if self.status in _TOLD else CampaignStatus.RUNNING
                end = self._left(facts, firing, status)
                ends.append((one, end))
            if isinstance(end, datetime):
                facts = replace(facts, sent=(*facts.sent, end))
        return tuple(ends)

    def _in_order(self) -> list[int | Rival]:
        """Ours by number and others' by time; of two at once others' goes first, so that rather too little is said."""
        theirs: list[tuple[datetime, bool, int | Rival]] = [(one.firing.leaves_at, False, one) for one in self.rivals]
        ours = [(firing.leaves_at, True, number) for number, firing in enumerate(self.played)]
        return [one for *_, one in sorted((*theirs, *ours), key=lambda step: step[:2])]

    def _left(self, facts: Facts, firing: Firing, status: CampaignStatus) -> datetime | Reason:
        """When it would leave, or why it would not."""
        known = replace(facts, stale_at=firing.stale_at, approved_at=firing.approved_at, campaign_status=status)
        moment = firing.leaves_at
        while True:
            told = verdict(known, moment, self.hours)
            if told.may or told.reason is None:
                return moment
            if told.final or told.again_at is None or told.reason in _OPEN_ENDED or told.again_at >= firing.stale_at:
                return told.reason
            moment = told.again_at

    def as_values(self) -> list[dict[str, object]]:
        """For a template, in New York time: people rounded down, None below twenty; rooms as they are (safety K3)."""
        flows = {channel: self._flows(channel) for firing in self.played for channel in firing.channels}
        return [self._firing_values(number, flows) for number in range(len(self.played))]

    @property
    def more(self) -> int:
        """Times ahead that were not played through."""
        return len(self.firings) - len(self.played)

    def _flows(self, channel: str) -> Mapping[int | None, Flow]:
        """Rooms go first; they count as others' work, because it is people that are shown by hour."""
        others = self.others.get(channel, Others())
        arrivals = list(others.arrivals)
        for number, firing in enumerate(self.played):
            if channel not in firing.channels:
                continue
            arrivals.append(Arrival(firing.leaves_at, firing.stale_at, self.rooms[channel]))
            arrivals += [
                Arrival(moment, firing.stale_at, people, number)
                for (on, moment), people in self._leaving[number].items()
                if on == channel
            ]
        limit = LIMITS.get(channel, UNLIMITED).broadcasts
        return forecast(arrivals, limit.interval if limit else 0.0, self.hours, others.free_at or _EARLIEST)

    def _firing_values(self, number: int, flows: Mapping[str, Mapping[int | None, Flow]]) -> dict[str, object]:
        firing, kept = self.played[number], Counter(self._kept[number])
        channels = []
        for channel in sorted(firing.channels):
            flow = flows[channel].get(number, Flow())
            kept.update({Reason.STALE: flow.late} if flow.late else {})
            last = flow.last or (firing.leaves_at if self.rooms[channel] else None)
            channels.append(
                {
                    "channel": channel,
                    "people": rounded_size(flow.by_hour.total()),
                    "rooms": self.rooms[channel],
                    "last": None if last is None else to_wall(_coarse(last)),
                    "hours": _by_hour(flow),
                }
            )
        late = firing.leaves_at > firing.due_at
        return {
            "wall": firing.wall,
            "leaves": to_wall(firing.leaves_at) if late else None,
            "channels": channels,
            "kept": [{"reason": reason.value, "people": rounded_size(count)} for reason, count in sorted(kept.items())],
        }


def _by_hour(flow: Flow) -> list[dict[str, object]]:
    """With the length of a bar, which is made of what is said, not of what is known (safety K3)."""
    sizes = {hour: rounded_size(people) for hour, people in sorted(flow.by_hour.items())}
    most = max((size or 0 for size in sizes.values()), default=0) or 1
    return [
        {"hour": to_wall(hour), "people": size, "bar": max(1, round((size or 0) * LONGEST_BAR / most))}
        for hour, size in sizes.items()
    ]


def _coarse(moment: datetime) -> datetime:
    """Up to the next five minutes: to the second it would say how many people there are (safety K3)."""
    return moment + COARSE - (moment - _EARLIEST) % COARSE


LONGEST_BAR = 12
"""Characters; a phone is narrow."""

COARSE = timedelta(minutes=5)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_MOST_KNOWN = 20_000
_TOLD = (CampaignStatus.PAUSED, CampaignStatus.FINISHED, CampaignStatus.CANCELLED)
"""States that a rehearsal does not overlook; all others are on their way to running."""
_OPEN_ENDED = (Reason.STOPPED, Reason.CAMPAIGN_PAUSED)
