"""What LibreOffice makes of our workbooks: values typed and saved there come back with their meaning."""

from __future__ import annotations

import pytest
from kit import Office, row, tables
from office_programs import convert, needs

pytestmark = needs("soffice")
PLAN = """
| 項次 | 推動作法   | 完成期限 | 承辦單位 | 目標    |
| ---- | ---------- | -------- | -------- | ------- |
| 1-1  | 訂定計畫   | {y}年4月 | 秘書室   | 無      |
| 1-2  | 辦理研習   | {y}年10月 | 秘書室  | 至少2次 |
"""


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    return tmp_path_factory.mktemp("profile")


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_form_saved_by_libreoffice_is_read_the_same(tmp_path, profile, kind):
    office = Office.opened(tmp_path / "office", tables(PLAN.format(y=96), "秘書室"))
    office.generate()
    clerk = office.clerk("秘書室")
    clerk.type("1-1", 執行情形="已完成", 完成日期="96/4/20", 執行成果="第一行\n第二行 <&> 😀")
    clerk.type("1-2", 執行情形="辦理中", 實際數量=1.5)
    sent = tmp_path / "秘書室.xlsx"
    clerk.book.save(sent)
    saved = convert(sent, kind, office.workspace.returned, profile)
    assert saved.exists()
    document = office.consolidate()
    first, second = (row(document, f"1-{n}|秘書室|") for n in (1, 2))
    assert (first["execution"], first["completed_on"]) == ("done", "2007-04-20")
    assert first["result"] == "第一行\n第二行 <&> 😀"
    assert second["quantities"][0]["actual"] == 1.5
    assert office.codes("RET", "DAT", "FIL") == []
    assert document["files"][0]["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("year", "typed", "day"), [(113, "113/6/30", "2024-06-30"), (96, "96/10/5", "2007-10-05")]
)
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_date_that_libreoffice_rewrote_is_mended(tmp_path, profile, kind, year, typed, day):
    office = Office.opened(tmp_path / "office", tables(PLAN.format(y=year), "秘書室", year=str(year)))
    office.generate()
    clerk = office.clerk("秘書室")
    form = clerk.form
    rows = ["\t".join(str(c.value or "") for c in line) for line in form.iter_rows(clerk.header_row())]
    columns = [cell.value for cell in form[clerk.header_row()]]
    # As text with tabs LibreOffice takes the date for one that was typed, by the rules of zh-TW.
    first = rows[1].split("\t")
    first[columns.index("執行情形")], first[columns.index("完成日期")] = "已完成", typed
    text = tmp_path / "秘書室.csv"
    text.write_text("\n".join([rows[0], "\t".join(first), *rows[2:]]), encoding="utf-8")
    convert(text, kind, office.workspace.returned, profile, "--infilter=CSV:9,34,76,1,,1028,false,true")
    document = office.consolidate()
    assert row(document, "1-1|秘書室|")["completed_on"] == day
    assert office.codes("DAT") == ["DAT008"]
