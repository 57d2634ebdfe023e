"""A picture somebody sent is made anew, and only what is a picture is one; the map of precincts."""

import hashlib
from io import BytesIO

import pytest
from PIL import Image

from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.picture import MOST_BYTES, PostPicture
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, TargetRule
from campaign_engine.domain.schedule import Schedule
from campaign_engine.opendata import figures
from campaign_engine.pictures import Pictures
from tests.support.pictures import moving, photo, vast
from tests.unit.test_schedule import wall

MAKER = Pictures({number: place.tile for number, place in figures.precincts().items()})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_N1_place_camera_and_notes_of_a_picture_are_gone(kind: str) -> None:
    raw = photo(kind=kind)
    assert b"Maple phone 9" in raw
    made = MAKER.clean(raw)
    opened = Image.open(BytesIO(made.content))
    assert (opened.format, opened.size, len(opened.getexif())) == ("JPEG", (800, 600), 0)
    assert not {"exif", "comment", "icc_profile"} & set(opened.info)
    assert b"Maple" not in made.content
    assert b"Jay" not in made.content
    assert made.key == hashlib.sha256(made.content).hexdigest()


def test_a_picture_stands_upright_and_is_no_larger_than_a_screen() -> None:
    opened = Image.open(BytesIO(MAKER.clean(photo((4000, 3000), turned=True)).content))
    assert opened.size == (1200, 1600)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "bad_picture"),
        (b"<svg onload=alert(1)>", "bad_picture"),
        (b"GIF89a" + bytes(300), "bad_picture"),
        (photo()[:400], "bad_picture"),
        (photo(kind="TIFF"), "bad_picture"),
        (photo((99, 400)), "small_picture"),
        (photo((2000, 200)), "small_picture"),
        (moving(), "moving_picture"),
        (vast(), "picture_too_large"),
        (bytes(MOST_BYTES + 1), "picture_too_large"),
    ],
)
def test_what_is_no_picture_for_a_post_is_refused_by_its_content(raw: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        MAKER.clean(raw)
    assert caught.value.code == code
    assert caught.value.hint


def test_F5_the_map_shows_every_precinct_and_fills_the_chosen_ones() -> None:
    none, some = MAKER.precincts(()), MAKER.precincts((73, 75))
    assert len({place.tile for place in figures.precincts().values()}) == len(PRECINCT_NUMBERS)
    before, after = (Image.open(BytesIO(one.content)).convert("RGB") for one in (none, some))
    assert before.size == after.size
    column, row = figures.precincts()[75].tile
    spot = (24 + column * 84 + 8, 24 + row * 84 + 8)
    assert before.getpixel(spot) != after.getpixel(spot)


def test_S1_an_approval_covers_picture_and_words() -> None:
    content = PostContent({"en": "Hi"}, Schedule(wall("2026-12-01T16:00")), ("web",), TargetRule())
    hashes = {content.content_hash()}
    for key, alt in (("a", "Two hands"), ("b", "Two hands"), ("b", "A door")):
        shown = PostContent(
            {"en": "Hi"}, content.schedule, ("web",), TargetRule(), picture=PostPicture(key, {"en": alt})
        )
        assert PostContent.from_json(shown.as_json()) == shown
        hashes.add(shown.content_hash())
    assert len(hashes) == 4
