"""Names and attributes of WordprocessingML, in its usual and its strict namespaces alike."""

from __future__ import annotations

from functools import lru_cache

from docx.oxml.xmlchemy import BaseOxmlElement as Element

from qpexcel.documents.auto_numbers import whole

_USUAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_OURS = {
    _USUAL,
    _STRICT,
    "http://schemas.openxmlformats.org/markup-compatibility/2006",
}
_FORMULAS = {
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
}


@lru_cache(maxsize=4096)
def local_name(tag: object) -> str:
    """Return an element's name without its namespace, and "" for comments and the like.

    Text in a formula is a "t" like any other. Everything of other namespaces (drawings) is "foreign".
    """
    if not isinstance(tag, str):
        return ""
    namespace, _, name = tag[1:].partition("}")
    if namespace in _OURS:
        return name
    return "t" if namespace in _FORMULAS and name == "t" else "foreign"


def child(element: Element | None, name: str) -> Element | None:
    """Return the first child of that name."""
    if element is None:
        return None
    return next((inner for inner in element if local_name(inner.tag) == name), None)


def attribute(element: Element | None, name: str) -> str | None:
    """Return an attribute's text."""
    if element is None:
        return None
    found: str | None = element.get(f"{{{_USUAL}}}{name}")
    return element.get(f"{{{_STRICT}}}{name}") if found is None else found


def value_of(element: Element | None) -> str | None:
    """Return the attribute that most of Word's properties keep their value in."""
    return attribute(element, "val")


def number(element: Element | None, otherwise: int) -> int:
    """Return a property's whole number, `otherwise` where it is missing or none."""
    return whole(value_of(element), otherwise)


def on(element: Element | None) -> bool:
    """Whether a property that is either on or off is on."""
    return element is not None and value_of(element) not in {"0", "false", "off"}
