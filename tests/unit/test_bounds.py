"""Editions that are too old for the auditor's program must not be narrowed in plain sight either (safety K2)."""

from collections.abc import Mapping

from analytics.auditor import Rules
from analytics.bounds import narrow
from analytics.cells import Name, Printed, Sum, Tables
from analytics.protection import Wanted, protect

WHOLE, SMALL, LARGE, OTHER = (("pledged", key) for key in ("city", "precinct:40", "precinct:41", "beyond"))
TABLES = Tables((WHOLE, SMALL, LARGE, OTHER), (Sum(WHOLE, (SMALL, LARGE, OTHER)),))
RULES = Rules(10, 13)


def printed(counts: tuple[int, int, int], *shown: Name, loose: frozenset[Name] = frozenset()) -> Printed:
    true: Mapping[Name, int] = {WHOLE: sum(counts), **dict(zip((SMALL, LARGE, OTHER), counts, strict=True))}
    figures = {name: true[name] for name in shown}
    return Printed(TABLES, figures, frozenset(figures), loose, true=true)


def test_K2_an_edition_may_not_narrow_an_older_one() -> None:
    """Of eight and twenty-five, hidden under their sum, twelve and twenty-six tell nearly everything."""
    old = printed((8, 25, 50), WHOLE, OTHER)
    both, neither = printed((12, 26, 50), WHOLE, SMALL, LARGE, OTHER), printed((12, 26, 50), WHOLE, OTHER)
    assert narrow([old, both], RULES, 1) == {(0, SMALL), (0, LARGE)}
    assert narrow([old, both], RULES, 0) == narrow([old, neither], RULES, 1) == frozenset()
    years_later = printed((40, 60, 90), WHOLE, SMALL, LARGE, OTHER)
    assert narrow([old, years_later], RULES, 1) == frozenset()


def test_K2_what_would_narrow_an_older_edition_is_not_published() -> None:
    old, silent = printed((8, 25, 50), WHOLE, OTHER), printed((8, 25, 50), loose=frozenset({WHOLE}))
    now = printed((12, 26, 60), WHOLE, SMALL, LARGE, OTHER)
    wanted = Wanted(TABLES, now.true, now.shown, now.exact)
    alone = protect(wanted, [silent], RULES)
    assert {SMALL, LARGE} <= alone.shown.keys()
    assert narrow([old, silent, alone], RULES, 1)
    careful = protect(wanted, [silent], RULES, [old])
    assert not narrow([old, silent, careful], RULES, 1)
    assert not {SMALL, LARGE} <= careful.shown.keys()
