"""The command line; heavy parts are imported inside the commands, so that help comes at once."""

from campaign_engine.cli.loading import loading

with loading():
    from campaign_engine.cli.main import app

__all__ = ["app"]
