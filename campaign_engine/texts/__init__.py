"""Translations: what ships, what an operator's translators have put over it, and files for them."""
