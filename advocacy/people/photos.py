"""Photos, by way of Pillow: read with suspicion, kept small, with nothing in them but a picture."""

import io
import struct
import zlib
from threading import Lock

from PIL import Image, ImageOps

from advocacy.core.errors import Invalid
from advocacy.people.rules import PHOTO_BYTES, PHOTO_PIXELS, PHOTO_SOURCE_PIXELS

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_MOVES = ("PNG", "WEBP", "GIF")  # a JPEG with several pictures is a phone's way to keep a preview
_QUALITY = 85
_PAPER = (255, 255, 255)
_ONE_AT_A_TIME = Lock()
"""For whoever decodes: a picture of few bytes can take 200 MB."""
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What Pillow raises when a file is not what it says it is."""


def small_jpeg(data: bytes) -> bytes:
    """Return a picture as a JPEG of at most ``PHOTO_PIXELS`` a side, without its metadata.

    :raises Invalid: when it is too large, damaged, moving, or no picture that can be read.
    """
    if len(data) > PHOTO_BYTES:
        raise _refused(f"A photo has up to {PHOTO_BYTES // 1024 // 1024} MB; this one has more.")
    if b"<svg" in data[:1024].lower():
        raise _refused("A drawing (SVG) cannot be a photo. Choose a JPEG, PNG or WebP.")
    try:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _DAMAGED as error:
        raise _refused(
            "This is not a picture that can be read. Choose a JPEG, PNG or WebP."
        ) from error
    with picture, _ONE_AT_A_TIME:
        if picture.width * picture.height > PHOTO_SOURCE_PIXELS:
            raise _too_many_pixels()
        try:
            if picture.format in _MOVES and getattr(picture, "is_animated", False):
                raise _refused("This picture moves. Choose one that stands still.")
            return _encoded(picture)
        except Invalid:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_many_pixels() from error
        except _DAMAGED as error:
            raise _refused(
                "This picture is damaged. Save it anew, or choose another one."
            ) from error


def _encoded(picture: Image.Image) -> bytes:
    picture.draft("RGB", (PHOTO_PIXELS * 2, PHOTO_PIXELS * 2))  # a large JPEG is read small
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((PHOTO_PIXELS, PHOTO_PIXELS))
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        plain = Image.new("RGB", layer.size, _PAPER)
        plain.paste(layer, mask=layer.getchannel("A"))
    else:
        plain = upright.convert("RGB")
    bare = Image.new("RGB", plain.size)
    bare.paste(plain)
    kept = io.BytesIO()
    bare.save(kept, "JPEG", quality=_QUALITY, optimize=True)
    return kept.getvalue()


def _too_many_pixels() -> Invalid:
    millions = PHOTO_SOURCE_PIXELS // 1_000_000
    return _refused(f"This picture has more than {millions} million points. Save it smaller.")


def _refused(words: str) -> Invalid:
    return Invalid(words, field="photo")
