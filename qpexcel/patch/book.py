"""A workbook's sheets: which there are, in what order, taken out and put in."""

from __future__ import annotations

from dataclasses import dataclass

from qpexcel.patch.donor import Donor
from qpexcel.patch.model import UnpatchableWorkbookError
from qpexcel.patch.package import Package
from qpexcel.patch.sequence import WORKBOOK
from qpexcel.patch.styles import Styles, empty_stylesheet
from qpexcel.patch.xml import OFFICE_RELATIONS, Element, children, drop, is_on, main, make, need, new, whole

_KINDS = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "application/vnd.ms-excel.template.macroEnabled.main+xml",
)
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_ID = f"{{{OFFICE_RELATIONS}}}id"
_STYLED = {"c": "s", "row": "s", "col": "style"}


@dataclass(frozen=True, slots=True)
class Tab:
    """A sheet as the workbook lists it: name, part, kind (worksheet, chartsheet) and the element there."""

    name: str
    part: str
    kind: str
    element: Element


class Book:
    """The workbook part of a package."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.part = package.related("", "officeDocument")
        if package.type_of(self.part) not in _KINDS:
            raise UnpatchableWorkbookError("no .xlsx or .xlsm workbook")
        self._root = package.tree(self.part)
        if self._root.tag != main("workbook"):  # as in Strict workbooks, whose names are others
            raise UnpatchableWorkbookError("no workbook of the usual kind")
        self._styles_part = package.related(self.part, "styles")
        self.styles = Styles(package.tree(self._styles_part) if self._styles_part else empty_stylesheet())
        self._sheets_changed = False
        tabs = self.tabs()
        if not tabs or not all(package.has(tab.part) for tab in tabs):
            raise UnpatchableWorkbookError("no sheets, or one without its part")

    def tabs(self) -> list[Tab]:
        """Return the sheets in order, charts' and others' too."""
        relations = {one.id: one for one in self.package.relations(self.part)}
        listed = list(children(self._root.find(main("sheets")), "sheet"))
        ids = [one.get(_ID) or "" for one in listed]
        if any(one not in relations for one in ids):
            raise UnpatchableWorkbookError("a sheet without a part")
        return [
            Tab(one.get("name") or "", relations[name].target, relations[name].kind, one)
            for one, name in zip(listed, ids, strict=True)
        ]

    def place_of(self, name: str) -> int | None:
        """Return which sheet has a name, from 0; None where there is none."""
        wanted = name.casefold()
        return next((n for n, tab in enumerate(self.tabs()) if tab.name.casefold() == wanted), None)

    def worksheets(self) -> list[Tab]:
        """Return the sheets that have cells."""
        return [tab for tab in self.tabs() if tab.kind == "worksheet"]

    def sheet(self, name: str) -> Tab:
        """Return a sheet with cells by its name."""
        for tab in self.worksheets():
            if tab.name.casefold() == name.casefold():
                return tab
        raise UnpatchableWorkbookError(f"no sheet {name}")

    def remove(self, place: int) -> None:
        """Take a sheet out, with what belongs to it alone."""
        self._sheets_changed = True
        tab = self.tabs()[place]
        relation = next(one for one in self.package.relations(self.part) if one.id == tab.element.get(_ID))
        self._forget_calculations(tab.element.get("sheetId") or "")
        drop(tab.element)
        self.package.unrelate(self.part, relation)
        for name in self._names_of_sheets():
            own = whole(name, "localSheetId")
            if own == place:
                drop(name)
            elif own > place:
                name.set("localSheetId", str(own - 1))
        for holder in list(children(self._root, "definedNames")):
            if not len(holder):
                drop(holder)
        self._shift_views(place, -1)
        self.package.touch(self.part)

    def _forget_calculations(self, sheet_id: str) -> None:
        """Take out the order of calculation where the sheet is in it; Excel makes it anew."""
        for relation in self.package.relations(self.part):
            if relation.kind == "calcChain":
                last = ""
                for cell in self.package.tree(relation.target):
                    last = cell.get("i") or last
                    if last == sheet_id:
                        self.package.unrelate(self.part, relation)
                        return

    def insert(self, place: int, name: str, donor: Donor, number: int, *, hidden: bool = False) -> None:
        """Put in a sheet of a drawn workbook so that it stands at this place, from 0."""
        self._sheets_changed = True
        root = donor.sheet(number)
        self._restyle(root, donor.styles)
        part = self.package.free_name("xl/worksheets/sheet{}.xml")
        self.package.put(part, root, _SHEET_TYPE)
        listed = need(self._root, "sheets", WORKBOOK)
        largest = max((whole(tab.element, "sheetId") for tab in self.tabs()), default=0)
        made = new("sheet", name=name, sheetId=str(largest + 1))
        if hidden:
            made.set("state", "veryHidden")
        made.set(_ID, self.package.relate(self.part, "worksheet", part))
        tabs = self.tabs()
        if place < len(tabs):
            tabs[place].element.addprevious(made)
        else:
            listed.append(made)
        for one in self._names_of_sheets():
            if whole(one, "localSheetId") >= place:
                one.set("localSheetId", str(whole(one, "localSheetId") + 1))
        self._shift_views(place, 1)
        self._take_names(donor.names(number), place)
        self.package.touch(self.part)

    def _restyle(self, root: Element, theirs: Styles) -> None:
        """Give a drawn sheet's cells and conditions the numbers their formats have here."""
        known: dict[int, int] = {}
        for kind, attribute in _STYLED.items():
            for one in root.iter(main(kind)):
                if one.get(attribute) is None:
                    continue
                number = whole(one, attribute)
                if number not in known:
                    known[number] = self.styles.take_over(theirs, number)
                one.set(attribute, str(known[number]))
        for rule in root.iter(main("cfRule")):
            if rule.get("dxfId") is not None:
                rule.set("dxfId", str(self.styles.take_over_condition(theirs, whole(rule, "dxfId"))))

    def _names_of_sheets(self) -> list[Element]:
        """Return the defined names that belong to a sheet alone."""
        every = children(self._root.find(main("definedNames")), "definedName")
        return [one for one in every if one.get("localSheetId") is not None]

    def _take_names(self, names: list[Element], place: int) -> None:
        for name in names:
            name.set("localSheetId", str(place))
            need(self._root, "definedNames", WORKBOOK).append(name)

    def _views(self) -> list[Element]:
        return list(children(self._root.find(main("bookViews")), "workbookView"))

    def _shift_views(self, place: int, by: int) -> None:
        for view in self._views():
            for key in ("activeTab", "firstSheet"):
                now = whole(view, key)
                if now > place or (by > 0 and now == place):
                    view.set(key, str(now + by))

    def open_at(self, place: int) -> None:
        """Make a sheet the one that shows when the workbook is opened, and the only one selected."""
        if not self._views():
            make(need(self._root, "bookViews", WORKBOOK), "workbookView")
        self._views()[0].set("activeTab", str(place))
        for number, tab in enumerate(self.tabs()):
            if number != place and b"tabSelected" not in self.package.data(tab.part):
                continue  # parsing a large sheet takes its time
            for view in self.package.tree(tab.part).iter("{*}sheetView"):
                if is_on(view, "tabSelected") != (number == place):
                    view.attrib.pop("tabSelected", None)
                    if number == place:
                        view.set("tabSelected", "1")
                    self.package.touch(tab.part)

    def finish(self) -> None:
        """Write down the formats that came in, and forget the list of sheets in the properties."""
        if self.styles.changed:
            if not self._styles_part:
                self._styles_part = "xl/styles.xml"
                self.package.put(self._styles_part, self.styles.root, _STYLES_TYPE)
                self.package.relate(self.part, "styles", self._styles_part)
            self.package.touch(self._styles_part)
        if self._sheets_changed:
            self._forget_titles()

    def _forget_titles(self) -> None:
        properties = self.package.related("", "extended-properties")
        if properties and self.package.has(properties):
            root = self.package.tree(properties)
            for one in [*root.iterchildren("{*}HeadingPairs"), *root.iterchildren("{*}TitlesOfParts")]:
                drop(one)
                self.package.touch(properties)
