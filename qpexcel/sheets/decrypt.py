"""Opening workbooks that are locked with a password somebody knows: .xlsx and .xls, by msoffcrypto."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO

from qpexcel.limits import Limits
from qpexcel.sheets.extent import is_ole
from qpexcel.sheets.package import STANDARD

# Excel locks with it what is only to be protected, and opens it without asking.
_OF_EXCEL = "VelvetSweatshop"
_ROUNDS = re.compile(rb'spinCount="([0-9]+)"')
_MOST_ROUNDS = 10_000_000  # of hashing a password; the programs take 100,000


class _BoundedFile(BytesIO):
    """A file in memory that takes only so many bytes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        if self.tell() + len(data) > self._most:
            raise OverflowError("larger than allowed")
        return super().write(data)


def decrypted(data: bytes, passwords: Iterable[str] = (), limits: Limits = STANDARD) -> bytes | None:
    """Return a locked workbook's bytes as they were before, or None where no password opens it.

    Excel's own password is tried first, then those given.
    """
    rounds = max(map(int, _ROUNDS.findall(data)), default=0)
    if not is_ole(data) or rounds > _MOST_ROUNDS:
        return None
    tried = (_opened(data, password, limits.whole) for password in (_OF_EXCEL, *passwords))
    return next((opened for opened in tried if opened), None)


def _opened(data: bytes, password: str, most: int) -> bytes | None:
    from msoffcrypto import OfficeFile  # noqa: PLC0415 - slow to load and seldom needed

    file = _BoundedFile(most)
    try:
        book = OfficeFile(BytesIO(data))
        book.load_key(password=password)  # of an .xlsx it is `decrypt` that finds it wrong
        book.decrypt(file)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a wrong password and a damaged file look alike; it raises anything
        return None
    return file.getvalue()
