"""Photos for a document: small, upright, without what a camera wrote; hostile ones harm nobody."""

from __future__ import annotations

import os
import struct
import zlib
from io import BytesIO

import pytest
from docx import Document
from docxtpl import DocxTemplate
from lxml import etree
from PIL import Image, ImageDraw

from qpexcel.reports import pictures
from qpexcel.reports.pictures import LONGEST_SIDE, PictureInline, Prepared, fitted, prepare, prepared

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
RED, BLUE, WHITE = (213, 94, 0), (0, 0, 255), (255, 255, 255)


def picture(mode: str = "RGB", size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Red to the left, blue to the right, as far as the mode knows colours."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image if mode == "RGB" else image.convert(mode)


def written(image: Image.Image, kind: str, **options) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.frombytes(mode, (width, height), os.urandom(width * height * len(mode)))


def seen(made: Prepared) -> Image.Image:
    image = Image.open(BytesIO(made.data))
    assert image.format == {".jpg": "JPEG", ".png": "PNG"}[made.suffix]
    assert image.size == (made.width_px, made.height_px)
    return image


def looks_like(colour: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(one - two) < 20 for one, two in zip(colour, other, strict=True))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(10_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_a_telephones_photo_becomes_small():
    photo = written(Image.effect_noise((4000, 3000), 60).convert("RGB"), "JPEG", quality=95)
    made = prepare(photo)
    assert (made.suffix, made.width_px, made.height_px) == (".jpg", 1600, 1200)
    assert len(photo) > 5_000_000
    assert len(made.data) < 1_500_000


def test_a_small_picture_keeps_its_size():
    made = prepare(written(picture(), "PNG"))
    assert (made.suffix, made.width_px, made.height_px) == (".png", 40, 20)
    assert seen(made).getpixel((0, 0)) == RED


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_it_is_upright_and_says_nothing_of_camera_and_place(kind):
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Camera"  # 6: to be turned right by a quarter
    exif.get_ifd(GPS).update({1: "N", 2: (25.0, 2.0, 0.0)})
    made = prepare(written(picture(), kind, exif=exif))
    image = seen(made)
    assert image.size == (20, 40)
    assert looks_like(image.convert("RGB").getpixel((10, 4)), RED)
    assert dict(image.getexif()) == {}
    assert b"Camera" not in made.data


def test_nothing_else_that_was_beside_the_pixels_is_kept():
    made = prepare(written(noise(300, 300), "JPEG", comment=b"where it was", icc_profile=b"profile"))
    assert b"where it was" not in made.data
    assert b"profile" not in made.data


def test_a_photo_whose_exif_is_damaged_is_whole():
    made = prepare(written(picture(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"))
    assert (made.width_px, made.height_px) == (40, 20)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("CMYK", "JPEG"),
        ("CMYK", "TIFF"),
        ("L", "JPEG"),
        ("L", "PNG"),
        ("1", "PNG"),
        ("1", "TIFF"),
        ("P", "PNG"),
        ("P", "GIF"),
        ("P", "BMP"),
        ("LA", "PNG"),
        ("RGBA", "PNG"),
        ("RGBA", "WEBP"),
        ("RGB", "WEBP"),
        ("RGB", "BMP"),
        ("RGB", "TIFF"),
        ("YCbCr", "JPEG"),
    ],
)
def test_every_kind_of_picture(mode, kind):
    image = seen(prepare(written(picture(mode), kind))).convert("RGB")
    left, right = image.getpixel((4, 10)), image.getpixel((36, 10))
    if mode in ("1", "L", "LA"):
        assert sum(left) > sum(right)
    else:
        assert left[0] > 150 > left[2]
        assert right[2] > 150 > right[0]


@pytest.mark.parametrize(("mode", "kind"), [("I;16", "PNG"), ("I;16", "TIFF"), ("F", "TIFF"), ("I", "TIFF")])
def test_more_than_a_byte_for_a_pixel(mode, kind):
    image = Image.new("I" if mode == "I;16" else mode, (40, 20))
    image.paste(50_000, (0, 0, 20, 20))
    shown = seen(prepare(written(image.convert(mode), kind)))
    assert shown.getpixel((4, 10)) in range(185, 205)
    assert shown.getpixel((36, 10)) < 10


def test_what_is_transparent_is_white_as_the_paper():
    image = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    image.paste((*RED, 255), (0, 0, 20, 20))
    shown = seen(prepare(written(image, "PNG"))).convert("RGB")
    assert (shown.getpixel((4, 10)), shown.getpixel((36, 10))) == (RED, WHITE)
    palette = Image.new("P", (40, 20))
    shown = seen(prepare(written(palette, "PNG", transparency=0))).convert("RGB")
    assert shown.getpixel((4, 10)) == WHITE


@pytest.mark.parametrize("kind", ["GIF", "TIFF"])
def test_the_first_of_several_frames(kind):
    frames = [Image.new("RGB", (10, 10), WHITE), Image.new("RGB", (10, 10), BLUE)]
    file = written(frames[0], kind, save_all=True, append_images=frames[1:])
    assert seen(prepare(file)).convert("RGB").getpixel((5, 5)) == WHITE


def test_a_drawing_of_few_colours_has_no_smears():
    drawing = Image.new("RGB", (800, 600), WHITE)
    ImageDraw.Draw(drawing).line((0, 0, 800, 600), RED)
    made = prepare(written(drawing, "PNG"))
    assert made.suffix == ".png"
    assert seen(made).convert("RGB").getcolors(2) is not None


def test_a_screenshot_of_many_colours_is_no_png():
    assert prepare(written(noise(400, 400), "PNG")).suffix == ".jpg"


def test_the_same_picture_gives_the_same_bytes():
    data = written(noise(2000, 500), "PNG")
    assert prepare(data) == prepare(data)


@pytest.mark.parametrize("size", [(20_000, 1), (1, 20_000), (1, 1)])
def test_strange_shapes(size):
    made = prepare(written(Image.new("RGB", size, RED), "PNG"))
    assert max(made.width_px, made.height_px) == min(max(size), LONGEST_SIDE)
    assert min(made.width_px, made.height_px) == 1


def hostile() -> dict[str, bytes]:
    photo = written(noise(200, 200), "JPEG")
    return {
        "empty": b"",
        "text": "這不是圖".encode(),
        "truncated": photo[: len(photo) // 2],
        "truncated.png": written(noise(50, 50), "PNG")[:3000],
        "bomb.png": bomb(60_000, 60_000),
        "larger.png": bomb(12_000, 11_000),
        "drawing.emf": b"\1\0\0\0" + bytes(36) + b" EMF" + bytes(100),
        "drawing.wmf": b"\xd7\xcd\xc6\x9a" + bytes(100),
        "program.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n",
        "vector.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "photo.heic": b"\0\0\0\x18ftypheic" + bytes(100),
        "damaged.gif": b"GIF89a" + bytes(20),
        "damaged.tif": b"II*\0" + b"\xff" * 40,
        "damaged.webp": b"RIFF\x40\0\0\0WEBPVP8 " + b"\xff" * 60,
    }


def test_what_cannot_be_drawn_is_none_and_the_others_are_there():
    good = written(picture(), "PNG")
    found = prepared({"first": good, **hostile(), "last": good})
    assert list(found) == ["first", *hostile(), "last"]
    assert {name for name, made in found.items() if made} == {"first", "last"}
    assert found["first"] == found["last"] == prepare(good)


def test_no_pictures():
    assert prepared({}) == {}


def dying(batch):
    for data in batch:
        if data == b"die":
            os._exit(9)
        if data == b"eat":
            raise MemoryError
        yield data


def test_after_a_picture_that_the_process_dies_of_the_next_ones_are_prepared(monkeypatch):
    monkeypatch.setattr(pictures, "_each", dying)
    named = {"a": b"1", "b": b"die", "c": b"eat", "d": b"2", "e": b"die"}
    assert prepared(named) == {"a": b"1", "b": None, "c": None, "d": b"2", "e": None}


def test_many_pictures_go_through_several_processes(monkeypatch):
    monkeypatch.setattr(pictures, "_BATCH", 250)
    good = written(picture(), "PNG")
    assert all(prepared({str(number): good for number in range(5)}).values())
    batches = list(pictures._batches([bytes(100), bytes(100), bytes(100), bytes(900), bytes(1)]))
    assert [len(batch) for batch in batches] == [2, 1, 1, 1]


def test_it_fits_into_its_box_and_is_not_blown_up():
    assert fitted(Prepared(b"", ".jpg", 1600, 1200), 8, 8) == pytest.approx((8, 6))
    assert fitted(Prepared(b"", ".jpg", 1200, 1600), 8, 6) == pytest.approx((4.5, 6))
    assert fitted(Prepared(b"", ".png", 96, 48), 8, 6) == pytest.approx((2.54, 1.27))


def test_a_picture_stands_in_its_line_with_its_words():
    blank = Document()
    blank.add_paragraph("前{{ photo }}{{ other }}後")
    file = BytesIO()
    blank.save(file)
    template = DocxTemplate(BytesIO(file.getvalue()))
    made = prepare(written(noise(2000, 1000), "JPEG"))
    words = '現場<照片>"一"{_{\n\x01'
    photo = PictureInline(template, made, words, width_cm=8, height_cm=8)
    other = PictureInline(template, made, "照片二", width_cm=4, height_cm=8)
    template.render({"photo": photo, "other": other}, autoescape=True)
    saved = BytesIO()
    template.save(saved)
    document = Document(saved)
    first, second = document.inline_shapes
    assert (first.width.cm, first.height.cm) == pytest.approx((8, 4), abs=0.01)
    assert (second.width.cm, second.height.cm) == pytest.approx((4, 2), abs=0.01)
    assert first._inline.docPr.get("descr") == '現場<照片>"一"{_{ �'
    assert first._inline.docPr.id != second._inline.docPr.id
    assert "".join(etree.fromstring(document.part.blob).itertext()).strip() == "前後"
    media = [part for part in document.part.package.iter_parts() if part.partname.startswith("/word/media/")]
    assert [part.blob for part in media] == [made.data]
