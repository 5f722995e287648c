"""Photos in a Word document: made small and upright, without what a camera wrote into them (GPS).

They come from strangers, so they are decoded in a process apart. What cannot be decoded, or would take
too much for it, is None: the document names the file instead.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import cast

from docx.parts.story import StoryPart
from docx.shared import Cm
from lxml import etree
from PIL import Image, ImageOps

from qpexcel.apart import ReaderDiedError, ReaderSilentError, run_apart
from qpexcel.reports.inline import Inline, Rendering, one_line

LONGEST_SIDE = 1600  # pixels: 8 cm in print are then finer than any eye
_MOST = (LONGEST_SIDE, LONGEST_SIDE)
MOST_PIXELS = 120_000_000  # a telephone's finest photo has 108 million
PATIENCE = 30  # seconds for one picture

_KINDS = ("JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP")  # among others not .eps, which starts a program
_PHOTOS = ("JPEG", "MPO")  # the second of several pictures, opened as the first
_BATCH = 64 * 1024**2  # bytes of pictures that one process gets, of the 2 GiB it may use
_QUALITY = 85
_FEW_COLOURS = 256
_WHITE = (255, 255, 255)
_DEEP = ("I", "F")  # and I;16 in either byte order: more than 8 bits a channel
_BYTE, _TWO_BYTES = 255, 65535  # the brightest
_PER_CM = 96 / 2.54  # pixels, as they show on screen: a small picture is not blown up


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture as a document takes it: a JPEG or PNG; `suffix` is ".jpg" or ".png"."""

    data: bytes
    suffix: str
    width_px: int
    height_px: int


class PictureInline(Inline):
    """A picture for a document's context, as large as fits into a box; `description` is its alt text."""

    def __init__(
        self, template: Rendering, picture: Prepared, description: str, *, width_cm: float, height_cm: float
    ) -> None:
        super().__init__(template)
        self._picture, self._description = picture, description
        self._box = (width_cm, height_cm)

    def _drawn(self, part: StoryPart) -> str:
        width, height = fitted(self._picture, *self._box)
        inline = part.new_pic_inline(BytesIO(self._picture.data), Cm(width), Cm(height))
        for element in inline.iter("{*}docPr", "{*}cNvPr"):
            element.set("descr", one_line(self._description))
        return str(etree.tostring(inline, encoding="unicode"))


def fitted(picture: Prepared, width_cm: float, height_cm: float) -> tuple[float, float]:
    """Return width and height in cm, in proportion, within a box and not larger than on screen."""
    width, height = picture.width_px / _PER_CM, picture.height_px / _PER_CM
    scale = min(1.0, width_cm / width, height_cm / height)
    return width * scale, height * scale


def prepared(pictures: Mapping[str, bytes]) -> dict[str, Prepared | None]:
    """Return every picture made ready, by its name; None where it cannot be."""
    found: list[Prepared | None] = []
    for batch in _batches(list(pictures.values())):
        found += _of_batch(batch)
    return dict(zip(pictures, found, strict=True))


def _batches(pictures: Sequence[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for picture in pictures:
        if batch and sum(map(len, batch)) + len(picture) > _BATCH:
            yield batch
            batch = []
        batch.append(picture)
    if batch:
        yield batch


def _of_batch(pictures: Sequence[bytes]) -> list[Prepared | None]:
    """Prepare pictures in one process, and in a new one those after a picture that it died of."""
    found: list[Prepared | None] = []
    while len(found) < len(pictures):
        left = pictures[len(found) :]
        try:
            for one in run_apart(_each, left, patience=PATIENCE, limit=PATIENCE * len(left)):
                found.append(one)  # noqa: PERF402 - what came before it died is kept
        except (ReaderDiedError, ReaderSilentError):
            if len(found) < len(pictures):
                found.append(None)
    return found


def _each(pictures: Sequence[bytes]) -> Iterator[Prepared | None]:
    """Yield each picture prepared, run apart."""
    for picture in pictures:
        try:
            yield prepare(picture)
        except Exception:  # noqa: BLE001 - whatever a decoder says of a stranger's bytes
            yield None


def prepare(data: bytes) -> Prepared:
    """Return one picture made ready, in this very process.

    Raises:
        Exception: whatever Pillow raises.
    """
    with _no_warnings(), Image.open(BytesIO(data), formats=_KINDS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise Image.DecompressionBombError("too many pixels")
        photo = image.format in _PHOTOS
        if photo:  # these are decoded small in the first place
            image.thumbnail(_MOST, Image.Resampling.LANCZOS)
        image.load()  # what is damaged itself is found here
        with suppress(Exception):  # what a camera wrote may be damaged and the photo whole
            ImageOps.exif_transpose(image, in_place=True)
        plain = _plain(image)
    few = not photo and plain.getcolors(_FEW_COLOURS) is not None
    plain.thumbnail(_MOST, Image.Resampling.LANCZOS)
    return _written(plain, few=few)


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Pillow warns of all that is odd about a file and goes on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _written(image: Image.Image, *, few: bool) -> Prepared:
    """Write pixels down and nothing else, of few colours without loss unless that takes more bytes."""
    bare = Image.new(image.mode, image.size)  # Pillow would write down some of what it has read beside them
    bare.paste(image)
    ways = [(_bytes(bare, "JPEG", quality=_QUALITY), ".jpg")]
    if few:
        ways.append((_bytes(bare, "PNG"), ".png"))
    data, suffix = min(ways, key=lambda way: len(way[0]))
    return Prepared(data, suffix, bare.width, bare.height)


def _bytes(image: Image.Image, kind: str, **options: int) -> bytes:
    file = BytesIO()
    image.save(file, kind, optimize=True, **options)
    return file.getvalue()


def _plain(image: Image.Image) -> Image.Image:
    """Return the picture with 8 bits a channel, in grey or RGB, and what is transparent as white."""
    if image.mode.startswith(_DEEP):
        return _of_one_byte(image)
    if image.has_transparency_data:
        layers = image if image.mode == "RGBA" else image.convert("RGBA")
        white = Image.new("RGB", image.size, _WHITE)
        white.paste(layers, mask=layers.getchannel("A"))
        return white
    return image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")


def _of_one_byte(image: Image.Image) -> Image.Image:
    deep = image.convert("F")
    _, most = cast("tuple[float, float]", deep.getextrema())
    brightest = _TWO_BYTES if _BYTE < most <= _TWO_BYTES else (most or 1)
    return deep.point(lambda value: value * (_BYTE / brightest) + 0).convert("L")
