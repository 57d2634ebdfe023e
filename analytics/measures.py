"""The measures of docs/measures.md as they are read from facts, one function each, named as there.

A docstring holds definition, unit and source; the table in docs/measures.md is written from them
(scripts/measures_page.py). Where functions give cells, any sum over them is a count of distinct people.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.editions import HIDDEN, OLD_ENOUGH, Figure
from analytics.facts import NOWHERE, Cell, Facts, Weeks
from analytics.intervals import Interval, ratio_over_sites, wilson
from analytics.layout import HARM
from analytics.rooms import RoomCounts
from campaign_engine.domain.area import week_begin
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.opendata import figures

Cells = Mapping[Cell, int]
Figures = Callable[[str], Figure]
"""What an edition says of a measure for the whole campaign."""

STEPS = ("engaged", "pledged", "trained", "inviting")
"""Of the funnel; all of them are among the reached."""


def delivered(facts: Facts) -> int:
    """Messages to people that the channel accepted and that did not come back; unit: messages. From: delivery facts."""
    return sum(facts.delivered("lane").values())


def delivered_people(facts: Facts) -> Cells:
    """Distinct contacts with at least one accepted message; unit: persons. From: people facts (delivered)."""
    return facts.people["delivered_people"]


def reached(facts: Facts) -> Cells:
    """Distinct contacts with a join, tap, answer or pledge; unit: persons. From: people facts (reached)."""
    return facts.people["reached"]


def joined(facts: Facts) -> Cells:
    """Contacts who came in by a post of it, or where and while it ran; unit: persons. From: people facts (joined)."""
    return facts.people["joined"]


def engaged(facts: Facts) -> Cells:
    """Reached, and tapped, answered or pledged on the campaign; unit: persons. From: people facts (engaged)."""
    return facts.people["engaged"]


def pledged(facts: Facts) -> Cells:
    """Contacts with a pledge that counts to the campaign; unit: persons. From: people facts (pledged)."""
    return facts.people["pledged"]


def trained(facts: Facts) -> Cells:
    """Reached, and at least 9 of 12 lessons with the question right; unit: persons. From: people facts (trained)."""
    return facts.people["trained"]


def inviting(facts: Facts) -> Cells:
    """Reached, and made at least one invite; unit: persons. From: people facts (inviting)."""
    return facts.people["inviting"]


def accepted_invites(facts: Facts) -> dict[int, int]:
    """Joined by somebody's invite, for each generation from 1 on; unit: persons. From: people facts (joined)."""
    return {generation: count for generation, count in facts.by("joined", "generation").items() if generation > 0}


def pledges_without_person(facts: Facts) -> Cells:
    """Pledges from a kiosk or paper, by their site and precinct; unit: pledges. From: people facts (pledge_alone)."""
    return facts.people["pledges_without_person"]


def asked(facts: Facts) -> Cells:
    """Pledgers who were asked about their if-then plan, by their own yes; unit: persons. From: the three answers.

    Two weeks after they chose it, once. Each counts when they answer, or when seven days have passed.
    """
    counts: Counter[Cell] = Counter()
    for one in (followed_through, not_followed, no_answer):
        counts.update(one(facts))
    return counts


def followed_through(facts: Facts) -> Cells:
    """Of the asked, who said that they did their plan; unit: persons. From: people facts (followed)."""
    return facts.people["followed_through"]


def not_followed(facts: Facts) -> Cells:
    """Of the asked, who said not yet, no or rather not say; unit: persons. From: people facts (not_followed)."""
    return facts.people["not_followed"]


def no_answer(facts: Facts) -> Cells:
    """Of the asked, who said nothing in seven days; unit: persons. From: people facts (no_answer)."""
    return facts.people["no_answer"]


def opt_outs(facts: Facts) -> Cells:
    """People who said STOP while the campaign ran and was theirs; unit: persons. From: people facts (opt_out)."""
    return facts.people["opt_outs"]


def deletes(facts: Facts) -> Cells:
    """People who had themselves deleted while it ran and was theirs; unit: persons. From: people facts (delete)."""
    return facts.people["deletes"]


def blocks(facts: Facts) -> Cells:
    """People whose platform refused a message because they shut us out; unit: persons. From: people facts (blocked)."""
    return facts.people["blocks"]


def pauses(facts: Facts) -> Cells:
    """People who chose a break while it ran and was theirs; unit: persons. From: people facts (pause)."""
    return facts.people["pauses"]


def harm(facts: Facts) -> dict[str, int]:
    """Opt-outs, deletes, blocks and pauses, always beside reach; unit: persons. From: the four measures."""
    return {one.__name__: sum(one(facts).values()) for one in (opt_outs, deletes, blocks, pauses)}


def closed_week(weeks: Weeks, today: date) -> Mapping[str, int]:
    """Distinct people of each measure in the last whole week, Sunday to Saturday; unit: persons. From: week flags.

    By New York's days. Trained and inviting have no week. Who was deleted since stays counted. Never add weeks up.
    """
    return weeks.get(week_begin(today) - timedelta(weeks=1), {})


def harm_rises(now: Figures, then: Figures | None) -> tuple[str, ...]:
    """Kinds of harm that grew faster than the reached since the edition before; unit: measures. From: weekly editions.

    Such a campaign cannot be labelled a success. From published figures, so that the word tells no hidden one: one that
    comes into view rises, and so does one whose reach is hidden. Nothing rises in a first edition.
    """
    if then is None:
        return ()
    reached, reached_then = now("reached"), then("reached")
    return tuple(one for one in HARM if _rises((now(one), then(one)), (reached, reached_then)))


def _rises(harm: tuple[Figure, Figure], reach: tuple[Figure, Figure]) -> bool:
    (now, then), (reached, reached_then) = harm, reach
    if now == HIDDEN or (then != HIDDEN and now <= then):
        return False
    if then == HIDDEN or reached == HIDDEN or reached_then == HIDDEN:
        return True
    return now * reached_then > then * reached


def outcomes(facts: Facts, *, rooms: bool) -> dict[DeliveryStatus, int]:
    """Frozen messages by what became of them; unit: messages. From: delivery facts, open deliveries.

    They add up to all that were frozen.
    """
    return facts.outcomes(rooms=rooms)


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, and between what the share lies with 95 %."""

    count: int
    of: int
    interval: Interval


def follow_through(facts: Facts) -> Share | None:
    """Followed through, of all asked, silence counting in full (Wilson 95 %); unit: share. From: people facts.

    None while nobody was asked.
    """
    of = sum(asked(facts).values())
    return share(sum(followed_through(facts).values()), of) if of else None


def funnel(facts: Facts) -> dict[date, dict[str, Share]]:
    """Of the reached by week of sign-up, who went each step (Wilson 95 %); unit: share. From: people facts."""
    cohorts = facts.by("reached", "week")
    steps = {step: facts.by(step, "week") for step in STEPS}
    return {
        week: {step: share(steps[step].get(week, 0), cohorts[week]) for step in STEPS}
        for week in sorted(cohorts)
        if cohorts[week]
    }


def share(count: int, of: int) -> Share:
    """With its Wilson 95 % interval, of true counts or of published figures. Raises ValueError where `of` is 0."""
    return Share(count, of, wilson(count, of))


@dataclass(frozen=True, slots=True)
class Reproduction:
    """`following` pledgers for `pledgers`; no ratio without any, no interval where sites are too few."""

    generation: int
    pledgers: int
    following: int
    interval: Interval | None

    @property
    def ratio(self) -> float | None:
        """Below 1: keep seeding sites."""
        return self.following / self.pledgers if self.pledgers else None


def reproduction(facts: Facts, generation: int, today: date) -> Reproduction:
    """Pledgers of the next generation for each pledger of this one; unit: ratio. From: people facts (pledged).

    Of weeks of sign-up that ended 28 days ago; pages take the edition of 28 days ago, where all is frozen. 95 % by
    bootstrap over sites, people of no site being one.
    """
    of: dict[int, Counter[int]] = {generation: Counter(), generation + 1: Counter()}
    for cell, count in pledged(facts).items():
        if cell.generation in of and cell.week + timedelta(days=7) + OLD_ENOUGH <= today:
            of[cell.generation][cell.site] += count
    these, those = of[generation], of[generation + 1]
    parts = {site: (those[site], these[site]) for site in {*these, *those}}
    return Reproduction(generation, these.total(), those.total(), ratio_over_sites(parts))


def per_1000_residents(cells: Cells) -> dict[int, float]:
    """People by residents of their precinct, 2020 census; unit: persons per 1,000. From: people facts, census."""
    counts: Counter[int] = Counter()
    for cell, count in cells.items():
        if cell.precinct != NOWHERE:
            counts[cell.precinct] += count
    rates = {number: per_1000(count, number) for number, count in counts.items()}
    return {number: rate for number, rate in rates.items() if rate is not None}


def per_1000(count: int, precinct: int) -> float | None:
    """By its residents, 2020 census; None where nobody lives."""
    residents = figures.precincts()[precinct].population
    return 1000 * count / residents if residents else None


def room_audience(counts: RoomCounts) -> int:
    """Members of the rooms posted in, each at its largest, never added to people; unit: members. From: deliveries."""
    return sum(counts.figures["room_audience"].values())


def room_reactions(counts: RoomCounts) -> int:
    """Reactions to its posts in rooms as they stand, several of one person too; unit: reactions. From: room figures."""
    return sum(counts.figures["room_reactions"].values())


def room_joins(counts: RoomCounts) -> int:
    """How often somebody came into a room by a link of ours (see below); unit: joins. From: room figures."""
    return sum(counts.figures["room_joins"].values())


def room_taps(counts: RoomCounts) -> int:
    """Taps on buttons of posts in rooms, at most one of an ally on a day; unit: taps. From: room figures."""
    return sum(counts.figures["room_taps"].values())


MEASURES: tuple[Callable[..., object], ...] = (
    delivered, delivered_people, reached, joined, engaged, pledged, trained, inviting, accepted_invites,
    pledges_without_person, asked, followed_through, not_followed, no_answer, follow_through,
    opt_outs, deletes, blocks, pauses, harm, closed_week, harm_rises,
    outcomes, funnel, reproduction, per_1000_residents, room_audience, room_reactions, room_joins, room_taps,
)  # fmt: skip
"""In the order of docs/measures.md."""
