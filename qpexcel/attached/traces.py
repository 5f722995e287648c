"""Whether anything may be attached to a workbook at all: asked of every file, so it loads nothing heavy."""

from __future__ import annotations

import re
import zipfile

from qpexcel.limits import Limits

_USUAL = Limits()
_CONTENT = "content.xml"
# Parts that hold nothing attached, and lead to nothing that does.
_NOTHING = re.compile(
    r"""\[content_types\]\.xml | _rels/\.rels | docprops/.* | customxml/.*
    | xl/(?:_rels/)?workbook\.(?:xml|bin)(?:\.rels)?
    | xl/(?:styles|sharedstrings|calcchain|metadata|connections|volatiledependencies)\.(?:xml|bin)
    | xl/worksheets/(?:_rels/)?[^/]*\.(?:xml|bin)(?:\.rels)?
    | xl/(?:theme|tables|querytables|printersettings|externallinks|pivottables|pivotcache)/.*
    | xl/vbaproject.*\.bin | .*/""",
    re.VERBOSE,
)


def may_hold(archive: zipfile.ZipFile) -> bool:
    """Whether `attached_to` may find anything in a zip; of Office files only the directory is looked at."""
    names = [name.lower() for name in archive.namelist()]
    if _CONTENT in names:
        from qpexcel.attached.ods import holds_something  # noqa: PLC0415 - loads what reads XML

        return holds_something(archive, _USUAL)
    return not all(map(_NOTHING.fullmatch, names))
