"""Simulated people who talk to the conversation as real ones do: they press what they are shown and type the rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from campaign_engine.dialogue import automatic, together, training
from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.message import Inbound, InboundKind, Message


class OutOfScript(GroundswellError):
    """The conversation did not offer what a simulated person needs to go on: the demo ends rather than invent it."""

    code = "out_of_script"

    def __init__(self, wanted: str) -> None:
        super().__init__(f"The demo stopped: nobody was offered {wanted}.", "Run the tests; this is a bug.")


class Conversing(Protocol):
    """services.conversation.Conversation as a person sees it."""

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        """Answers to one inbound."""


class Player:
    """One simulated person in a private chat; `replies` are the newest answers.

    Update ids count up from 1, so that the same play gives the same updates.
    """

    def __init__(self, conversation: Conversing, channel: str, address: str, language: str = LANGUAGES[0]) -> None:
        self.channel = channel
        self.address = address
        self.replies: tuple[Message, ...] = ()
        self._conversation = conversation
        self._language = language
        self._updates = 0

    async def start(self, payload: str = "") -> tuple[Message, ...]:
        """Open the chat, with what a link carries."""
        return await self._do(InboundKind.START, data=payload)

    async def tap(self, data: str) -> tuple[Message, ...]:
        """Press a button by its data, an old one too."""
        return await self._do(InboundKind.CHOICE, data=data)

    async def tap_label(self, prefix: str) -> tuple[Message, ...]:
        """Press the first button in view whose words begin so. Raises OutOfScript."""
        for message in self.replies:
            for row in message.choices:
                for choice in row:
                    if choice.data and choice.label.startswith(prefix):
                        return await self.tap(choice.data)
        raise OutOfScript(f'a button "{prefix}"')

    async def press(self, prefix: str) -> tuple[Message, ...]:
        """Press the first button in view whose data begins so. Raises OutOfScript."""
        return await self.tap(self.need(prefix))

    async def say(self, text: str) -> tuple[Message, ...]:
        """Type and send."""
        return await self._do(InboundKind.TEXT, text=text)

    async def command(self, name: str) -> tuple[Message, ...]:
        """Send a command, without its slash."""
        return await self._do(InboundKind.COMMAND, command=name)

    def offered(self, prefix: str = "") -> tuple[str, ...]:
        """Data of the buttons in view that begin so."""
        return tuple(data for data in _data(self.replies) if data.startswith(prefix))

    def need(self, prefix: str) -> str:
        """Data of the first button in view that begins so. Raises OutOfScript."""
        found = self.offered(prefix)
        if not found:
            raise OutOfScript(f"a button {prefix}")
        return found[0]

    async def _do(self, kind: InboundKind, text: str = "", command: str = "", data: str = "") -> tuple[Message, ...]:
        self._updates += 1
        inbound = Inbound(
            channel=self.channel,
            address=self.address,
            kind=kind,
            update_id=f"{self.address}:{self._updates}",
            text=text,
            command=command,
            data=data,
            language_hint=self._language,
            simulated=True,
        )
        self.replies = await self._conversation.handle(inbound)
        return self.replies


def _data(messages: tuple[Message, ...]) -> Iterator[str]:
    return (choice.data for message in messages for row in message.choices for choice in row if choice.data)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an organizer has in mind; `schedule` in their own words, `pledge` a pledge code or "no"."""

    kind: CampaignKind
    title: str
    goal: int
    schedule: str
    pledge: str = "no"


async def plan_campaign(player: Player, plan: Plan) -> int:
    """Draft with our starter texts for the top precincts on every channel, hand it in; its number.

    Raises OutOfScript when a step is not offered.
    """
    await player.command("menu")
    await player.press("o:new")
    await player.press(f"k:{plan.kind}")
    await player.say(plan.title)
    await player.press("tg:top")
    await player.say(str(plan.goal))
    for _language in LANGUAGES:
        await player.press("tx:starter")
    await player.press("pi:no")
    await player.say(plan.schedule)
    await player.press("ch:all")
    if player.offered("wr:done"):
        await player.press("wr:done")
    await player.press(f"pd:{plan.pledge}")
    handing_in = player.need("su:")
    await player.tap(handing_in)
    campaign = handing_in.removeprefix("su:")
    if player.offered(f"sa:{campaign}"):
        # Nobody has joined before the first campaign; they are counted again when it goes out (safety S2).
        await player.press(f"sa:{campaign}")
    player.need(f"st:{campaign}")
    return int(campaign)


async def train(player: Player) -> None:
    """An organizer's training, as somebody who knows the answers. Raises OutOfScript."""
    await player.command("menu")
    await player.press(training.START)
    for screen, answer in training.RIGHT.items():
        await player.press(f"{training.START}:{screen}:{answer}")


async def approve_texts(player: Player) -> None:
    """Read every automatic text and approve it (safety S1). Raises OutOfScript."""
    await player.command("menu")
    await player.press(automatic.LIST)
    for entry in player.offered(f"{automatic.LIST}:"):
        await player.tap(entry)
        await player.press(f"{entry}:")
    await player.tap(automatic.LIST)


async def approve_waiting(player: Player) -> int:
    """Read what waits and approve every card in view; how many were approved. Raises OutOfScript."""
    await player.command("menu")
    if not player.offered("o:waiting"):
        await player.press("sm:waiting")  # texts wait, too
    await player.press("o:waiting")
    approvals = player.offered("ap:")
    for approval in approvals:
        await player.tap(approval)
        player.need(f"st:{approval.split(':')[1]}")
    return len(approvals)


async def plan_joint(player: Player, precinct: int) -> None:
    """A conditional pledge of one area: the fewest, the first day and the first start that are offered; handed in.

    Raises OutOfScript.
    """
    await player.tap(f"{together.STAFF}:n:{precinct}")
    for _part in ("goal", "last day", "start", "with fewer"):
        await player.press(f"{together.STAFF}:n:{precinct}:")
    await player.press(f"{together.STAFF}:do:")


async def open_joints(player: Player) -> int:
    """Read the conditional pledges that wait and open each; how many. Raises OutOfScript."""
    await player.tap(f"{together.STAFF}:w")
    waiting = [data for data in player.offered(f"{together.STAFF}:") if data[3:].isdecimal()]
    for entry in waiting:
        await player.tap(entry)
        await player.press(f"{together.STAFF}:ok:")
    return len(waiting)
