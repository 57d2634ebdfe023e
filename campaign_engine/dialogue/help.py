"""The help card; what brings it up is in help_finding (safety H1, H2)."""

from campaign_engine.domain.message import Option, Reply


def help_card() -> Reply:
    """The full card; needs no store (safety H4)."""
    return Reply("help.card", stays=True)


def opened_card() -> Reply:
    """The card that a person opened, with places near them and the way to the menu (safety H5).

    That way leads past the question about a consent, for which this is no moment.
    """
    row = (Option(label="help.near", data="m:near"), Option(label="menu.open", data="m:back"))
    return Reply("help.card", options=(row,), stays=True)
