"""Photos: what is refused, and what is left of one that is taken."""

import io
import zlib

import pytest
from PIL import Image

from advocacy.core.errors import Invalid
from advocacy.people.photos import small_jpeg
from advocacy.people.rules import PHOTO_BYTES, PHOTO_PIXELS


def picture(
    format: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: object
) -> bytes:
    kept = io.BytesIO()
    Image.new(mode, size).save(kept, format, **more)
    return kept.getvalue()


def opened(data: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(data))
    found.load()
    return found


def noise() -> bytes:
    kept = io.BytesIO()
    Image.effect_noise((200, 200), 90).save(kept, "JPEG")
    return kept.getvalue()


def moving(format: str) -> bytes:
    frames = [Image.new("RGB", (8, 8), (shade, 0, 0)) for shade in (0, 120, 240)]
    kept = io.BytesIO()
    frames[0].save(kept, format, save_all=True, append_images=frames[1:], duration=100)
    return kept.getvalue()


def bomb() -> bytes:
    """A small file that says of itself that it is a picture of 30,000 by 30,000."""
    png = bytearray(picture("PNG"))
    png[16:24] = (30_000).to_bytes(4, "big") * 2
    png[29:33] = zlib.crc32(bytes(png[12:29])).to_bytes(4, "big")
    return bytes(png)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("size", [(40, 30), (2000, 1000), (1, 1), (10, 3000)])
def test_what_is_kept_is_a_small_jpeg(format: str, size: tuple[int, int]) -> None:
    kept = opened(small_jpeg(picture(format, size)))
    assert kept.format == "JPEG"
    assert kept.mode == "RGB"
    assert max(kept.size) == min(max(size), PHOTO_PIXELS)


@pytest.mark.parametrize(
    ("format", "mode"),
    [
        ("PNG", "RGBA"),
        ("PNG", "LA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "I;16"),
        ("JPEG", "CMYK"),
        ("JPEG", "L"),
        ("WEBP", "RGBA"),
    ],
)
def test_every_sort_of_colour_is_taken(format: str, mode: str) -> None:
    assert opened(small_jpeg(picture(format, mode=mode))).mode == "RGB"


def test_what_is_clear_becomes_paper() -> None:
    kept = opened(small_jpeg(picture("PNG", mode="RGBA")))
    assert kept.getpixel((5, 5)) == (255, 255, 255)


def test_metadata_goes_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held sideways
    exif[0x010F] = "The maker of the camera"
    exif.get_ifd(0x8825)[2] = (38.0, 42.0, 0.0)  # where it was
    data = picture("JPEG", (60, 20), exif=exif, comment=b"at home", icc_profile=b"profile" * 30)
    assert b"The maker" in data
    kept = small_jpeg(data)
    assert opened(kept).size == (20, 60)
    assert not opened(kept).getexif()
    assert set(opened(kept).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (b"The maker", b"at home", b"profile", b"Exif"):
        assert trace not in kept


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a picture"),
        (b"hello", "not a picture"),
        (b"\x00" * 5000, "not a picture"),
        (b"%PDF-1.7 a letter", "not a picture"),
        (b'<?xml version="1.0"?><SVG xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"<svg onload='x()'></svg>", "SVG"),
        (picture("TIFF"), "not a picture"),
        (picture("BMP"), "not a picture"),
        (noise()[:3000], "damaged"),
        (picture("PNG", (400, 400), "L")[:90], "damaged"),
        (moving("GIF"), "moves"),
        (moving("PNG"), "moves"),
        (moving("WEBP"), "moves"),
        (picture("PNG") + b"\0" * PHOTO_BYTES, "up to 5 MB"),
        (bomb(), "million points"),
        (picture("PNG", (8000, 7000), "1"), "million points"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused_is_said_beside_the_field(data: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        small_jpeg(data)
    assert refused.value.field == "photo"


def taken_or_refused(data: bytes) -> bool:
    try:
        return opened(small_jpeg(data)).format == "JPEG"
    except Invalid as refused:
        return refused.field == "photo"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_whatever_is_broken_is_refused_in_words(format: str) -> None:
    whole = picture(format, (64, 64))
    for at in range(0, len(whole), max(1, len(whole) // 150)):
        for broken in (whole[:at], whole[:at] + b"\xff\x00\x7f" + whole[at + 3 :]):
            assert taken_or_refused(broken)
