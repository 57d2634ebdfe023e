"""A new contact with its address, and with the first pledge where one tap brought both."""

import dataclasses
import json
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.confirming import clock_hour
from campaign_engine.domain.errors import busy
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.people import NewContact, NewPledge
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.compounds import NEWCOMERS, PLEDGE
from campaign_engine.store.tables import contacts

_PSEUDONYM_BYTES = 12


async def add_newcomer(
    connection: AsyncConnection,
    cipher: AddressCipher,
    new: NewContact,
    pledge: NewPledge | None = None,
    kinds: Sequence[str] = (),
) -> tuple[int, int, int | None]:
    """One statement; ids of contact and address, and of the campaign that the pledge counts to.

    Raises Conflict `busy` where another update of the same person came first.
    """
    who, given = new.who, dataclasses.asdict(new)
    known: dict[str, Any] = {column.name: given.get(column.name) for column in contacts.c if column.name != "id"}
    known |= {
        "pseudonym": secrets.token_hex(_PSEUDONYM_BYTES),
        "age_band": new.age_band or "",
        "precinct_declined": False,
        "last_seen_at": new.created_at,
        "channel": who.channel,
        "address_hash": cipher.lookup(who.channel, who.address),
        "address_cipher": cipher.encrypt(who.channel, who.address),
        "status": new.status,
        "in_tab": new.in_tab,
        "origin": new.origin or None,
        "day": to_wall(new.created_at).date(),
        "hour": clock_hour(new.created_at),
    }
    values = dataclasses.asdict(pledge) if pledge is not None else {}
    first = {f"first_{column.name}": values.get(column.name) for column in PLEDGE}
    counted = json.dumps([{"kind": kind} for kind in kinds])
    try:
        contact_id, address_id, campaign_id = await NEWCOMERS.run(connection, **known, **first, kinds=counted)
    except IntegrityError as error:
        raise busy() from error
    return contact_id, address_id, campaign_id
