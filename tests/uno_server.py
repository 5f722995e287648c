"""Drives LibreOffice over UNO for office_programs.py: a JSON request a line in, a JSON answer a line out.

Runs under the system's Python, the only one that has `uno`, so it imports nothing of ours.
Argument: the folder of the profile. It ends, and LibreOffice with it, when its input ends.

How it types: `.uno:GoToCell`, then `.uno:EnterString`. Measured in LibreOffice 7.4 with zh-TW, this is
what the keyboard does: 96/10/5 becomes 1996-10-05 in a General cell, 113/6/30 the year 113, 0961005 the
number 961005, =1+1 a formula; in a text cell (@) each stays text; 92% in a cell of General"%" is 0.92.
`XCell.setFormula` is not typing: it reads English (96/10/5 stays text) and writes into locked cells.
Two things the keyboard meets are done here. A locked cell gets its text through `FormulaLocal`, which
LibreOffice refuses in silence (its message box crashes it without a screen). And `.uno:EnterString` does
not ask the cell's validity rule, so `_against_rule` does, and what Stop would refuse is taken back.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import uno

SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>zh-TW</value></prop></item></oor:items>
"""
FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "ods": "calc8", "xls": "MS Excel 97"}
START_WITHIN = 90  # seconds
CONTENTS = 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags: numbers, days, texts, formulas
ERROR_CELLS = 4  # com.sun.star.sheet.FormulaResult.ERROR
STRUCT = "com.sun.star."


def properties(**values):
    return tuple(
        uno.createUnoStruct(f"{STRUCT}beans.PropertyValue", Name=name, Value=value)
        for name, value in values.items()
    )


class Program:
    """One running LibreOffice and the documents open in it, by number."""

    def __init__(self, profile):
        self.pipe = f"qpexcel-{profile.name}-{time.time_ns()}"
        (profile / "user").mkdir(parents=True, exist_ok=True)
        (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
        quiet = ["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"]
        where = [f"-env:UserInstallation={profile.as_uri()}", f"--accept=pipe,name={self.pipe};urp;"]
        self.process = subprocess.Popen(
            ["soffice", *where, *quiet], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        context = self._connect()
        make = context.ServiceManager.createInstanceWithContext
        self.desktop = make(f"{STRUCT}frame.Desktop", context)
        self.dispatcher = make(f"{STRUCT}frame.DispatchHelper", context)
        self.graphics = make(f"{STRUCT}graphic.GraphicProvider", context)
        self.documents = {}

    def _connect(self):
        here = uno.getComponentContext()
        resolver = here.ServiceManager.createInstanceWithContext(f"{STRUCT}bridge.UnoUrlResolver", here)
        give_up = time.monotonic() + START_WITHIN
        while True:
            try:
                return resolver.resolve(f"uno:pipe,name={self.pipe};urp;StarOffice.ComponentContext")
            except Exception:
                if time.monotonic() > give_up or self.process.poll() not in (None, 0):
                    raise
                time.sleep(0.05)

    def end(self):
        try:
            self.desktop.terminate()
            self.process.wait(10)
        except Exception:  # noqa: BLE001 - it has died, or will not: the caller kills the whole group
            self.process.kill()

    def dispatch(self, document, command, **arguments):
        frame = document.CurrentController.Frame
        self.dispatcher.executeDispatch(frame, f".uno:{command}", "", 0, properties(**arguments))

    # --- files --------------------------------------------------------------------------------------

    def open(self, path):
        url = Path(path).as_uri()
        document = self.desktop.loadComponentFromURL(url, "_blank", 0, properties(Hidden=True))
        if document is None:
            raise ValueError(f"LibreOffice cannot open {path}")
        number = max(self.documents, default=0) + 1
        self.documents[number] = document
        return number

    def close(self, book):
        self.documents.pop(book).close(True)  # noqa: FBT003 - UNO takes no names

    def save(self, book, path, kind):
        url = Path(path).as_uri()
        self.documents[book].storeToURL(url, properties(FilterName=FILTERS[kind], Overwrite=True))

    # --- cells --------------------------------------------------------------------------------------

    def sheet(self, book, name):
        return self.documents[book].Sheets.getByName(name)

    def sheets(self, book):
        return list(self.documents[book].Sheets.ElementNames)

    def used(self, book, sheet):
        cursor = self.sheet(book, sheet).createCursor()
        cursor.gotoEndOfUsedArea(False)  # noqa: FBT003
        return [cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow]

    def type(self, book, sheet, cells, rules):
        document, target = self.documents[book], self.sheet(book, sheet)
        document.CurrentController.setActiveSheet(target)
        return [self._type(document, target, address, text, rules) for address, text in cells]

    def _type(self, document, sheet, address, text, rules):
        cell = sheet.getCellRangeByName(address)
        if sheet.isProtected() and cell.CellProtection.IsLocked:
            document.setModified(False)
            cell.FormulaLocal = text
            return "typed" if document.isModified() else "locked"
        self.dispatch(document, "GoToCell", ToPoint=address)
        here, there = document.CurrentSelection.RangeAddress, cell.RangeAddress
        if (here.StartColumn, here.StartRow) != (there.StartColumn, there.StartRow):
            return "unreachable"
        self.dispatch(document, "EnterString", StringName=text)
        if rules and text and _against_rule(cell, document):
            self.dispatch(document, "Undo")
            return "refused"
        return "typed"

    def put(self, book, sheet, address, value):
        target = self.sheet(book, sheet)
        cell = target.getCellRangeByName(address)
        if isinstance(value, str):
            cell.String = value
        else:
            cell.Value = value

    def read(self, book, sheet, area):
        cells = self.sheet(book, sheet)
        cells = cells.getCellRangeByName(area) if area else self._used_range(cells)
        rows = [list(row) for row in cells.getDataArray()]
        top, left = cells.RangeAddress.StartRow, cells.RangeAddress.StartColumn
        for wrong in cells.queryFormulaCells(ERROR_CELLS).RangeAddresses:
            for row in range(wrong.StartRow - top, wrong.EndRow - top + 1):
                for col in range(wrong.StartColumn - left, wrong.EndColumn - left + 1):
                    rows[row][col] = f"#ERR {cells.getCellByPosition(col, row).String}"
        return rows

    def _used_range(self, sheet):
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)  # noqa: FBT003
        end = cursor.RangeAddress
        return sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)

    def shown(self, book, sheet, addresses):
        return [self.sheet(book, sheet).getCellRangeByName(address).String for address in addresses]

    def recalculate(self, book):
        self.documents[book].calculateAll()
        self.dispatch(self.documents[book], "CalculateHard")

    def choices(self, book, sheet, address):
        cell = self.sheet(book, sheet).getCellRangeByName(address)
        return _choices(cell.Validation, self.documents[book])

    # --- what else people do ------------------------------------------------------------------------

    def protected(self, book, sheet):
        return self.sheet(book, sheet).isProtected()

    def unprotect(self, book, sheet):
        self.sheet(book, sheet).unprotect("")

    def sort(self, book, sheet, area, column, descending):
        cells = self.sheet(book, sheet).getCellRangeByName(area)
        field = uno.createUnoStruct(f"{STRUCT}table.TableSortField", Field=column, IsAscending=not descending)
        fields = uno.Any(f"[]{STRUCT}table.TableSortField", (field,))
        uno.invoke(cells, "sort", (properties(SortFields=fields, ContainsHeader=False),))

    def merge(self, book, sheet, area):
        cells = self.sheet(book, sheet).getCellRangeByName(area)
        kept = cells.getCellByPosition(0, 0).Formula
        cells.clearContents(CONTENTS)
        cells.getCellByPosition(0, 0).Formula = kept
        cells.merge(True)  # noqa: FBT003

    def filter(self, book, sheet, area, column, text):
        cells = self.sheet(book, sheet).getCellRangeByName(area)
        descriptor = cells.createFilterDescriptor(True)  # noqa: FBT003
        field = uno.createUnoStruct(f"{STRUCT}sheet.TableFilterField", Field=column, StringValue=text)
        field.Operator = uno.Enum(f"{STRUCT}sheet.FilterOperator", "EQUAL")
        descriptor.setFilterFields((field,))
        descriptor.ContainsHeader = True
        cells.filter(descriptor)

    def hide(self, book, sheet, address):
        self.sheet(book, sheet).getCellRangeByName(address).Columns.IsVisible = False

    def copy(self, book, sheet, name):
        self.documents[book].Sheets.copyByName(sheet, name, 0)

    def remove(self, book, sheet):
        self.documents[book].Sheets.removeByName(sheet)

    def to_values(self, book, sheet):
        cells = self._used_range(self.sheet(book, sheet))
        cells.setDataArray(cells.getDataArray())

    def comment(self, book, sheet, address, text):
        target = self.sheet(book, sheet)
        before = target.Annotations.Count
        target.Annotations.insertNew(target.getCellRangeByName(address).CellAddress, text)
        return target.Annotations.Count > before

    def picture(self, book, sheet, address, path):
        document, target = self.documents[book], self.sheet(book, sheet)
        cell = target.getCellRangeByName(address)
        shape = document.createInstance(f"{STRUCT}drawing.GraphicObjectShape")
        shape.Graphic = self.graphics.queryGraphic(properties(URL=Path(path).as_uri()))
        target.DrawPage.add(shape)
        shape.setSize(uno.createUnoStruct(f"{STRUCT}awt.Size", Width=2000, Height=2000))
        shape.setPosition(cell.Position)


def _choices(rule, document):
    if rule.Type.value != "LIST":
        return []
    source = rule.getFormula1()
    if source.startswith('"'):
        return source.removeprefix('"').removesuffix('"').split('";"')
    name, area = source.removeprefix("$").rsplit(".", 1)
    cells = document.Sheets.getByName(name.strip("'").replace("''", "'")).getCellRangeByName(area)
    return [str(value) for row in cells.getDataArray() for value in row if value != ""]


def _against_rule(cell, document):
    """Whether the cell's validity rule would have refused what it now holds (lists, numbers and days)."""
    rule = cell.Validation
    if not rule.ShowErrorMessage or rule.ErrorAlertStyle.value != "STOP":
        return False
    if rule.Type.value == "LIST":
        return cell.String not in _choices(rule, document)
    if rule.Type.value in ("DECIMAL", "WHOLE", "DATE"):
        asked = rule.getOperator().value
        least = float(rule.getFormula1()) if asked in ("GREATER_EQUAL", "BETWEEN") else -1e300
        most = float(rule.getFormula2()) if asked == "BETWEEN" else 1e300
        return cell.Type.value != "VALUE" or not least <= cell.Value <= most
    return False


def main():
    program = Program(Path(sys.argv[1]))
    print(json.dumps({"answer": "ready"}), flush=True)  # noqa: T201 - this is how it answers
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"answer": getattr(program, request.pop("do"))(**request)}
        except Exception as error:  # noqa: BLE001 - the test is told
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)  # noqa: T201
    program.end()


main()
