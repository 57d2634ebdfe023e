"""Why there is no edition."""

from campaign_engine.domain.errors import GroundswellError


class ReleaseRefused(GroundswellError):
    """A hidden cell could be worked out from what would be published."""

    code = "release_refused"
