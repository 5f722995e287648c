"""What a file really is, by its content, whatever its name says; and whether it is safe to open."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import olefile

from qpexcel.documents.encodings import decode
from qpexcel.findings import Finding, QpexcelError
from qpexcel.sheets.extent import is_ole, is_zip, zip_of
from qpexcel.sheets.locked import is_locked_book, is_locked_zip

_MEGABYTE = 1024 * 1024
# A plan document has a few dozen parts and its text is a few megabytes; pictures are larger.
_MOST_ENTRIES = 2_000
_LARGEST_XML = 16 * _MEGABYTE
_LARGEST_ALL = 256 * _MEGABYTE
_MOST_SAID = 1_000_000  # bytes looked at of a part that says what the others are
_HEADER = 1024  # bytes a PDF's header may be late by


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: which reader it is for ("" for none), its suffix, a name in any language."""

    reader: str
    suffix: str
    name: str


PDF = Kind("pdf", ".pdf", "PDF")
DOCX = Kind("docx", ".docx", "Word (.docx)")
ODT = Kind("odt", ".odt", "OpenDocument (.odt)")
XLSX = Kind("workbook", ".xlsx", "Excel (.xlsx)")
XLS = Kind("workbook", ".xls", "Excel 97 (.xls)")
XLSB = Kind("workbook", ".xlsb", "Excel (.xlsb)")
ODS = Kind("workbook", ".ods", "OpenDocument (.ods)")
TEXT = Kind("txt", ".txt", "text (.txt)")
ZIP = Kind("", ".zip", "ZIP")
OLE = Kind("", "", "OLE")
DOC = Kind("", ".doc", "Word 97 (.doc)")
_UNKNOWN = Kind("", "", "binary")

# Suffixes that name the same kind of document; another one's content under such a name is refused.
_SAME = (
    (".pdf",),
    (".docx", ".docm", ".dotx", ".dotm"),
    (".odt", ".ott"),
    (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb"),
    (".ods", ".ots"),
    (".txt", ".text", ".md", ".csv", ".tsv"),
    (".doc",),
    (".rtf",),
    (".html", ".htm"),
    (".pptx", ".ppt"),
)
_FAMILY = {suffix: family[0] for family in _SAME for suffix in family}

_SIGNATURES: Sequence[tuple[bytes, Kind]] = (
    (b"{\\rtf", Kind("", ".rtf", "RTF")),
    (b"\xff\xd8\xff", Kind("", ".jpg", "JPEG")),
    (b"\x89PNG\r\n", Kind("", ".png", "PNG")),
    (b"GIF8", Kind("", ".gif", "GIF")),
    (b"II*\0", Kind("", ".tif", "TIFF")),
    (b"MM\0*", Kind("", ".tif", "TIFF")),
    (b"PK\x05\x06", ZIP),
    (b"7z\xbc\xaf\x27\x1c", Kind("", ".7z", "7z")),
    (b"Rar!\x1a\x07", Kind("", ".rar", "RAR")),
    (b"\x1f\x8b\x08", Kind("", ".gz", "gzip")),
    (b"\x7fELF", Kind("", "", "ELF")),
    (b"%!PS", Kind("", ".ps", "PostScript")),
)
# Of two bytes only, so that a text might begin with them; such a file also holds a NUL.
_SHORT_SIGNATURES = ((b"BM", Kind("", ".bmp", "BMP")), (b"MZ", Kind("", ".exe", "EXE")))
_MAIL = re.compile(rb"(?:Received|Return-Path|MIME-Version|Message-ID|Delivered-To|From): ", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\s")

# The main part's content type, by its telling piece; the same in a macro book and a template.
_OOXML = (
    (rb"wordprocessingml\.(?:document|template)\.main|ms-word\.(?:document|template)\.macro", DOCX),
    (rb"ms-excel\.sheet\.binary", XLSB),
    (rb"spreadsheetml\.(?:sheet|template)\.main|ms-excel\.(?:sheet|template)\.macro", XLSX),
    (rb"presentationml\.|ms-powerpoint\.", Kind("", ".pptx", "PowerPoint (.pptx)")),
)
_OOXML_FOLDERS = (("word/", DOCX), ("xl/", XLSX))
_ODF = re.compile(rb"application/vnd\.oasis\.opendocument\.(\w+)")
_ODF_KINDS = {b"text": ODT, b"spreadsheet": ODS}
_ODF_BODIES = ((b"<office:text", ODT), (b"<office:spreadsheet", ODS))
_OLE_STREAMS = (
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("PowerPoint Document", Kind("", ".ppt", "PowerPoint 97 (.ppt)")),
    ("HwpSummaryInformation", Kind("", ".hwp", "HWP")),
    ("__properties_version1.0", Kind("", ".msg", "Outlook (.msg)")),
)


def kind_of(data: bytes, said: str) -> Kind:
    """Return the kind of a document that can be read.

    Args:
        data: The file's bytes.
        said: The suffix of its name, lower case; "" for none.

    Raises:
        QpexcelError: IMP002 where the name says another kind, IMP003 of a kind nobody reads,
            IMP004 locked, IMP005 damaged, IMP008 larger than any plan, IMP014 empty.
    """
    if not data:
        raise _refused("IMP014")
    kind = _true_kind(data)
    if kind is _UNKNOWN and _FAMILY.get(said):
        raise _refused("IMP005")
    if not kind.reader:
        name = said if kind is _UNKNOWN and said else kind.name
        raise _refused("IMP003", name, kind=name)
    if _FAMILY.get(said, _FAMILY[kind.suffix]) != _FAMILY[kind.suffix]:
        raise _refused("IMP002", kind.name, said=said, kind=kind.name, suffix=kind.suffix)
    return kind


def _refused(code: str, value: str = "", **words: str) -> QpexcelError:
    return QpexcelError(Finding(code, value, words))


def _true_kind(data: bytes) -> Kind:
    if is_zip(data):
        return _kind_of_zip(data)
    if is_ole(data):
        return _kind_of_ole(data)
    if _is_pdf(data):
        return PDF
    found = next((kind for start, kind in _SIGNATURES if data.startswith(start)), None)
    return found or _kind_of_text(data)


def _is_pdf(data: bytes) -> bool:
    at = data.find(b"%PDF-", 0, _HEADER)
    return at == 0 or (at > 0 and b"startxref" in data)


def _kind_of_text(data: bytes) -> Kind:
    start = data[:_HEADER]
    short = next((kind for sign, kind in _SHORT_SIGNATURES if start.startswith(sign) and 0 in start), None)
    if short:
        return short
    text = decode(data)
    if text is None:
        return _UNKNOWN
    beginning = text[:_HEADER].lstrip("\ufeff").lstrip().encode("utf-8", "replace")
    if _XML.match(beginning) and not _HTML.search(beginning):
        return Kind("", ".xml", "XML")
    if _HTML.match(beginning) or _XML.match(beginning):
        return Kind("", ".html", "HTML")
    if _MAIL.match(beginning) and b"\nmime-version:" in b"\n" + beginning.lower():
        return Kind("", ".eml", "e-mail (.eml, .mht)")
    return TEXT


def _kind_of_ole(data: bytes) -> Kind:
    streams = _streams(data)
    if "EncryptedPackage" in streams:
        raise _refused("IMP004")
    kind = next((kind for stream, kind in _OLE_STREAMS if stream in streams), OLE)
    if kind is XLS and is_locked_book(data):
        raise _refused("IMP004")
    return kind


def _streams(data: bytes) -> frozenset[str]:
    """Return the names at the root of an old Office file; of a damaged one those found anywhere."""
    try:
        with olefile.OleFileIO(BytesIO(data)) as container:
            return frozenset(path[0] for path in container.listdir(streams=True, storages=False))
    except Exception:  # noqa: BLE001 - olefile raises anything
        names = (*(name for name, _ in _OLE_STREAMS), "EncryptedPackage")
        return frozenset(name for name in names if name.encode("utf-16-le") in data)


def _kind_of_zip(data: bytes) -> Kind:
    try:
        archive = zip_of(data)
        parts = archive.infolist()
        _refuse_too_much(parts)
        locked = is_locked_zip(archive)
        kind = ZIP if locked else _kind_of_parts(archive)
    except QpexcelError:
        raise
    except Exception as error:  # of a damaged zip anything may be raised, zlib.error too
        raise _refused("IMP005") from error
    if locked:
        raise _refused("IMP004")
    if len({part.filename for part in parts}) < len(parts):
        raise _refused("IMP005")  # readers differ on which of two parts counts
    return kind


def _refuse_too_much(parts: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse what unpacks to too much; zipfile inflates no more of a part than it declares.

    Raises:
        QpexcelError: IMP008
    """
    everything = sum(part.file_size for part in parts)
    texts = (part.file_size for part in parts if part.filename.lower().endswith((".xml", ".rels", ".bin")))
    if len(parts) > _MOST_ENTRIES:
        raise _refused("IMP008", f"{len(parts)} ZIP")
    if everything > _LARGEST_ALL or max(texts, default=0) > _LARGEST_XML:
        raise _refused("IMP008", f"{everything // _MEGABYTE} MB")


def _kind_of_parts(archive: zipfile.ZipFile) -> Kind:
    names = {name.lower(): name for name in archive.namelist()}
    if "[content_types].xml" in names:
        return _kind_of_ooxml(_part(archive, names["[content_types].xml"]), names)
    said = b"".join(
        _part(archive, names[name]) for name in ("mimetype", "meta-inf/manifest.xml") if name in names
    )
    found = _ODF.search(said)
    if found:
        name = found[1].decode()
        return _ODF_KINDS.get(found[1]) or Kind("", "", f"OpenDocument ({name})")
    if "content.xml" in names:
        body = _part(archive, names["content.xml"])
        return next((kind for tag, kind in _ODF_BODIES if tag in body), ZIP)
    return ZIP


def _kind_of_ooxml(types: bytes, names: dict[str, str]) -> Kind:
    said = next((kind for piece, kind in _OOXML if re.search(piece, types)), None)
    folder = next(
        (kind for folder, kind in _OOXML_FOLDERS if any(name.startswith(folder) for name in names)), ZIP
    )
    return said or folder


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_MOST_SAID)
