"""An invite's code says a step, a site and a last day, names nobody, and cannot be made up (safety N4)."""

import hashlib
import hmac
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.codes import LETTERS, plain_code
from campaign_engine.domain.inviting import (
    CODE_LENGTH,
    LIFE,
    MOST_LIVE,
    MOST_STEPS,
    PAYLOAD,
    Invite,
    free_slots,
    new_invite,
    read,
    spelled,
    written,
)

TODAY = date(2026, 11, 24)
days = st.dates(date(2026, 1, 1), date(2060, 1, 1))


def seal(text: str) -> str:
    return hmac.new(b"k" * 32, text.encode(), hashlib.sha256).hexdigest()


@given(st.integers(0, 40), st.none() | st.integers(1, 2**18 - 1), days)
def test_N4_a_code_says_what_was_put_into_it_and_nothing_else(step: int, site: int | None, today: date) -> None:
    made = new_invite(step, site, today)
    code = written(made, seal)
    assert read(code, today, seal) == made
    assert (made.generation, made.site_id, made.last_day) == (min(step + 1, MOST_STEPS), site, today + LIFE)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", PAYLOAD + code)
    assert plain_code(spelled(code).lower()) == code


@given(st.integers(0, 500))
def test_N4_a_code_ends_after_28_days_and_never_comes_alive_again(later: int) -> None:
    code = written(new_invite(0, 7, TODAY), seal)
    seen = read(code, TODAY + timedelta(days=later), seal)
    if later <= LIFE.days:
        assert seen is not None
        assert not seen.is_over(TODAY + timedelta(days=later))
    else:
        assert seen is None or seen.is_over(TODAY + timedelta(days=later))


@given(st.integers(0, CODE_LENGTH - 1), st.sampled_from(LETTERS))
def test_T17_a_code_with_one_sign_changed_is_not_ours(place: int, sign: str) -> None:
    code = written(Invite(2, 7, TODAY + LIFE, 12345), seal)
    changed = code[:place] + sign + code[place + 1 :]
    assert changed == code or read(changed, TODAY, seal) is None


@given(st.text(alphabet=LETTERS, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_a_made_up_code_is_not_ours(code: str) -> None:
    assert read(code, TODAY, seal) is None


@pytest.mark.parametrize("text", ["", "MAPLE75", "ABCD-EFGH-JKMN-PQRS", "OOOOOOOOOOOOOOOO", "x" * 16, "é" * 16])
def test_what_is_no_code_is_refused_without_an_error(text: str) -> None:
    assert read(text, TODAY, seal) is None


def test_a_code_of_another_house_is_not_ours() -> None:
    code = written(new_invite(0, 7, TODAY), seal)
    assert read(code, TODAY, lambda text: seal(text + "!")) is None


def test_a_site_whose_number_does_not_fit_is_left_out() -> None:
    assert new_invite(0, 2**18, TODAY).site_id is None


def test_N4_of_three_slots_those_are_free_whose_day_is_past() -> None:
    assert free_slots({}, TODAY) == (0, 1, 2)
    assert free_slots({0: TODAY, 1: TODAY - timedelta(days=1)}, TODAY) == (1, 2)
    assert not free_slots(dict.fromkeys(range(MOST_LIVE), TODAY + LIFE), TODAY)
