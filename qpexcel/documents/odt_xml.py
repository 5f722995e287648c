"""OpenDocument packages → odfpy's elements: safely, and with the attributes that are read here alone.

odfpy's own `load` prints a part that is not well-formed and goes on without it, and refuses files for
the form of attributes that nobody needs here. Its parser (defusedxml's) refuses entities.
"""

from __future__ import annotations

import io
import zipfile
from functools import lru_cache
from xml.sax.handler import ContentHandler, ErrorHandler, feature_external_ges, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl

from odf.load import LoadParser, make_parser
from odf.namespaces import DRAWNS, OFFICENS, STYLENS, TABLENS, TEXTNS
from odf.opendocument import Element, OpenDocument

from qpexcel.findings import Finding, QpexcelError

_DEEPEST = 256  # as in libxml2, which reads the Word documents; keeps whoever walks down off the stack's end
_PREFIXES = {
    TEXTNS: "text",
    TABLENS: "table",
    OFFICENS: "office",
    STYLENS: "style",
    DRAWNS: "draw",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": "loext",
}
_NAMESPACES = {prefix: namespace for namespace, prefix in _PREFIXES.items()}
_READ = {
    "text": (
        *("style-name", "style-override", "start-value", "continue-list", "continue-numbering", "level"),
        *("display-levels", "label-followed-by", "display", "is-hidden", "c"),
        *("outline-level", "is-list-header", "restart-numbering"),
    ),
    "style": (
        *("name", "family", "parent-style-name", "list-style-name"),
        *("num-format", "num-prefix", "num-suffix", "num-letter-sync"),
    ),
    "table": (
        *("number-rows-repeated", "number-columns-repeated"),
        *("number-rows-spanned", "number-columns-spanned"),
    ),
    "xml": ("id",),
    "loext": ("num-list-format",),
}
_READ_NAMES = {(_NAMESPACES[prefix], name) for prefix, names in _READ.items() for name in names}
Name = tuple[str | None, str]


class _Handler(ContentHandler):
    """Passes a part on to odfpy, without the attributes nobody reads here; refuses the deepest nesting."""

    def __init__(self, document: OpenDocument) -> None:
        super().__init__()
        self._loader = LoadParser(document)
        self._depth = 0

    def startElementNS(self, name: Name, qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: N802 - SAX
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QpexcelError(Finding("IMP005"))
        read = {key: value for key, value in attrs.items() if key in _READ_NAMES}
        self._loader.startElementNS(name, qname, read)

    def endElementNS(self, name: Name, qname: str | None) -> None:  # noqa: N802 - SAX names it
        self._depth -= 1
        self._loader.endElementNS(name, qname)

    def characters(self, content: str) -> None:
        self._loader.characters(content)


def opened(data: bytes) -> OpenDocument:
    """Return the package's content and styles. Raises whatever zipfile and the parser raise."""
    document = OpenDocument("application/vnd.oasis.opendocument.text", add_generator=False)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        _parse(package, "content.xml", document)
        if "styles.xml" in package.namelist():
            _parse(package, "styles.xml", document)
    return document


def _parse(package: zipfile.ZipFile, part: str, document: OpenDocument) -> None:
    document._parsing = part  # noqa: SLF001 - odfpy's loader asks it there
    parser = make_parser()
    parser.setFeature(feature_namespaces, 1)
    parser.setFeature(feature_external_ges, 0)
    parser.setContentHandler(_Handler(document))
    parser.setErrorHandler(ErrorHandler())
    with package.open(part) as stream:
        parser.parse(stream)


@lru_cache(maxsize=4096)
def _prefixed(name: Name) -> str:
    namespace, local = name
    return f"{_PREFIXES.get(namespace or '', '')}:{local}"


def name_of(node: Element) -> str:
    """Return a node's name with its usual prefix (text:p, :name elsewhere), "" for text."""
    return _prefixed(node.qname) if node.nodeType == node.ELEMENT_NODE else ""


def attribute(element: Element, name: str) -> str | None:
    """Return an attribute by its name with the usual prefix, as text."""
    prefix, _, local = name.partition(":")
    value = element.attributes.get((_NAMESPACES[prefix], local))
    return None if value is None else str(value)


def children(element: Element, *names: str) -> list[Element]:
    """Return the child elements of these names."""
    return [node for node in element.childNodes if name_of(node) in names]
