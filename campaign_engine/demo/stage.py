"""Sets the scene: made-up sites where the need is, and two people with roles."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from campaign_engine.bootstrap import Engine
from campaign_engine.demo.cast import OutOfScript, Player, approve_texts, open_joints, plan_joint, train
from campaign_engine.domain.action import Site, SiteKind
from campaign_engine.domain.contact import Role, Scope
from campaign_engine.settings import Settings

CHANNEL = "web"
ORGANIZER = "demo-organizer"
APPROVER = "demo-approver"
HANDLES = {ORGANIZER: "river7", APPROVER: "harbor3"}
_ACTOR = "demo"
_NAMES = {SiteKind.SCHOOL: "school", SiteKind.CENTER: "community center", SiteKind.OTHER: "library"}


@dataclass(frozen=True, slots=True)
class Stage:
    """Staff by the address of their page chat, and all sites in order of rank."""

    players: dict[str, Player]
    sites: tuple[Site, ...]

    @property
    def organizer(self) -> Player:
        """Drafts."""
        return self.players[ORGANIZER]

    @property
    def approver(self) -> Player:
        """Reads and approves."""
        return self.players[APPROVER]


def demo_settings(folder: Path, public_url: str) -> Settings:
    """Of a throw-away installation in this folder; nothing in the environment opens a bot."""
    return Settings(
        database_url=SecretStr(f"sqlite:///{folder / 'data' / 'demo.db'}"),
        data_dir=folder / "data",
        key_file=folder / "key.json",
        telegram_token=SecretStr(""),
        discord_token=SecretStr(""),
        public_url=public_url,
    )


async def furnish(engine: Engine, *, sites_per_precinct: int = 1) -> Stage:
    """Sites in each precinct at the top of the ranking; an organizer and a safety lead who have used their invites.

    The lead has approved what goes out by itself. Raises OutOfScript when an invite gives no role.
    """
    sites = await _add_sites(engine, sites_per_precinct)
    players = {
        address: await _with_role(engine, address, role)
        for address, role in ((ORGANIZER, Role.ORGANIZER), (APPROVER, Role.SAFETY_LEAD))
    }
    return Stage(players, sites)


async def promise(stage: Stage) -> None:
    """The area with the greatest need promises something together. Raises OutOfScript."""
    await plan_joint(stage.organizer, stage.sites[0].precinct)
    if not await open_joints(stage.approver):
        raise OutOfScript("a conditional pledge to open")


async def _add_sites(engine: Engine, per_precinct: int) -> tuple[Site, ...]:
    kinds = tuple(SiteKind)
    async with engine.store.write() as work:
        top = (await work.targeting.latest_ranking()).ranking.top
        made = []
        for number in range(len(top) * per_precinct):
            precinct, kind = top[number % len(top)], kinds[number % len(kinds)]
            area = engine.places.name(precinct).partition(",")[0]
            name = f"Simulated {_NAMES[kind]} {number + 1}, {area}"
            made.append(await engine.sites.add(work, _ACTOR, name, kind, precinct))
    return tuple(made)


async def _with_role(engine: Engine, address: str, role: Role) -> Player:
    async with engine.store.write() as work:
        code = await engine.staffing.invite(work, role, Scope())
    player = Player(engine.conversation, CHANNEL, address)
    await player.start(f"r_{code}")
    await player.say(HANDLES[address])
    if role is Role.ORGANIZER:
        await train(player)
    else:
        await approve_texts(player)
    await player.command("menu")
    player.need("o:new" if role is Role.ORGANIZER else "o:waiting")
    return player
