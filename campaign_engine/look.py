"""The tokens of our look: colours, type and shape, the same on pages, in reports, on posters and in pictures.

Pages and reports get them as CSS variables, pictures and posters take `LIGHT`. docs/look.md says what each is for.
"""

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "paper": "#f4f7f6",
    "card": "#ffffff",
    "ink": "#0e2430",
    "soft": "#47606c",
    "line": "#d3dedd",
    "edge": "#6b8590",
    "sea": "#0a5a78",
    "sea-ink": "#ffffff",
    "foam": "#dcedf0",
    "mine": "#e6efe2",
    "deep": "#0a2c3d",
    "deep-ink": "#f2faf9",
    "deep-soft": "#b4cfd6",
    "swell": "#14506a",
    "warm": "#ff9b3d",
    "warm-ink": "#2b1400",
    "signal": "#b4470f",
    "good": "#1c6b4a",
    "bad": "#a8322a",
    "map-0": "#cfe6ea",
    "map-1": "#86c3d0",
    "map-2": "#277c96",
    "map-3": "#0a4a63",
    "on-map-0": "#0e2430",
    "on-map-1": "#0e2430",
    "on-map-2": "#ffffff",
    "on-map-3": "#ffffff",
    "veil": "#a9b8bb",
}
"""By day, in print, and in every picture, which brings its own ground."""

DARK: Mapping[str, str] = {
    "paper": "#081a24",
    "card": "#0f2735",
    "ink": "#edf5f4",
    "soft": "#a3bac3",
    "line": "#23424f",
    "edge": "#7895a1",
    "sea": "#84d2e6",
    "sea-ink": "#04202c",
    "foam": "#133845",
    "mine": "#1d3f3d",
    "deep": "#0d3346",
    "deep-ink": "#f2faf9",
    "deep-soft": "#b4cfd6",
    "swell": "#1a5c77",
    "warm": "#ffab57",
    "warm-ink": "#2b1400",
    "signal": "#ffab57",
    "good": "#7fd6a8",
    "bad": "#ff9d91",
    "map-0": "#164352",
    "map-1": "#20647a",
    "map-2": "#58b3cb",
    "map-3": "#b5e6f2",
    "on-map-0": "#edf5f4",
    "on-map-1": "#ffffff",
    "on-map-2": "#04202c",
    "on-map-3": "#04202c",
    "veil": "#4a6a78",
}
"""The same names for prefers-color-scheme: dark."""

TEXT_ON: Mapping[str, tuple[str, ...]] = {
    "paper": ("ink", "soft", "sea", "good", "bad", "signal"),
    "card": ("ink", "soft", "sea", "good", "bad", "signal"),
    "foam": ("ink", "soft", "sea", "good", "bad", "signal"),
    "mine": ("ink", "soft", "sea"),
    "deep": ("deep-ink", "deep-soft", "warm"),
    "swell": ("deep-ink",),
    "sea": ("sea-ink",),
    "warm": ("warm-ink",),
    "map-0": ("on-map-0",),
    "map-1": ("on-map-1",),
    "map-2": ("on-map-2",),
    "map-3": ("on-map-3",),
}
"""What may be written on which ground: 4.5 to 1 at least (WCAG 2.2, 1.4.3)."""

MARK_ON: Mapping[str, tuple[str, ...]] = {
    "paper": ("edge", "sea", "signal"),
    "card": ("edge", "sea", "signal"),
    "foam": ("edge", "sea", "signal"),
    "deep": ("warm", "deep-soft"),
}
"""Frames of fields, focus rings and filled bars: 3 to 1 at least (WCAG 2.2, 1.4.11)."""

_LINEAR_BELOW = 0.04045
_SHARES = (0.2126, 0.7152, 0.0722)


def css() -> str:
    """Custom properties of both schemes, to stand before a style sheet; paper is light whatever the screen is."""
    day, night = (f":root{{{_properties(colours)}}}" for colours in (LIGHT, DARK))
    dark = f"@media(prefers-color-scheme:dark){{{night}}}@media print{{{day}}}"
    return f":root{{color-scheme:light dark}}{day}{dark}\n"


def contrast(one: str, other: str) -> float:
    """Of two colours as #rrggbb, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _properties(colours: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= _LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(share * part for share, part in zip(_SHARES, linear, strict=True))
