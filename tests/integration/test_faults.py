"""Every fault on every channel ends as the table in docs/delivery.md says: the real lane, the real clients, sockets."""

import shutil
from pathlib import Path

import pytest

from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.faults.observing import NAMES, observed
from tests.faults.table import ROWS


@pytest.mark.parametrize("channel", ["telegram", "discord", "web", "console"])
async def test_each_fault_ends_as_the_table_says(
    channel: str, sqlite_template: Path, tmp_path: Path, cipher: AddressCipher
) -> None:
    for number, row in enumerate(row for row in ROWS if row.channel == channel):
        shutil.copy(sqlite_template, tmp_path / f"{number}.db")
        database = Database(f"sqlite:///{tmp_path / str(number)}.db", cipher)
        with pytest.MonkeyPatch.context() as patch:
            seen = await observed(row.channel, row.fault, row.rooms, SqlStore(database), patch)
        await database.close()
        assert seen == row


def test_the_table_leaves_no_fault_out_and_doubles_nothing() -> None:
    assert sorted((row.channel, row.rooms, row.fault) for row in ROWS) == sorted(NAMES)
    assert max(row.arrived for row in ROWS) == 1
    assert [
        row for row in ROWS if row.end.startswith("sent") != (row.arrived == 1) and "unconfirmed" not in row.end
    ] == []
