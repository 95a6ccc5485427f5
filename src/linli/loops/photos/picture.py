"""How does a photo become small and silent? Only what is seen in it is kept.

A telephone writes into a photo where it stood, when, and which telephone it is. All of that goes:
the picture is turned upright, made small and written anew.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

from PIL import Image, ImageOps, UnidentifiedImageError

from linli.errors import N_, BadInput

LONGEST_SIDE = 1600  # pixels; a label at arm's length can be read
MOST_PIXELS = 60_000_000  # more than any telephone's; a picture can be made to fill the memory
MOST_BYTES = 12 * 2**20
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 80


class Readable(Protocol):
    """A file that came with a form, or that lies on a disk."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes."""


@dataclass(frozen=True)
class Picture:
    """A photo as it is kept: JPEG, its size in pixels, and the SHA-256 of its bytes."""

    jpeg: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes."""
        return hashlib.sha256(self.jpeg).hexdigest()


class NoPhoto(BadInput):
    """The file is no photo that can be read."""

    code = "no_photo"
    sentence = N_("{name} is no photo that can be read. Send a JPEG, PNG or WebP.")


class PhotoTooLarge(BadInput):
    """The photo is too large to be read."""

    code = "photo_too_large"
    sentence = N_(
        "{name} is too large. Send at most {megabytes} MB and {megapixels} million pixels."
    )


def made_small(file: Readable, name: str) -> Picture:
    """The photo as it is kept. Raises NoPhoto, PhotoTooLarge."""
    given = file.read(MOST_BYTES + 1)
    large = PhotoTooLarge(
        name=name[:60], megabytes=MOST_BYTES // 2**20, megapixels=MOST_PIXELS // 10**6
    )
    if len(given) > MOST_BYTES:
        raise large
    try:
        with Image.open(BytesIO(given), formats=FORMATS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise large
            found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG need not be read in full
            upright = ImageOps.exif_transpose(found)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            flat = Image.new("RGB", upright.size, "white")
            clear = upright.convert("RGBA")
            flat.paste(clear, mask=clear)
    except Image.DecompressionBombError:
        raise large from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise NoPhoto(name=name[:60]) from None
    written = BytesIO()
    flat.save(written, "JPEG", quality=QUALITY, optimize=True)
    return Picture(written.getvalue(), *flat.size)
