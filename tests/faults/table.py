"""What each fault comes to, by channel: held against the real program by tests/integration/test_faults.py, shown in
docs/delivery.md by scripts/fault_matrix.py.
"""

from dataclasses import dataclass

GOES_ON = "goes on"


@dataclass(frozen=True, slots=True)
class Row:
    """`first` is status and reason right after the fault, `lane` what the account does, `end` where it ends once all is
    well again, `arrived` how often its reader has it then, `given_up` whether that address is written to no more.
    """

    channel: str
    rooms: bool
    fault: str
    first: str
    lane: str
    end: str
    arrived: int
    given_up: bool


_TABLE = """
telegram | person | connection refused | retrying: not_connected | goes on | sent | 1 | kept
telegram | person | 429 with retry_after | retrying: rate_limited | waits 42 s | sent | 1 | kept
telegram | person | 429 without retry_after | retrying: rate_limited | waits 60 s | sent | 1 | kept
telegram | person | 500 | unconfirmed: no_answer | goes on | same | 0 | kept
telegram | person | 502 | unconfirmed: no_answer | goes on | same | 0 | kept
telegram | person | reset before it was read | unconfirmed: no_answer | goes on | same | 0 | kept
telegram | person | reset after it was read | unconfirmed: no_answer | goes on | same | 1 | kept
telegram | person | no answer | unconfirmed: no_answer | goes on | same | 1 | kept
telegram | person | slow answer | sent | goes on | same | 1 | kept
telegram | person | malformed JSON | unconfirmed: no_answer | goes on | same | 1 | kept
telegram | person | 401 | retrying: wrong_token | waits 60 s | sent | 1 | kept
telegram | person | 400 message refused | failed: refused | goes on | same | 0 | kept
telegram | person | 400 chat not found | failed: chat_not_found | goes on | same | 0 | given up
telegram | person | 403 that nobody knows | failed: forbidden | goes on | same | 0 | kept
telegram | person | 403 blocked | failed: blocked | goes on | same | 0 | given up
telegram | person | 403 account deleted | failed: blocked | goes on | same | 0 | given up
telegram | person | 403 never pressed Start | failed: blocked | goes on | same | 0 | given up
telegram | room | 403 put out of the group | failed: no_rights | goes on | same | 0 | given up
telegram | room | 400 may not write there | failed: no_rights | goes on | same | 0 | given up
telegram | room | group moved | sent | goes on | same | 1 | kept
discord | room | connection refused | retrying: not_connected | goes on | sent | 1 | kept
discord | room | 429 with retry_after | retrying: rate_limited | waits 42 s | sent | 1 | kept
discord | room | 500 | sent | goes on | same | 1 | kept
discord | room | 503 | sent | goes on | same | 1 | kept
discord | room | reset before it was read | sent | goes on | same | 1 | kept
discord | room | reset after it was read | sent | goes on | same | 1 | kept
discord | room | no answer | sent | goes on | same | 1 | kept
discord | room | no answer, every time | unconfirmed: no_answer | goes on | same | 0 | kept
discord | room | slow answer | sent | goes on | same | 1 | kept
discord | room | malformed JSON | sent | goes on | same | 1 | kept
discord | room | 401 | retrying: wrong_token | waits 60 s | sent | 1 | kept
discord | room | 400 message refused | failed: refused | goes on | same | 0 | kept
discord | room | 403 direct messages shut (50007) | failed: discord_50007 | goes on | same | 0 | given up
discord | room | 403 opening too fast (40003) | retrying: opening_too_fast | waits 60 s | sent | 1 | kept
discord | room | 403 that nobody knows | failed: refused | goes on | same | 0 | kept
discord | room | 429 without retry_after | retrying: rate_limited | waits 60 s | sent | 1 | kept
discord | room | 403 may not see the channel (50001) | failed: discord_50001 | goes on | same | 0 | given up
discord | room | 403 may not write (50013) | failed: discord_50013 | goes on | same | 0 | given up
discord | room | 404 channel gone (10003) | failed: discord_10003 | goes on | same | 0 | given up
web | person | database away | retrying: store_unavailable | goes on | sent | 1 | kept
web | person | commit lost on the way | retrying: store_unavailable | goes on | sent | 1 | kept
console | person | terminal closed | failed: terminal_closed | goes on | same | 0 | kept
telegram | person | clock an hour ahead | sent | goes on | same | 1 | kept
telegram | person | clock ahead of the time it is good for | expired: stale | goes on | same | 0 | kept
telegram | person | clock ahead of the window | queued | goes on | sent | 1 | kept
telegram | person | clock an hour back | queued | goes on | sent | 1 | kept
"""


def _row(line: str) -> Row:
    channel, reader, fault, first, lane, end, arrived, address = line.split(" | ")
    return Row(
        channel,
        reader == "room",
        fault,
        first,
        lane,
        first if end == "same" else end,
        int(arrived),
        address == "given up",
    )


ROWS = tuple(map(_row, _TABLE.strip().splitlines()))
