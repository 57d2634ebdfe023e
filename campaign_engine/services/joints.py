"""Carries out what is wanted about conditional pledges of an area (F17)."""

from dataclasses import replace

from campaign_engine.dialogue import my_area, together
from campaign_engine.dialogue.joint_intents import (
    DecideJoint,
    JoinJoint,
    ProposeJoint,
    SetAnyway,
    ShowJoint,
    ShowJoints,
)
from campaign_engine.dialogue.state import Places
from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.consent import is_on
from campaign_engine.domain.contact import Person, Topic
from campaign_engine.domain.errors import NotAllowed
from campaign_engine.domain.joint import Joint, JointStatus, Outcome
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.permission import (
    area,
    check_organizer,
    check_targets,
    check_trained,
    reach,
    stands_behind,
    visible_precincts,
)
from campaign_engine.domain.roles import Capability, may, roles_with
from campaign_engine.domain.schedule import to_wall
from campaign_engine.domain.windows import is_night
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.services.joint_words import text_of
from campaign_engine.services.text_approvals import TextApprovals
from campaign_engine.services.turn import Handlers, Notice, Replies, Turn

_STAFF = together.STAFF


class Joints:
    """A second person opens each; what allies read is one of our own texts, approved once per version (safety S1)."""

    def __init__(self, places: Places, texts: TextApprovals) -> None:
        self._places = places
        self._texts = texts

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {
            JoinJoint: self._join,
            ShowJoints: self._list,
            ShowJoint: self._show,
            ProposeJoint: self._propose,
            DecideJoint: self._decide,
            SetAnyway: self._set_anyway,
        }

    async def _join(self, turn: Turn, intent: JoinJoint) -> Replies:
        person = turn.person
        if person.contact_id is None:
            return ()
        rows: list[tuple[Option, ...]] = [(my_area.button_back(), Option(label="menu.open", data="m:back"))]
        if not intent.joins:
            await turn.work.joints.leave(intent.joint_id, person.contact_id)
            return (Reply("joint.out", options=tuple(rows)),)
        if not await turn.work.joints.join(intent.joint_id, person.contact_id, to_wall(turn.now).date()):
            return (Reply("joint.over", options=tuple(rows)),)
        told = is_on(person, Topic.AREA_UPDATES) and not person.opted_out
        if not told and not person.opted_out:
            topic = Topic.AREA_UPDATES.value
            rows.insert(0, (Option(label="consent.turn_on", data=f"cs:{topic}:on", values={"kind": topic}),))
        rows.insert(0, (Option(label="joint.leave", data=f"{together.ALLY}:{intent.joint_id}:out"),))
        return (Reply("joint.in", {"told": told}, tuple(rows)),)

    async def _list(self, turn: Turn, intent: ShowJoints) -> Replies:
        found = await turn.work.joints.listed(visible_precincts(turn.person), waiting=intent.waiting)
        if intent.waiting:
            found = tuple(one for one in found if _may_decide(turn.person, one))
        rows = tuple((self._entry(one),) for one in found)
        new = ((Option(label="joint.new", data=f"{_STAFF}:new"),),) if may(turn.person, Capability.DRAFT) else ()
        said = {"count": len(found), "waiting": intent.waiting}
        return (Reply("joint.list", said, (*rows, *new, (Option(label="menu.open", data="m"),))),)

    async def _show(self, turn: Turn, intent: ShowJoint) -> Replies:
        return (self._card(turn.person, await self._visible(turn, intent.joint_id)),)

    async def _propose(self, turn: Turn, intent: ProposeJoint) -> Replies:
        """Raises NotAllowed, InvalidInput."""
        person, plan = turn.person, intent.plan
        author_id = check_organizer(person)
        check_trained(person)
        check_targets(person, (plan.precinct,))
        plan.check(to_wall(turn.now).date())
        await self._check_texts(turn)
        joint_id = await turn.work.joints.add(plan, author_id, turn.now)
        await _log(turn, "hand_in_joint", joint_id)
        await self._tell(turn, plan.precinct, author_id, joint_id)
        joint = await turn.work.joints.get(joint_id)
        return (replace(self._card(person, joint), template="joint.handed_in"),)

    async def _tell(self, turn: Turn, precinct: int, author_id: int, joint_id: int) -> None:
        """Approvers whose area covers it; by day, and best effort: their menu counts it too."""
        desk = turn.opened.desk
        if desk is None or is_night(turn.now):
            return
        reading = roles_with(Capability.APPROVE)
        near = frozenset(
            one for one, grants in desk.team.items() if one != author_id and precinct in reach(grants, reading)
        )
        told = Reply("joint.waits", options=((Option(label="joint.read", data=f"{_STAFF}:{joint_id}"),),))
        turn.notices.extend(Notice(to, told) for to in await turn.work.team.contacts(near))

    async def _decide(self, turn: Turn, intent: DecideJoint) -> Replies:
        """Raises NotAllowed, NotFound."""
        joint = await self._visible(turn, intent.joint_id)
        if joint.status is JointStatus.SUBMITTED:
            _check_decider(turn.person, joint)
            if intent.yes:
                joint.plan.check(to_wall(turn.now).date())
                await self._check_texts(turn)
            status = JointStatus.OPEN if intent.yes else JointStatus.DROPPED
            if await turn.work.joints.decide(joint.id, status, turn.person.contact_id or 0):
                await _log(turn, "open_joint" if intent.yes else "drop_joint", joint.id)
            joint = await turn.work.joints.get(joint.id)
        return (self._card(turn.person, joint),)

    async def _set_anyway(self, turn: Turn, intent: SetAnyway) -> Replies:
        """Whoever set it up, or another organizer whose area covers it. Raises NotAllowed, NotFound."""
        joint = await self._visible(turn, intent.joint_id)
        check_organizer(turn.person)
        check_targets(turn.person, (joint.plan.precinct,))
        if await turn.work.joints.set_anyway(joint.id, anyway=intent.anyway):
            await _log(turn, "joint_anyway" if intent.anyway else "joint_or_not", joint.id)
        return (self._card(turn.person, await turn.work.joints.get(joint.id)),)

    async def _visible(self, turn: Turn, joint_id: int) -> Joint:
        joint = await turn.work.joints.get(joint_id)
        if joint.plan.precinct not in visible_precincts(turn.person):
            raise NotAllowed("This lies beyond your area.", "Ask somebody whose area covers it.", "beyond_scope")
        return joint

    async def _check_texts(self, turn: Turn) -> None:
        """Every end of it has its text before it begins. Raises NotAllowed."""
        for outcome in Outcome:
            await self._texts.check_may_leave(turn.work, text_of(outcome))

    def _card(self, reader: Person, joint: Joint) -> Reply:
        plan = joint.plan
        values = {
            **together.plan_values(plan, self._places.name(plan.precinct)),
            "status": joint.status.value,
            "shown": joint.shown,
            "outcome": joint.outcome.value if joint.outcome else "",
        }
        rows: list[tuple[Option, ...]] = []
        if joint.status is JointStatus.SUBMITTED and _may_decide(reader, joint):
            yes = Option(label="joint.approve", data=f"{_STAFF}:ok:{joint.id}")
            rows.append((yes, Option(label="joint.refuse", data=f"{_STAFF}:no:{joint.id}")))
        is_live = joint.status in (JointStatus.SUBMITTED, JointStatus.OPEN)
        if is_live and plan.precinct in area(reader, Capability.DRAFT):
            to, label = ("stop", "joint.rather_stop") if plan.anyway else ("go", "joint.rather_go")
            rows.append((Option(label=label, data=f"{_STAFF}:{to}:{joint.id}"),))
        rows.append((Option(label="joint.all", data=_STAFF), Option(label="menu.open", data="m")))
        return Reply("joint.card", values, tuple(rows))

    def _entry(self, joint: Joint) -> Option:
        values = {"precinct": joint.plan.precinct, "goal": joint.plan.goal, "status": joint.status.value}
        return Option(label="joint.entry", data=f"{_STAFF}:{joint.id}", values=values)


def _may_decide(person: Person, joint: Joint) -> bool:
    return stands_behind(person, CampaignKind.PLEDGE, frozenset({joint.author_id}), (joint.plan.precinct,))


def _check_decider(person: Person, joint: Joint) -> None:
    """Raise NotAllowed for its author, and for whoever approves nothing there (safety S1)."""
    if person.contact_id == joint.author_id:
        raise NotAllowed(
            "You wrote this one, so somebody else reads it before it goes out.", "Ask another approver.", "own_campaign"
        )
    if not _may_decide(person, joint):
        raise NotAllowed("Only approvers can do that.", "It waits for one of them.", "not_approver")


async def _log(turn: Turn, action: str, joint_id: int) -> None:
    await turn.work.audit.append(AuditEntry(turn.person.handle, action, f"joint:{joint_id}"), turn.now)
