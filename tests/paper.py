"""The real plan on other paper: typed into Word, exported as PDF, saved as odt and as spreadsheets."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import docx
import openpyxl
from openpyxl.styles import Alignment, Border, Side
from openpyxl.worksheet.properties import PageSetupProperties

HERE = Path(__file__).parent
SEED = HERE / "plan_documents" / "kinmen-96.txt"
HEADER = ("實施要項", "推動作法", "完成期限", "承辦單位", "預期效益")
ABOVE = (
    "福建金門監獄96年度提升服務品質實施計畫",
    "一、依據：法務部96年4月10日法秘字第0960500157號函「法務部96年提升服務品質實施計畫」辦理。",
    "二、實施對象：本監秘書室暨各科室。",
    "三、計畫目標：強調「三米微笑」原則，朝「高效率、好品質」的目標繼續努力。",
    "四、計畫內容：",
)
BELOW = (
    "五、實施步驟及管制考核",
    "（一）各實施科室應依本計畫，訂定執行計畫切實執行。",
    "（二）實施計畫內容如上表，由各相關科室負責推動實施，並定期召開會議檢討實施成效。",
    "六、績效評估",
    "各承辦科室主管應針對本計畫於完成期限前提出總成果報告。",
)
NUMERALS = "零一二三四五"
TYPED = {"4-5": {"units": "秘室室"}}  # as the document has it; the truth file has what is meant


def truth() -> list[dict[str, str]]:
    """Return the real plan's items as the truth file has them."""
    with (HERE / "truth_kinmen_96.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def rows() -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the plan's table as typed: the section's heading at its first item, units stacked."""
    section = ""
    for item in truth():
        number, title = item["section_no"], item["section_title"]
        heading = f"{NUMERALS[int(number)]}、{title}" if title and number != section else ""
        section = number
        units = TYPED.get(item["item_id"], item)["units"].replace(";", "\n")
        yield heading, f"{item['item_no_printed']}{item['action_text']}", item["due_text"], units, ""


def typed_in_word(path: Path) -> Path:
    """Type the plan into Word: sections merged down, a merged row 執行成果 below each item."""
    document = docx.Document()
    for line in ABOVE:
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=len(HEADER), style="Table Grid")
    for cell, label in zip(table.rows[0].cells, HEADER, strict=True):
        cell.text = label
    above = None
    for row in rows():
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
        result = table.add_row().cells
        result[1].merge(result[4]).text = "執行成果："
        # A lost heading leaves an empty cell of its own; nobody merged it with the section before.
        own = bool(row[0]) or (row[1].startswith("2.選派"))
        above = cells[0] if own or above is None else above
        above = above.merge(result[0])
    for line in BELOW:
        document.add_paragraph(line)
    document.save(path)
    return path


def typed_in_excel(path: Path) -> Path:
    """Type the plan into a spreadsheet: a title above, sections merged down."""
    book = openpyxl.Workbook()
    sheet = book.active
    for line in ABOVE:
        sheet.append([line])
    sheet.append([])
    sheet.append(HEADER)
    first = sheet.max_row + 1
    spans: list[list[int]] = []
    for n, row in enumerate(rows(), start=first):
        sheet.append(row)
        if row[0] or row[1].startswith("2.選派"):
            spans.append([n, n])
        spans[-1][1] = n
    for column, width in zip("ABCDE", (16, 40, 12, 12, 20), strict=True):
        sheet.column_dimensions[column].width = width
    for number, row in enumerate(sheet.iter_rows(min_row=first - 1), start=first - 1):
        # Somebody drew the rows high enough; what a row cuts off is not in its print.
        sheet.row_dimensions[number].height = 15 * (2 + len(row[1].value) // 15)
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(*[Side("thin")] * 4)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    for start, end in spans:
        sheet.merge_cells(start_row=start, end_row=end, start_column=1, end_column=1)
    book.save(path)
    return path


def converted(path: Path, suffix: str, folder: Path) -> Path:
    """Save a document in another format with LibreOffice."""
    profile = (folder / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", suffix]
    subprocess.run(
        [*command, "--outdir", str(folder), str(path)], check=True, capture_output=True, timeout=240
    )
    return folder / f"{path.stem}.{suffix}"


def has_office() -> bool:
    """Whether LibreOffice is here."""
    return shutil.which("soffice") is not None
