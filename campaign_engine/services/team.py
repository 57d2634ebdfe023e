"""Carries out what people decide about their own place on the team."""

from dataclasses import replace

from campaign_engine.dialogue.intents import CompleteTraining
from campaign_engine.domain.permission import check_organizer
from campaign_engine.domain.roles import TRAINING
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.services.turn import Handlers, Replies, Turn


async def complete_training(turn: Turn, intent: CompleteTraining) -> Replies:  # noqa: ARG001 - the intent has no fields
    """Once; taken again it changes nothing. Raises NotAllowed."""
    if await turn.work.team.complete_training(check_organizer(turn.person), TRAINING, turn.now):
        await turn.work.audit.append(AuditEntry(turn.person.handle, "train", TRAINING), turn.now)
    turn.person = replace(turn.person, trained=True)
    return ()


def handlers() -> Handlers:
    """Dispatch table of this file."""
    return {CompleteTraining: complete_training}
