"""Where tests of pages begin."""

from dataclasses import dataclass

from playwright.async_api import Browser

from tests.support.engine import House


@dataclass
class Stand:
    """A browser before the pages of one house."""

    browser: Browser
    house: House
    root: str
