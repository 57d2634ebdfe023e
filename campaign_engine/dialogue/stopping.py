"""The kill switch in chat: a command that acts at once, and a button that asks once (safety S3)."""

from campaign_engine.dialogue.flow import Rows, aside, option, say
from campaign_engine.dialogue.intents import LiftKillSwitch, PressKillSwitch
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.message import Reply
from campaign_engine.domain.roles import Capability, may

COMMANDS = ("freeze", "unfreeze")
_ASK, _YES, _GO_ON = "ks", "ks:yes", "ks:on"


def rows(context: Context) -> Rows:
    """The button in the menu of those who may press it."""
    return ((option("sending.stop_all", _ASK),),) if _may(context) else ()


def command(name: str, state: State, context: Context) -> Step | None:
    """At once: who types it means it. None for everybody else, so that nobody learns what the command is."""
    if not _may(context):
        return None
    return say(state, intents=(PressKillSwitch() if name == COMMANDS[0] else LiftKillSwitch(),))


def choice(state: State, data: str, context: Context) -> Step | None:
    """Its buttons, which work in every state."""
    if data not in (_ASK, _YES, _GO_ON) or not _may(context):
        return None
    if data == _ASK:
        asked = Reply(
            "sending.stop_sure",
            options=(
                (option("sending.stop_yes", _YES), option("sending.stop_no", "m:back")),
                (option("sending.go_on", _GO_ON),),
            ),
        )
        return say(aside(state), asked)
    return say(aside(state), intents=(PressKillSwitch() if data == _YES else LiftKillSwitch(),))


def _may(context: Context) -> bool:
    return context.person.contact_id is not None and may(context.person, Capability.STOP_EVERYTHING)
