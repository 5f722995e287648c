"""The XML of Office packages: parsed without entities or a network, written back as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from lxml import etree

from qpexcel.patch.model import UnpatchableWorkbookError

Element: TypeAlias = etree._Element  # noqa: SLF001 - the only name lxml has for it

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_COMPATIBLE = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_DOCTYPE = b"<!DOCTYPE"
_BREAK = re.compile(rb"<br\s*>", re.IGNORECASE)


def parse(data: bytes, *, ours: bool = False) -> Element:
    """Return a part's root element.

    In what is `ours`, characters that XML does not know are left out.

    Raises:
        UnpatchableWorkbookError: not well-formed, too deep, or with a document type.
    """
    refuse_doctype(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        strip_cdata=False,
        recover=ours,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnpatchableWorkbookError(str(error)) from error
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise UnpatchableWorkbookError("a document type, or nothing")
    return root


def refuse_doctype(data: bytes) -> None:
    """Raise UnpatchableWorkbookError where a part declares a document type, which none may."""
    # A wide encoding puts a zero beside each letter.
    if _DOCTYPE in (data.replace(b"\0", b"") if b"\0" in data[:200] else data):
        raise UnpatchableWorkbookError("a document type")


def mend(drawing: bytes) -> bytes:
    """Return a legacy drawing as XML: Excel itself writes <br> without an end."""
    return _BREAK.sub(b"<br/>", drawing)


def serialise(root: Element) -> bytes:
    """Return a part's bytes."""
    return bytes(
        etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True),
    )


def main(name: str) -> str:
    """Return the tag of an element of SpreadsheetML."""
    return f"{{{MAIN}}}{name}"


def local(element: Element) -> str:
    """Return an element's name without its namespace; "" for comments and the like.

    An alternative (mc:AlternateContent) has the name of what it holds.
    """
    if not isinstance(element.tag, str):
        return ""
    name = etree.QName(element)
    if name.namespace == _COMPATIBLE:
        return next((local(inner) for inner in element if local(inner)), "")
    return str(name.localname)


def make(parent: Element, tag: str, /, **attributes: str) -> Element:
    """Append an element of SpreadsheetML and return it."""
    return etree.SubElement(parent, main(tag), attributes)


def new(tag: str, /, **attributes: str) -> Element:
    """Return an element of SpreadsheetML that stands nowhere yet."""
    return etree.Element(main(tag), attributes, nsmap={None: MAIN})


def children(parent: Element | None, name: str) -> Iterator[Element]:
    """Yield the children of that name in SpreadsheetML."""
    if parent is not None:
        yield from parent.iterchildren(main(name))


def put(parent: Element, child: Element, order: Sequence[str]) -> None:
    """Put a child in where the schema's sequence of names wants it; after others of its name."""
    rank = {name: place for place, name in enumerate(order)}
    mine = rank[local(child)]
    after = [inner for inner in parent if rank.get(local(inner), -1) > mine]
    child.tail = None
    if after:
        after[0].addprevious(child)
    else:
        parent.append(child)


def need(parent: Element, name: str, order: Sequence[str]) -> Element:
    """Return the child of that name, put in where it is missing."""
    found = parent.find(main(name))
    if found is None:
        found = new(name)
        put(parent, found, order)
    return found


def drop(element: Element) -> None:
    """Take an element out of its parent, without the text behind it."""
    element.getparent().remove(element)


def whole(element: Element, name: str, otherwise: int = 0) -> int:
    """Return an attribute as a whole number, `otherwise` where it is missing or none."""
    text = element.get(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise  # noqa: PLR2004


def is_on(element: Element, name: str, *, otherwise: bool = False) -> bool:
    """Whether an attribute says yes."""
    text = element.get(name)
    return otherwise if text is None else text.strip() in ("1", "true", "on")


def set_text(element: Element, text: str) -> None:
    """Give an element a text whose blanks and line ends count."""
    element.text = text
    element.set(_SPACE, "preserve")
