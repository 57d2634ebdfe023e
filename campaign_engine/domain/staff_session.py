"""Who is signed in to the pages of the team (safety R2)."""

import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from campaign_engine.domain.contact import Role, RoleGrant, ScopeKind
from campaign_engine.domain.errors import NotAllowed

LINK_LIFE = timedelta(minutes=15)
"""Far below the day of safety A4: whoever asks for a link is about to use it."""

SESSION_LIFE = timedelta(hours=12)


class LinkState(StrEnum):
    """What a one-time link is worth; the words of its page are named after it."""

    OPEN = "open"
    SPENT = "spent"
    OVER = "over"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A member of the team on the pages; `form_key` goes into every form that they send."""

    handle: str
    grants: tuple[RoleGrant, ...]
    form_key: str = field(repr=False)

    @property
    def sites(self) -> tuple[int, ...]:
        """Ids of the sites that they host."""
        return tuple(
            int(grant.scope.value)
            for grant in self.grants
            if grant.role is Role.SITE_HOST and grant.scope.kind is ScopeKind.SITE
        )

    def check_host(self, site_id: int) -> None:
        """Raise NotAllowed unless they host this site."""
        if site_id not in self.sites:
            raise NotAllowed("These pages are for the host of that site.", "Open your own.", "not_your_site")

    def check_form(self, key: str) -> None:
        """Raise NotAllowed for a form that was not written for this session."""
        if not hmac.compare_digest(self.form_key.encode(), key.encode()):
            raise NotAllowed("This form is from another sign-in.", "Open the page anew.", "old_form")


def sign_in_first() -> NotAllowed:
    """The one error for no session, an ended one, and one whose roles are gone."""
    return NotAllowed("Nobody is signed in here.", "Ask the bot for a link: /dashboard", "sign_in")


def link_refused(state: LinkState) -> NotAllowed:
    """For a link that opens nothing."""
    return NotAllowed("This link opens nothing any more.", "Ask the bot for a new one: /dashboard", f"link_{state}")
