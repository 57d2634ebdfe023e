"""Words on pictures stay inside, whatever is written; a QR code is read back."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from campaign_engine.pictures import reach_card, share_kit
from campaign_engine.pictures.drawing import fitting, leading

URL = "https://groundswell.example/p/123456789"


@pytest.mark.parametrize("shape", share_kit.SIZES)
@pytest.mark.parametrize("text", ["", "x", "x" * 600, "word " * 300, "¿Qué? ¡Sí! “ñ”\n\n• uno\n• dos"])
def test_a_picture_has_its_size_and_its_code_whatever_is_written(shape: str, text: str) -> None:
    image = Image.open(BytesIO(share_kit.draw(shape, text[:80] or "A", text, URL)))
    assert image.size == share_kit.SIZES[shape]
    assert [found.text for found in zxingcpp.read_barcodes(image.convert("L"))] == [URL]


@pytest.mark.parametrize("text", ["", "short", "x" * 500, "some words " * 100])
def test_words_fit_into_their_box(text: str) -> None:
    face, said = fitting(text, (500, 300), range(60, 19, -4))
    assert len(said) * leading(face) <= 300
    assert all(face.getlength(line) <= 520 for line in said)


def test_a_share_of_the_goal_that_is_hidden_has_no_length() -> None:
    def drawn(share: float | None) -> bytes:
        return reach_card.draw(reach_card.ReachWords("A", "b", (("hidden", "c"),), share, "d", "e", (), "f"))

    assert drawn(None) == drawn(0.0)
    assert drawn(None) != drawn(0.4)
    assert drawn(1.4) == drawn(1.0)
