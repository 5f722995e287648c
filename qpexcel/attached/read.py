"""Taking what people attached out of a returned workbook's bytes."""

from __future__ import annotations

import re
import zipfile

from qpexcel.attached.basket import COMMENT, OBJECT, PICTURE, Basket
from qpexcel.attached.model import Attached
from qpexcel.attached.ods import take_ods
from qpexcel.attached.office import take_office
from qpexcel.attached.xls import take_xls
from qpexcel.limits import Limits
from qpexcel.sheets.extent import is_ole, is_zip, zip_of

_USUAL = Limits()
_CONTENT = "content.xml"
_SIGNS = (
    (PICTURE, re.compile("/media/|richvaluerel|cellimages|(?:^|/)pictures/", re.IGNORECASE)),
    (COMMENT, re.compile("comment", re.IGNORECASE)),
    (OBJECT, re.compile("/embeddings/", re.IGNORECASE)),
)


def attached_to(data: bytes, limits: Limits = _USUAL) -> Attached:
    """Return what is attached to the cells of a workbook: xlsx, xlsm, xlsb, xls, ods; never raises.

    Of other bytes nothing is returned. What is there and cannot be taken out is in `left`.
    """
    basket = Basket(limits)
    try:
        if is_ole(data):
            take_xls(data, basket)
        elif is_zip(data):
            _take_zip(zip_of(data), basket)
    except Exception:  # noqa: BLE001 - damaged, or no workbook: what was found until then still stands
        return basket.attached()
    return basket.attached()


def _take_zip(archive: zipfile.ZipFile, basket: Basket) -> None:
    names = archive.namelist()
    try:
        (take_ods if _CONTENT in names else take_office)(archive, basket)
    except Exception:  # noqa: BLE001 - nobody can say where they are, but that they are there
        for kind, sign in _SIGNS:
            if any(map(sign.search, names)):
                basket.leave(kind)
