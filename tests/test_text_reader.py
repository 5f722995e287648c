"""Plain texts: in whatever encoding, with their lines, pages and tables."""

from __future__ import annotations

import pytest

from qpexcel.documents.encodings import decode
from qpexcel.documents.model import Document, Grid, Line
from qpexcel.documents.text_file import read_text
from qpexcel.findings import Origin, QpexcelError

PLAN = "壹、依據：法務部函「提升服務品質計畫」。\r\n貳、完成期限：96年12月；承辦單位：秘書室、人事室。\r\n"


def read(text: str) -> Document:
    return read_text(text.encode(), "計畫.txt")


def lines(text: str) -> list[tuple[str, int, int]]:
    """Return (text, page, line) of each line."""
    return [(line.text, line.origin.page, line.origin.line) for line in read(text).lines()]


def rows(text: str) -> list[list[object]]:
    [grid] = read(text).grids()
    return [[cell.value for cell in row] for row in grid.rows]


# Encodings


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp950", "big5hkscs", "gb18030"],
)
@pytest.mark.parametrize("text", [PLAN, "完成期限：96年10月", "承辦單位", "秘書室"])
def test_a_text_is_read_in_whatever_encoding_it_was_saved(text, encoding):
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"])
def test_a_byte_order_mark_decides(mark):
    order = "le" if mark[0] == 0xFF else "be"
    assert decode(mark + "計畫".encode(f"utf-{16 if len(mark) == 2 else 32}-{order}")) == "計畫"


@pytest.mark.parametrize(
    "sentence",
    [
        "辦理研習", "每季填報執行情形", "96年4月", "各科室", "舉辦機關服務人員參訪企業作法至少 1 次", "一、",
        "（一）辦理全民國防教育", "綜合規劃科", "3.督導考核", "為民服務", "本監秘書室暨各科室。", "同上",
        "持續辦理",
    ],
)  # fmt: skip
def test_short_big5_is_not_taken_for_another(sentence):
    assert decode(sentence.encode("cp950")) == sentence


def test_simplified_texts_are_read_too():
    text = "各单位应于每季结束后报告执行情形"
    assert decode(text.encode("gb18030")) == text


def test_big5_has_circled_numbers_and_a_mark_for_characters_of_ones_own():
    numbers = "①②③⑴⑵ⅰ"
    assert decode(f"辦理項目{numbers}".encode("big5hkscs")) == f"辦理項目{numbers}"
    assert decode("辦理項目③".encode("cp950")) == "辦理項目③"
    assert (
        decode("承辦人王".encode("cp950") + b"\xfa\x40" + "於期限內完成".encode("cp950"))
        == "承辦人王\ufffd於期限內完成"
    )


def test_a_western_text_keeps_its_accents():
    assert decode("résumé of the plan for this year".encode("cp1252")) == "résumé of the plan for this year"


def test_bytes_that_are_no_text_are_refused():
    assert decode(bytes(range(256)) * 4) is None
    with pytest.raises(QpexcelError) as raised:
        read_text(bytes(range(256)) * 4, "計畫.txt")
    assert raised.value.finding.code == "IMP005"


# Lines


def test_lines_keep_their_spaces_and_blank_ones_count():
    assert lines("一、甲\n  （一）乙 \n \n\n　丙") == [
        ("一、甲", 0, 1), ("  （一）乙 ", 0, 2), ("", 0, 3), ("", 0, 4), ("　丙", 0, 5),
    ]  # fmt: skip


def test_every_way_to_end_a_line_is_one():
    assert [text for text, _, _ in lines("一\r\n二\r三\v四\u2028五\n六")] == [
        "一",
        "二",
        "三",
        "四",
        "五",
        "六",
    ]


def test_form_feeds_count_pages():
    assert lines("甲\n\f乙\n丙\f丁\n") == [("甲", 1, 1), ("乙", 2, 2), ("丙", 2, 3), ("丁", 3, 3), ("", 3, 4)]


def test_what_cannot_be_printed_is_dropped():
    assert lines("完成期限\0：96年\x0710月底前完成\x1a\ufeff") == [("完成期限：96年10月底前完成", 0, 1)]


def test_words_stand_where_a_plain_text_shows_them():
    [line] = read("  項次\t作法 A").lines()
    assert [(word.text, word.left, word.right) for word in line.words] == [
        ("項次", 2, 6), ("作法", 8, 12), ("A", 13, 14),
    ]  # fmt: skip


# Tables


def test_a_table_with_tabs_is_one_with_a_title_before_it():
    title, grid, note = read("某計畫\n項次\t作法\t期限\n1-1\t辦理研習\t96年4月\n1-2\t訂定計畫\n註：略").blocks
    assert (title.text, note.text) == ("某計畫", "註：略")
    assert [[cell.value for cell in row] for row in grid.rows][1:] == [
        ["1-1", "辦理研習", "96年4月"],
        ["1-2", "訂定計畫", ""],
    ]
    assert grid.rows[1][0].origin == Origin("計畫.txt", line=3)


def test_csv_may_have_line_breaks_commas_and_quotes_in_a_cell():
    text = '項次,作法,期限\n1-1,"辦理,研習\n至少""2""次",96年4月\n1-2,訂定,96年5月\n'
    assert rows(text) == [
        ["項次", "作法", "期限"],
        ["1-1", '辦理,研習\n至少"2"次', "96年4月"],
        ["1-2", "訂定", "96年5月"],
    ]
    [grid] = read(text).grids()
    assert [row[0].origin.line for row in grid.rows] == [1, 2, 4]


def test_a_quote_nobody_closed_swallows_nothing():
    assert rows('項次\t作法\t期限\n1-1\t"辦理\t96年4月\n1-2\t訂定\t96年5月\n')[1][1] == '"辦理'


def test_a_markdown_table_is_one_among_other_lines():
    text = "# 計畫\n\n| 項次 | 作法 | 期限 |\n|---|:-:|---|\n| 1 | 甲\\|乙<br>丙 | 4月 |\n\n說明"
    blocks = read(text).blocks
    assert [type(block) for block in blocks] == [Line, Line, Grid, Line, Line]
    assert rows(text) == [["項次", "作法", "期限"], ["1", "甲|乙\n丙", "4月"]]
    assert blocks[2].rows[1][0].origin.line == 5


@pytest.mark.parametrize(
    "text",
    [
        "一、甲，乙，丙\n二、丁，戊，己",
        "The plan, its units, and dates.\nIt is short.\nNobody, at least nobody here, knows, so far, why.",
        "項次\t作法\n1\t甲\n2\t乙",
        "一\t二\t三\n只有一列",
        "甲|乙|丙\n丁|戊",
    ],
)
def test_prose_is_no_table(text):
    assert list(read(text).grids()) == []
    assert [line.text for line in read(text).lines()] == text.split("\n")
