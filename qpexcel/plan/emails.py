"""The e-mail addresses in a unit's cell, ready for the header of a mail."""

from __future__ import annotations

import re
import unicodedata

from qpexcel.findings import Finding
from qpexcel.plan.tables import Entry
from qpexcel.text import tidy

# Full-width letters, ＠ ＜ ＞ and the like; 、 ， ； stay as they are and part addresses too.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，；／｜"}
# A name's length is bounded so that a long cell without any address is read in no time.
_WRITTEN = re.compile(
    r"""
    (?:"(?P<quoted>[^"\n]{0,200})"|(?P<plain>[^"<>@,;、，；\n]{0,200}))\s{0,9}<(?P<angled>[^<>]{0,400})>
    |(?P<bare>[^\s,;、，；<>/|／｜]+)
    """,
    re.VERBOSE,
)
_AROUND = " \t'\"“”「」()[]。.:"
_LABEL = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_ADDRESS = re.compile(
    rf"(?=.{{3,254}}$)(?=[^@]{{1,64}}@)[\w!#$%&'*+/=?^`{{|}}~-]+(?:\.[\w!#$%&'*+/=?^`{{|}}~-]+)*@(?:{_LABEL}\.)+{_LABEL}",
    re.ASCII,
)
_SPECIAL = re.compile(r'[()<>@,:;".\[\]\\]')


def read_emails(entry: Entry) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """Return a cell's addresses, each once, as a mail's header takes them: `a@b.tw` or `王小明 <a@b.tw>`.

    They may be parted by comma, semicolon, 、, space or line break. What is none is left out (PLN039).
    """
    found: dict[str, str] = {}
    strange: list[str] = []
    for match in _WRITTEN.finditer(entry.raw.translate(_WIDTH)):
        written = match["bare"] if match["angled"] is None else match["angled"]
        address = _address(written)
        if address:
            found.setdefault(address.casefold(), _formatted(match["quoted"] or match["plain"] or "", address))
        elif match[0].strip(_AROUND):
            strange.append(tidy(match[0]))
    findings = (Finding("PLN039", "、".join(strange), place=entry.place),) if strange else ()
    return tuple(found.values()), findings


def _address(written: str) -> str:
    """Return the address within what is written, a link to it included; "" where there is none."""
    visible = tidy(written).strip(_AROUND)
    if visible.casefold().startswith("mailto:"):
        visible = visible[len("mailto:") :].partition("?")[0]
    return visible if _ADDRESS.fullmatch(visible) else ""


def _formatted(written: str, address: str) -> str:
    """Return a name and its address; the name without what would end a header or be decoded in it."""
    letters = (char for char in tidy(written).replace("=?", "=") if unicodedata.category(char)[0] != "C")
    name = "".join(letters).strip(" '\"/|／｜")
    if _SPECIAL.search(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{address}>" if name else address
