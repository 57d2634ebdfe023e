"""Pictures as people send them."""

from io import BytesIO

from PIL import Image

from campaign_engine.domain.message import SentPicture

GPS = 0x8825


def photo(
    size: tuple[int, int] = (800, 600), kind: str = "JPEG", *, turned: bool = False, color: str = "teal"
) -> bytes:
    """With a place, a camera and a note in it, as a phone's has."""
    image = Image.new("RGB", size, color)
    exif = Image.Exif()
    exif[0x010F] = "Maple phone 9"
    exif[0x0112] = 6 if turned else 1
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (40.0, 40.0, 12.0)
    out = BytesIO()
    image.save(out, kind, exif=exif, comment=b"by Jay") if kind == "JPEG" else image.save(out, kind, exif=exif)
    return out.getvalue()


def vast() -> bytes:
    """A small file that takes much room once it is opened."""
    out = BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    return out.getvalue()


def moving() -> bytes:
    frames = [Image.new("RGB", (200, 200), color) for color in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


def sent(raw: bytes, size: int | None = None) -> SentPicture:
    """`size` as the platform says it."""

    async def fetch() -> bytes:
        return raw

    return SentPicture(len(raw) if size is None else size, fetch)
