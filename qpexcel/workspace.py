"""One folder holds one plan's whole life (contract §1): where everything stands in it."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from qpexcel.atomic import clear_left_behind, replacing
from qpexcel.findings import Finding, QpexcelError

_KEY_BYTES = 32
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
# What a kept file may be called; anything else in a name from outside stays outside.
_SHEET_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv")
_OTHER_SUFFIXES = (".zip", ".eml", ".msg", ".txt", ".docx", ".pdf", ".odt")
_PICTURE_SUFFIXES = (".png", ".jpg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".emf", ".wmf")
_KNOWN_SUFFIXES = frozenset((*_SHEET_SUFFIXES, *_OTHER_SUFFIXES, *_PICTURE_SUFFIXES))
_BACKUP_BYTES = 220  # of a name, which with its moment and suffix is to stay below 255
_LONGEST_NAME = 80  # characters; 80 CJK characters are 240 bytes, and 255 is the usual limit


@dataclass(frozen=True, slots=True)
class Workspace:
    """The paths of one workspace. Nothing is created until it is written."""

    root: Path

    @property
    def plan(self) -> Path:
        """The plan workbook people edit."""
        return self.root / "plan.xlsx"

    @property
    def outgoing(self) -> Path:
        """The unit workbooks to send out."""
        return self.root / "outgoing"

    @property
    def returned(self) -> Path:
        """What came back; only read, never changed."""
        return self.root / "returned"

    @property
    def master(self) -> Path:
        """The master tracking workbook."""
        return self.root / "master.xlsx"

    @property
    def corrections(self) -> Path:
        """The units' own workbooks back, their cells to mend marked."""
        return self.root / "corrections"

    @property
    def evidence(self) -> Path:
        """Pictures found in returned workbooks."""
        return self.root / "evidence"

    @property
    def reports(self) -> Path:
        """Documents made of where everything stands."""
        return self.root / "reports"

    @property
    def ledger(self) -> Path:
        """What we know of everything that came back."""
        return self.root / ".qpexcel" / "ledger.sqlite"

    @property
    def archive(self) -> Path:
        """Every file that came back or was replaced, by its hash."""
        return self.root / ".qpexcel" / "archive"

    @property
    def partial(self) -> Path:
        """What was read for a consolidation that is not remembered yet."""
        return self.root / ".qpexcel" / "partial"

    @property
    def ours(self) -> frozenset[Path]:
        """What we write, as absolute paths: nothing in it came from anybody."""
        folders = (self.outgoing, self.corrections, self.evidence, self.reports, self.ledger.parent)
        return frozenset(path.absolute() for path in (*folders, self.master, self.plan))

    @property
    def signing_key_path(self) -> Path:
        """The key that stamps are signed with."""
        return self.root / ".qpexcel" / "signing.key"

    def signing_key(self) -> bytes | None:
        """Return the key, or None where there is none. WSP006 where the file is damaged."""
        try:
            key = bytes.fromhex(self.signing_key_path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        except (ValueError, OSError) as error:
            raise QpexcelError(Finding("WSP006", str(self.signing_key_path))) from error
        if len(key) < _KEY_BYTES:
            raise QpexcelError(Finding("WSP006", str(self.signing_key_path)))
        return key

    def ensure_signing_key(self, key: bytes | None = None) -> bytes:
        """Return the key; where there is none, keep the one given, or a new random one."""
        known = self.signing_key()
        if known is not None:
            return known
        fresh = key or secrets.token_bytes(_KEY_BYTES)
        with replacing(self.signing_key_path) as beside:
            beside.touch(mode=0o600)
            beside.write_text(fresh.hex(), encoding="ascii")
        return fresh

    def keep(self, path: Path) -> Path:
        """Copy a file into the archive under its hash, once; return the copy."""
        data = path.read_bytes()
        return self.keep_bytes(data, sha256(data), path.suffix)

    def keep_bytes(self, data: bytes, digest: str, suffix: str) -> Path:
        """Put bytes into the archive under their hash, once; return the path."""
        kept = self.archive / archived_name(digest, suffix)
        if not kept.exists() or kept.read_bytes() != data:  # a power cut may have spoilt it
            with replacing(kept) as beside:
                beside.write_bytes(data)
        return kept

    def keeps(self, digest: str, suffix: str, size: int) -> bool:
        """Whether the archive has so many bytes under a hash."""
        try:
            return (self.archive / archived_name(digest, suffix)).stat().st_size == size
        except OSError:
            return False

    def archived(self) -> dict[str, int]:
        """Return how many bytes each file in the archive has, by its name there."""
        try:
            return {entry.name: entry.stat().st_size for entry in os.scandir(self.archive)}
        except OSError:
            return {}

    def kept_at(self, path: str, digest: str) -> str:
        """Return where a returned file lies, from the workspace on: in returned/, else in the archive; or "".

        `path` is the file's within returned/, as it is shown; one that cannot be shown is not found by it.
        """
        here = self.returned / path
        if here.is_file():
            return here.relative_to(self.root).as_posix()
        kept = (self.archive / f"{digest}{suffix}" for suffix in sorted(_KNOWN_SUFFIXES))
        found = next((place for place in kept if place.is_file()), None)
        return found.relative_to(self.root).as_posix() if found else ""

    def kept(self, digest: str) -> bytes:
        """Return the bytes archived under a hash; none where the archive no longer has them whole."""
        places = (self.archive / f"{digest}{suffix}" for suffix in ("", *sorted(_KNOWN_SUFFIXES)))
        found = (path.read_bytes() for path in places if path.exists())
        return next((data for data in found if sha256(data) == digest), b"")

    def clear_left_behind(self, now: datetime) -> None:
        """Delete what commands that were killed long ago had half written."""
        papers = (self.reports, *(path for path in self.reports.glob("*") if path.is_dir()))
        for folder in (self.root, self.outgoing, self.corrections, self.ledger.parent, self.archive, *papers):
            clear_left_behind(folder, now)

    def clear_partial(self) -> None:
        """Forget what was read in part: it is remembered as a whole now. Never raises: it harms nobody."""
        shutil.rmtree(self.partial, ignore_errors=True)

    def back_up(self, path: Path, now: datetime) -> Path:
        """Copy a file a person may have edited beside itself before it is overwritten.

        Raises:
            QpexcelError: WSP001 where its folder cannot be written.
        """
        stem = f"{_within(path.stem, _BACKUP_BYTES)}.{now:%Y%m%d-%H%M%S}"
        count = 1
        while True:
            backup = path.with_name(f"{stem}{f'-{count}' if count > 1 else ''}.bak{path.suffix}")
            try:
                _copy(path, backup)
            except FileExistsError:
                count += 1
            except OSError as error:
                why = {"why": error.strerror or ""}
                raise QpexcelError(Finding("WSP001", str(path.parent), why)) from error
            else:
                return backup


def _within(name: str, most: int) -> str:
    """Return a name of at most so many bytes."""
    return name.encode("utf-8", "surrogatepass")[:most].decode("utf-8", "ignore")


def _copy(path: Path, backup: Path) -> None:
    """Copy a file; never over another backup of the same second, and never half of it."""
    with backup.open("xb") as file:
        try:
            file.write(path.read_bytes())
            file.flush()
        except OSError:
            file.close()
            backup.unlink()
            raise
    shutil.copystat(path, backup)


def archived_name(digest: str, suffix: str) -> str:
    """Return what bytes are called in the archive; a suffix from outside is used only if it is known."""
    return f"{digest}{suffix.lower() if suffix.lower() in _KNOWN_SUFFIXES else ''}"


def sha256(data: bytes) -> str:
    """Return the bytes' SHA-256 as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return a safe, distinct file stem for each name: text from files is never used as a path.

    Characters that Windows refuses become _, reserved names get one, and names that differ only in
    case get a number.
    """
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        stem = _safe(name)
        count = 1
        while stem.casefold() in taken:
            count += 1
            stem = f"{_safe(name)} ({count})"
        taken.add(stem.casefold())
        stems[name] = stem
    return stems


def _safe(name: str) -> str:
    stem = _UNSAFE.sub("_", unicodedata.normalize("NFC", name))[:_LONGEST_NAME].strip(" .")
    return f"{stem}_" if not stem or _RESERVED.match(stem) else stem


def default_workspace(name: str = "output") -> Path:
    """Return the default workspace folder, `output/` here unless `QPEXCEL_WORKSPACE` says otherwise."""
    return Path(os.environ.get("QPEXCEL_WORKSPACE") or name)
