"""What every channel keeps, whatever its platform: one contract, the real client over real sockets."""

from collections.abc import Iterator

import pytest

from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.message import Choice, Destination, Message
from tests.contract.benches import ABILITIES, RETRY_AFTER, Bench, Trouble

LABELS = ("13 to 15", "16 or 17", "Our page")
MESSAGE = Message(
    "East New York: we look out for each other. *Not bold*, @everyone",
    choices=(
        (Choice("13 to 15", "g:3:13-15"), Choice("16 or 17", "g:3:16-17")),
        (Choice("Our page", url="https://ours.example/p/3"),),
    ),
)


def openings(name: str) -> tuple[str, ...]:
    return ("web-sqlite", "web-postgres") if name == "web" else (name,)


def row(opening: str, *values: object) -> object:
    marks = (pytest.mark.postgres,) if opening == "web-postgres" else ()
    return pytest.param(opening, *values, marks=marks, id="-".join((opening, *map(str, values))))


def everywhere() -> Iterator[object]:
    """Every channel with every kind of place it has."""
    for name, ability in ABILITIES.items():
        for opening in openings(name):
            yield from (row(opening, place) for place in ability.places)


def befallen_by(*troubles: Trouble) -> Iterator[object]:
    """Every channel with those of the troubles that can befall it."""
    for name, ability in ABILITIES.items():
        for opening in openings(name):
            yield from (row(opening, trouble) for trouble in troubles if trouble in ability.troubles)


in_trouble = pytest.mark.parametrize(("opening", "trouble"), list(befallen_by(*Trouble)), indirect=["opening"])


def first(bench: Bench) -> Destination:
    return next(iter(bench.places.values()))


async def refusal(bench: Bench, trouble: Trouble, key: str = "delivery-7") -> SendError:
    """The error of a message that meets the trouble; anything but SendError fails the test."""
    to = first(bench)
    await bench.strike(trouble, to)
    with pytest.raises(SendError) as raised:
        await bench.channel.send(MESSAGE, to, key)
    return raised.value


@pytest.mark.parametrize(("opening", "place"), list(everywhere()), indirect=["opening"])
async def test_text_and_choices_arrive_once(bench: Bench, place: str) -> None:
    to = bench.places[place]
    assert to.channel == bench.channel.name
    receipt = await bench.channel.send(MESSAGE, to, "delivery-1")
    assert receipt.platform_id
    assert not receipt.new_address
    (arrived,) = await bench.arrived(to)
    assert arrived.text == MESSAGE.text
    assert tuple(arrived.buttons) == LABELS
    if ABILITIES[bench.channel.name].presses:
        assert list(arrived.buttons.values()) == ["g:3:13-15", "g:3:16-17", "https://ours.example/p/3"]


@pytest.mark.parametrize(("opening", "place"), list(everywhere()), indirect=["opening"])
async def test_a_text_at_the_limit_arrives_whole(bench: Bench, place: str) -> None:
    to, text = bench.places[place], "ñ" * bench.channel.limits.text
    await bench.channel.send(Message(text, "es"), to, "delivery-1")
    assert [arrived.text for arrived in await bench.arrived(to)] == [text]


@pytest.mark.parametrize(("opening", "place"), list(everywhere()), indirect=["opening"])
async def test_two_deliveries_are_two_messages_in_order(bench: Bench, place: str) -> None:
    to = bench.places[place]
    for number in (1, 2):
        await bench.channel.send(Message(f"Post {number}"), to, f"delivery-{number}")
    assert [arrived.text for arrived in await bench.arrived(to)] == ["Post 1", "Post 2"]


@pytest.mark.parametrize("opening", [row(one) for name in ABILITIES for one in openings(name)], indirect=True)
async def test_without_a_key_every_message_is_a_new_one(bench: Bench) -> None:
    for _ in range(2):
        await bench.channel.send(Message("Somebody waits for you."), first(bench))
    assert len(await bench.arrived(first(bench))) == 2


@pytest.mark.parametrize("opening", [row(one) for one in ("discord", *openings("web"))], indirect=True)
async def test_a_repeated_key_is_one_message_where_the_platform_can_tell(bench: Bench) -> None:
    for _ in range(2):
        await bench.channel.send(MESSAGE, first(bench), "delivery-1")
    assert len(await bench.arrived(first(bench))) == 1


@pytest.mark.parametrize(
    ("opening", "trouble"), list(befallen_by(Trouble.REFUSED_RECIPIENT, Trouble.GONE)), indirect=["opening"]
)
async def test_a_refused_or_lost_recipient_is_opted_out_and_nothing_more(bench: Bench, trouble: Trouble) -> None:
    error = await refusal(bench, trouble)
    assert (error.opted_out, error.retryable, error.ambiguous, error.holds_lane) == (True, False, False, False)


@pytest.mark.parametrize(("opening", "trouble"), list(befallen_by(Trouble.RATE_LIMIT)), indirect=["opening"])
async def test_S7_a_429_holds_the_whole_lane_for_the_time_it_names(bench: Bench, trouble: Trouble) -> None:
    error = await refusal(bench, trouble)
    assert (error.retryable, error.holds_lane, error.ambiguous, error.opted_out) == (True, True, False, False)
    assert error.retry_after == RETRY_AFTER
    assert await bench.arrived(first(bench)) == []


@pytest.mark.parametrize(
    ("opening", "trouble"),
    list(befallen_by(Trouble.DROPPED_ANSWER, Trouble.BROKEN_ANSWER)),
    indirect=["opening"],
)
async def test_an_answer_that_was_lost_is_ambiguous_because_it_did_arrive(bench: Bench, trouble: Trouble) -> None:
    error = await refusal(bench, trouble)
    assert (error.ambiguous, error.retryable, error.opted_out) == (True, False, False)
    assert len(await bench.arrived(first(bench))) == 1


@pytest.mark.parametrize(("opening", "trouble"), list(befallen_by(Trouble.SERVER_ERROR)), indirect=["opening"])
async def test_a_server_error_is_ambiguous(bench: Bench, trouble: Trouble) -> None:
    error = await refusal(bench, trouble)
    assert (error.ambiguous, error.retryable, error.opted_out) == (True, False, False)


@pytest.mark.parametrize(("opening", "trouble"), list(befallen_by(Trouble.REFUSED_MESSAGE)), indirect=["opening"])
async def test_a_refused_message_is_the_end_of_it(bench: Bench, trouble: Trouble) -> None:
    error = await refusal(bench, trouble)
    assert (error.retryable, error.ambiguous, error.opted_out, error.alert) == (False, False, False, False)


@pytest.mark.parametrize(("opening", "trouble"), list(befallen_by(Trouble.WRONG_TOKEN)), indirect=["opening"])
async def test_a_token_that_works_no_more_calls_for_a_person_and_loses_nothing(bench: Bench, trouble: Trouble) -> None:
    error = await refusal(bench, trouble)
    assert (error.alert, error.retryable, error.ambiguous, error.opted_out) == (True, True, False, False)


@pytest.mark.parametrize("opening", [row(one) for one in ("telegram", "discord", *openings("web"))], indirect=True)
async def test_what_never_left_is_tried_again(bench: Bench) -> None:
    error = await refusal(bench, Trouble.UNREACHABLE)
    assert (error.retryable, error.ambiguous, error.opted_out, error.holds_lane) == (True, False, False, False)


@in_trouble
async def test_A2_no_error_and_no_log_shows_an_address_a_token_or_a_text(
    bench: Bench, trouble: Trouble, caplog: pytest.LogCaptureFixture, quiet_libraries: None
) -> None:
    caplog.set_level("INFO")
    error = await refusal(bench, trouble)
    shown = "\n".join([str(error), repr(error), error.code, error.hint, str(error.values), caplog.text])
    for hidden in (*bench.hidden, first(bench).address, "East New York", "16 or 17"):
        assert hidden not in shown
    assert 0 < len(error.code) <= 32
