"""Posters and take-home cards of a site: one sheet in one language, as PDF and as the picture that shows it first."""

from campaign_engine.posters.paper import Paper
from campaign_engine.posters.sheets import Sheet
from campaign_engine.posters.words import sheet

__all__ = ["Paper", "Sheet", "sheet"]
