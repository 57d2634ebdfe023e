"""Shows an ally what their area has become, from the edition of the week and nothing newer (F16, safety K3)."""

import asyncio
from collections.abc import Mapping

from campaign_engine.dialogue.ally_intents import ShowArea
from campaign_engine.dialogue.flow import EDIT_ANSWERS
from campaign_engine.dialogue.state import Places
from campaign_engine.dialogue.together import ALLY
from campaign_engine.domain.area import CITY, OpenJoint, borough_key, goal_above, precinct_key
from campaign_engine.domain.joint import may_join
from campaign_engine.domain.message import Option, Picture, Reply
from campaign_engine.domain.precinct import borough_of
from campaign_engine.ports.pictures import PictureMaker
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.turn import Handlers, Replies, Turn


class MyArea:
    """Carries out what is asked about areas."""

    def __init__(self, places: Places, pictures: PictureMaker) -> None:
        self._places = places
        self._pictures = pictures

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {ShowArea: self._show}

    async def _show(self, turn: Turn, _intent: ShowArea) -> Replies:
        person = turn.person
        precinct = person.precinct
        keys = (CITY,) if precinct is None else (precinct_key(precinct), borough_key(precinct), CITY)

        async def read(work: UnitOfWork) -> Replies:
            view = await work.areas.view(keys, person.contact_id or 0, precinct, turn.now)
            offers = tuple(_offer(one) for one in view.open_joints) if may_join(person) else ()
            return (await self._card(precinct, view.figures), *offers)

        turn.reads.append(read)
        return ()

    async def _card(self, precinct: int | None, shown: Mapping[str, int]) -> Reply:
        """Of those who would rather not say, the city's (safety N2)."""
        own = shown.get(CITY if precinct is None else precinct_key(precinct))
        values: dict[str, object] = {
            "area": self._places.name(precinct) if precinct is not None else "",
            "precinct": precinct,
            "allies": own,
            "goal": goal_above(own) if own is not None else 0,
            "borough": borough_of(precinct).value if precinct is not None else "",
            "borough_allies": shown.get(borough_key(precinct)) if precinct is not None else None,
            "city_allies": shown.get(CITY),
        }
        choose = () if precinct is not None else ((Option(label="area.choose", data=f"{EDIT_ANSWERS}:place"),),)
        rows = (*choose, (Option(label="menu.open", data="m:back"),))
        picture = None if own is None else await self._bar(own, goal_above(own))
        return Reply("area.card", values, rows, picture=picture)

    async def _bar(self, done: int, goal: int) -> Picture:
        return await asyncio.to_thread(self._pictures.progress, done, goal)


def _offer(one: OpenJoint) -> Reply:
    values = {"goal": one.goal, "day": one.last_day, "start": one.start, "shown": one.shown, "joined": one.joined}
    if one.outcome:
        return Reply("joint.ended", {**values, "outcome": one.outcome})
    label, word = ("joint.leave", "out") if one.joined else ("joint.join", "in")
    return Reply("joint.offer", values, ((Option(label=label, data=f"{ALLY}:{one.id}:{word}"),),))
