"""Writes docs/roles.md from domain/roles.py: every role, and every thing that it may do.

`--check` writes nothing and fails when the page is not what the program asks.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from campaign_engine.domain.contact import Role
from campaign_engine.domain.roles import MATRIX, Capability

PAGE = Path(__file__).parents[1] / "docs" / "roles.md"
SAID = {
    Capability.DRAFT: "draft campaigns and hand them in, after a three-step training",
    Capability.SEE_CAMPAIGNS: "read campaigns of others once they were handed in",
    Capability.APPROVE: "approve awareness, pledge, series and recruit, never their own",
    Capability.APPROVE_ADULT: "approve presence, memorial and aftermath, never their own",
    Capability.MOVE: "pause, resume, finish and cancel campaigns of others",
    Capability.HOLD: "hold a precinct at once; let go early, or confirm an incident, where somebody else began it",
    Capability.STOP_EVERYTHING: "stop everything at once, and let it go on when somebody else stopped it",
    Capability.LINK_ROOMS: "tie a public chat to an area",
    Capability.READ_REPORTS: "read the protected tables of a campaign",
    Capability.ANSWER_REQUESTS: "answer somebody who wants to organize",
    Capability.ANSWER_ADULTS: "answer an adult who wants to approve",
    Capability.SITE_TOTAL: "see the total of their own site, from 10 up",
    Capability.OPEN_WINDOW: "open a window of up to 60 minutes for sign-ups at their own site",
    Capability.READ_LOG: "read the log of what staff did",
}
HEADER = """\
# Roles

<!-- Written by scripts/role_matrix.py from campaign_engine/domain/roles.py: change the table there, then run it. -->

Who may do what (safety R1). Every role counts within its scope only: the city, a borough, a precinct, or one site for a
site host. The log is one for the whole city. One adult may hold several roles; then the columns add up, and nobody
approves what they wrote themselves, whatever roles they hold. The smallest team is two people.

Of staff the program keeps a work name, the roles with their scopes, that the training was done and, for 12 hours, keyed
hashes of a sign-in to the pages. The work name is shown on cards and in the log.

Not in this table because no role can do it: read who an ally is, what somebody typed, what one person pledged or did,
or a list of people. Identity and activity never meet on one screen.

Keys, settings, invites and taking a role away are commands on the server. Whoever runs them is the admin, whatever the
chat shows.
"""


def page() -> str:
    """The whole page."""
    return "\n".join((HEADER, *_rows())) + "\n"


def _rows() -> Iterator[str]:
    names = [role.replace("_", " ") for role in Role]
    yield f"| may | {' | '.join(names)} |"
    yield "|---|" + "---|" * len(names)
    for capability in Capability:
        marks = ("yes" if capability in MATRIX[role] else "" for role in Role)
        yield f"| {SAID[capability]} | {' | '.join(marks)} |"


def main() -> int:
    """1 when the page does not fit the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/roles.md is not what domain/roles.py says: run `python scripts/role_matrix.py`")
    return 1


if __name__ == "__main__":
    sys.exit(main())
