"""OpenDocument texts: their lines, tables and the numbers that office programs show but do not store."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from odf import opendocument, table, text

from qpexcel.documents.odt import read_odt
from qpexcel.findings import QpexcelError

SPACES = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in {
        **{
            prefix: f"urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"
            for prefix in ("office", "text", "table", "style")
        },
        "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
        "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
        "loext": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0",
    }.items()
)


def content(body, styles="", declared=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{declared}<office:document-content {SPACES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )


def package(*, main, styles=""):
    """Return an OpenDocument package with this content.xml and these common styles."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        if main is not None:
            made.writestr("content.xml", main)
        common = f"<office:styles>{styles}</office:styles>"
        made.writestr("styles.xml", f"<office:document-styles {SPACES}>{common}</office:document-styles>")
    return stream.getvalue()


def read(body, styles="", common=""):
    return read_odt(package(main=content(body, styles), styles=common), "計畫.odt")


def texts(*arguments):
    return [line.text for line in read(*arguments).lines()]


def values(*arguments):
    return [[[cell.value for cell in row] for row in grid.rows] for grid in read(*arguments).grids()]


def code(data):
    with pytest.raises(QpexcelError) as caught:
        read_odt(data, "x")
    return caught.value.finding.code


def p(inside=""):
    return f"<text:p>{inside}</text:p>"


def td(inside="", facts=""):
    return f"<table:table-cell {facts}>{inside if inside.startswith('<') else p(inside)}</table:table-cell>"


def tr(*cells, facts=""):
    inside = "".join(cell if cell.startswith("<") else td(cell) for cell in cells)
    return f"<table:table-row {facts}>{inside}</table:table-row>"


def tables(*rows):
    return f"<table:table><table:table-column/>{''.join(rows)}</table:table>"


COVERED = "<table:covered-table-cell/>"


# Lines


def test_a_document_made_by_odfpy():
    made = opendocument.OpenDocumentText()
    made.text.addElement(text.H(outlinelevel=1, text="一、依據"))
    made.text.addElement(text.P(text=""))
    made.text.addElement(text.P(text="院函"))
    grid, row, cell = table.Table(), table.TableRow(), table.TableCell()
    cell.addElement(text.P(text="甲"))
    row.addElement(cell)
    grid.addElement(row)
    made.text.addElement(grid)
    stream = io.BytesIO()
    made.write(stream)
    document = read_odt(stream.getvalue(), "計畫.odt")
    assert [(line.text, line.origin.line) for line in document.lines()] == [("一、依據", 1), ("院函", 3)]
    (((only,),),) = (grid.rows for grid in document.grids())
    where = only.origin
    assert (only.value, where.file, where.table, where.row, where.cell) == ("甲", "計畫.odt", 1, 1, "A1")


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("甲<text:line-break/>乙<text:tab/>丙", "甲\n乙\t丙"),
        ('甲 <text:s text:c="3"/>乙<text:s/>', "甲    乙 "),
        ('甲<text:s text:c="2000000000"/>乙', "甲" + " " * 100 + "乙"),
        ("\n   甲\n    <text:span> 乙\t</text:span>  丙", "甲 乙 丙"),
        ("甲<text:note><text:note-citation>1</text:note-citation></text:note>乙", "甲乙"),
        (f"甲<office:annotation>{p('註')}</office:annotation>乙<office:annotation-end/>", "甲乙"),
        (
            "<text:ruby><text:ruby-base>甲</text:ruby-base><text:ruby-text>ㄐ</text:ruby-text></text:ruby>",
            "甲",
        ),
        ("<text:a>甲</text:a><text:bookmark/><text:date>96年</text:date><text:soft-page-break/>", "甲96年"),
        ("<text:change-start/>甲<text:change-end/><text:change/>乙<!-- 丙 -->", "甲乙"),
        ('<text:span text:style-name="H">甲</text:span>乙', "乙"),
        ('<text:hidden-text text:is-hidden="true">甲</text:hidden-text>乙', "乙"),
    ],
)
def test_a_paragraph_reads_as_it_is_shown(inside, shown):
    hidden = '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    assert texts(p(inside), hidden) == [shown]


def test_sections_and_indexes_are_read_and_deletions_and_hidden_sections_are_not():
    body = (
        f"<text:tracked-changes><text:changed-region>{p('刪')}</text:changed-region></text:tracked-changes>"
        f"<text:section>{p('甲')}<text:section>{p('乙')}</text:section></text:section>"
        f'<text:section text:display="none">{p("藏")}</text:section>'
        f"<text:table-of-content><text:index-body>{p('丙')}</text:index-body></text:table-of-content>"
    )
    assert texts(body) == ["甲", "乙", "丙"]


def test_a_text_box_is_read_once_behind_the_paragraph_it_hangs_on():
    box = f"<draw:frame><draw:text-box>{p('框')}</draw:text-box><svg:title>圖</svg:title></draw:frame>"
    shape = f"<draw:g><draw:custom-shape>{p('形')}</draw:custom-shape></draw:g>"
    lines = read(p(f"甲{box}乙{shape}") + p("丙")).lines()
    assert [(line.text, line.origin.line) for line in lines] == [("甲乙", 1), ("框", 1), ("形", 1), ("丙", 2)]
    assert values(tables(tr(td(p(f"甲{box}乙"))))) == [[["甲乙\n框"]]]


# Tables


def test_rows_of_headers_and_groups_stand_in_order():
    head = f"<table:table-header-rows>{tr('項次', '作法')}</table:table-header-rows>"
    body = f"<table:table-rows>{tr('1', '甲')}<table:table-row-group>{tr('2')}</table:table-row-group>"
    assert values(tables(head, body + "</table:table-rows>")) == [[["項次", "作法"], ["1", "甲"], ["2", ""]]]


def test_merged_cells():
    both = 'table:number-columns-spanned="2" table:number-rows-spanned="2"'
    down = 'table:number-rows-spanned="3"'
    (grid,) = read(
        tables(
            tr(td("甲", both), COVERED, td("乙", down)),
            tr('<table:covered-table-cell table:number-columns-repeated="3"/>'),
            tr("丙", td("丁"), f"<table:covered-table-cell>{p('藏')}</table:covered-table-cell>"),
            tr("戊", "己", "庚"),
        )
    ).grids()
    assert [[cell.value for cell in row] for row in grid.rows] == [
        *(["甲", "", "乙"], ["甲", "", "乙"], ["丙", "丁", "乙"], ["戊", "己", "庚"]),
    ]
    assert [[cell.continues for cell in row] for row in grid.rows] == [
        *([False] * 3, [True] * 3, [False, False, True], [False] * 3),
    ]


def test_repeats_are_written_out_and_empty_ones_at_the_end_left_out():
    body = tables(
        tr(td("甲", 'table:number-columns-repeated="2"'), td("", 'table:number-columns-repeated="1022"')),
        tr("乙", facts='table:number-rows-repeated="2"'),
        tr(td("", 'table:number-columns-repeated="1024"'), facts='table:number-rows-repeated="2"'),
        tr(td("", 'table:number-columns-repeated="2"'), "丙"),
        tr(td("", 'table:number-columns-repeated="1024"'), facts='table:number-rows-repeated="1048576"'),
    )
    rows = [["甲", "甲", ""], ["乙", "", ""], ["乙", "", ""], ["", "", ""], ["", "", ""], ["", "", "丙"]]
    assert values(body) == [rows]


@pytest.mark.parametrize(
    "body",
    [
        tables(tr(td("甲", 'table:number-columns-repeated="2000000000"'))),
        tables(tr("甲", facts='table:number-rows-repeated="2000000000"')),
        tables(tr("甲"), tr("", facts='table:number-rows-repeated="1048576"'), tr("乙")),
        tables(
            *[tr(td("甲", 'table:number-columns-repeated="1900"'), facts='table:number-rows-repeated="99"')]
            * 9
        ),
    ],
    ids=["columns", "rows", "empty rows between", "cells"],
)
def test_a_table_larger_than_any_plan_is_refused(body):
    assert code(package(main=content(body))) == "IMP008"


def test_repeated_cells_in_repeated_cells_do_not_fill_the_memory():
    body = p("甲乙丙丁")
    for _ in range(4):
        body = tables(tr(td(body, 'table:number-columns-repeated="1900"')))
    assert code(package(main=content(body))) == "IMP008"


def test_a_cell_holds_its_paragraphs_lists_and_nested_tables():
    inner = tables(tr("a", "b"), tr(td(tables(tr("c")) + p("d"))))
    items = f"<text:list><text:list-item>{p('丙')}</text:list-item></text:list>"
    assert values(tables(tr(td(p("甲") + p() + p("乙") + items + inner + p()), "丁"))) == [
        [["甲\n\n乙\n丙\na\nb\nc\nd", "丁"]]
    ]


# Automatic numbers


def list_style(*levels, name="L"):
    return f'<text:list-style style:name="{name}">{"".join(levels)}</text:list-style>'


def level(number, kind, facts='style:num-suffix="、"'):
    return f'<text:list-level-style-number text:level="{number}" style:num-format="{kind}" {facts}/>'


def items(*inside, facts='text:style-name="L"'):
    made = "".join(
        each if each.startswith("<text:list-") else f"<text:list-item>{each}</text:list-item>"
        for each in inside
    )
    return f"<text:list {facts}>{made}</text:list>"


@pytest.mark.parametrize(
    ("kind", "start", "numbers"),
    [
        ("1", 9, "9 10 11"),
        ("01, 02, 03, ...", 9, "09 10 11"),
        ("１, ２, ３, ...", 9, "９ １０ １１"),
        ("①, ②, ③, ...", 20, "⑳ ㉑ ㉒"),
        ("一, 二, 三, ...", 9, "九 十 十一"),
        ("壹, 貳, 參, ...", 9, "玖 壹拾 壹拾壹"),
        ("壹, 贰, 叁, ...", 2, "贰 叁 肆"),
        ("甲, 乙, 丙, ...", 9, "壬 癸 11"),
        ("子, 丑, 寅, ...", 1, "子 丑 寅"),
        ("a", 26, "z aa ab"),
        ("A", 1, "A B C"),
        ("i", 3, "iii iv v"),
        ("I", 9, "IX X XI"),
        ("ア, イ, ウ, ...", 1, "1 2 3"),
    ],
)
def test_numerals(kind, start, numbers):
    facts = f'text:start-value="{start}" style:num-prefix="（" style:num-suffix="）"'
    shown = texts(items(*[p("甲")] * 3), list_style(level(1, kind, facts)))
    assert shown == [f"（{number}）甲" for number in numbers.split()]


def test_letters_may_be_doubled():
    facts = 'text:start-value="26" style:num-letter-sync="true" style:num-suffix="."'
    assert texts(items(p("甲"), p("乙")), list_style(level(1, "A", facts))) == ["Z.甲", "AA.乙"]


def test_no_numbers_for_bullets_headers_and_second_paragraphs():
    style = list_style(level(1, "1"), '<text:list-level-style-bullet text:level="2" text:bullet-char="•"/>')
    header = f"<text:list-header>{p('頭')}</text:list-header>"
    body = items(header, p("甲") + p("又"), p("乙") + items(p("點"), facts=""), p("丙"))
    assert texts(body, style) == ["頭", "1、甲", "又", "2、乙", "點", "3、丙"]


def test_deeper_levels_show_those_above_and_begin_again():
    style = list_style(
        level(1, "一, 二, 三, ..."),
        level(2, "1", 'text:display-levels="2"'),
        level(3, "1", 'text:display-levels="2" loext:num-list-format="（%2%-%3%）"'),
    )
    inner = items(p("丙"), facts="")
    body = items(p("甲") + items(p("乙") + inner, p("丁"), facts=""), p("戊") + items(p("己"), facts=""))
    assert texts(body, style) == ["一、甲", "一.1 乙", "（1-1）丙", "一.2 丁", "二、戊", "二.1 己"]


def test_a_list_begins_again_or_goes_on():
    first = items(p("甲"), p("乙"), facts='text:style-name="L" xml:id="a"')
    again = items(p("丙"))
    on = items(p("丁"), facts='text:style-name="L" text:continue-numbering="true"')
    back = items(p("戊"), facts='text:style-name="L" text:continue-list="a"')
    five = items(f'<text:list-item text:start-value="5">{p("己")}</text:list-item>', p("庚"))
    lines = texts(first + p("間") + again + on + back + five, list_style(level(1, "1")))
    assert lines == ["1、甲", "2、乙", "間", "1、丙", "2、丁", "3、戊", "5、己", "6、庚"]


def test_a_list_whose_outer_item_has_no_paragraph_counts_on():
    style = list_style(level(1, "1"), level(2, "1", 'text:display-levels="2"'))
    on = 'text:style-name="L" text:continue-numbering="true"'
    body = items(p("甲")) + p("間") + items(items(p("乙"), facts=""), p("丙"), facts=on)
    assert texts(body, style) == ["1、甲", "間", "1.1 乙", "2、丙"]


def test_the_style_of_the_item_or_of_the_paragraph_may_say_how_to_number():
    styles = list_style(level(1, "1")) + list_style(level(1, "A"), name="M")
    styles += '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="P"/>'
    common = '<style:style style:name="P" style:family="paragraph" style:list-style-name="M"/>'
    item = f'<text:list-item text:style-override="M">{p("乙")}</text:list-item>'
    assert texts(items(p("甲"), item), styles) == ["1、甲", "B、乙"]
    assert texts(items('<text:p text:style-name="P1">丙</text:p>', facts=""), styles, common) == ["A、丙"]


def test_headings_are_numbered_by_the_outline():
    def h(inside, depth, facts=""):
        return f'<text:h text:outline-level="{depth}" {facts}>{inside}</text:h>'

    levels = (
        '<text:outline-level-style text:level="1" style:num-format="壹, 貳, 參, ..." style:num-suffix="、"/>'
        '<text:outline-level-style text:level="2" style:num-format=""/>'
    )
    body = h("甲", 1) + h("乙", 2) + h("丙", 1, 'text:is-list-header="true"') + h("丁", 1) + h("戊", 3)
    body += h("己", 1, 'text:restart-numbering="true" text:start-value="5"')
    common = f'<text:outline-style style:name="Outline">{levels}</text:outline-style>'
    assert texts(body, "", common) == ["壹、甲", "乙", "丙", "貳、丁", "戊", "伍、己"]


def test_numbers_in_cells_count_through_the_table():
    on = 'text:style-name="L" text:continue-numbering="true"'
    rows = [tr(td(items(p(), facts=facts)), "甲") for facts in ('text:style-name="L"', on, on)]
    body = tables(*rows)
    assert values(body, list_style(level(1, "1", ""))) == [[["1", "甲"], ["2", "甲"], ["3", "甲"]]]


# Packages


def laughs():
    doubled = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY e0 "哈哈哈哈哈">{doubled}]>'


BAD = {
    "laughs": content(p("&e9;"), declared=laughs()),
    "laughs in an attribute": content(items(p("甲"), facts='text:style-name="&e9;"'), declared=laughs()),
    "a file outside": content(p("&e;"), declared='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    "parameters": content(p("x"), declared='<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/"> %e;]>'),
    "cut off": content(p("甲"))[:-50],
    "no text": content(p("甲")).replace("office:text>", "office:chart>"),
    "not XML": "甲",
    "left out": None,
}


@pytest.mark.parametrize("main", BAD.values(), ids=BAD)
def test_a_damaged_or_dangerous_document_is_refused(main, capsys):
    begun = time.perf_counter()
    assert code(package(main=main)) == "IMP005"
    assert time.perf_counter() - begun < 5
    assert capsys.readouterr() == ("", "")


def test_entities_in_the_styles_are_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr("content.xml", content(p("甲")))
        made.writestr(
            "styles.xml", f"{laughs()}<office:document-styles {SPACES}>&e9;</office:document-styles>"
        )
    assert code(stream.getvalue()) == "IMP005"


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"x" * 100])
def test_what_is_no_package_is_damaged(data):
    assert code(data) == "IMP005"


def nested_tables(depth):
    opening = "<table:table><table:table-row><table:table-cell>"
    closing = "</table:table-cell></table:table-row></table:table>"
    return package(main=content(opening * depth + p("底") + closing * depth))


def test_deeply_nested_tables_are_read_and_endless_ones_refused():
    (grid,) = read_odt(nested_tables(80), "x").grids()
    assert grid.rows[0][0].value == "底"
    assert code(nested_tables(50_000)) == "IMP005"


def test_attributes_that_are_not_read_may_be_anything():
    odd = p("甲").replace("<text:p", '<text:p svg:width="NaNcm" draw:opacity="x" style:mirror="x"')
    assert texts(odd) == ["甲"]


def test_styles_in_a_ring_come_to_an_end():
    ring = "".join(
        f'<style:style style:name="{own}" style:family="paragraph" style:parent-style-name="{other}"/>'
        for own, other in ("AB", "BA")
    )
    assert texts(items('<text:p text:style-name="A">甲</text:p>', facts=""), ring) == ["甲"]


def test_a_long_table_is_read_in_linear_time():
    row = tr(*[td(p("<text:span>甲</text:span>乙")) for _ in range(8)])
    data = package(main=content(tables(*[row] * 2_000)))
    begun = time.perf_counter()
    (grid,) = read_odt(data, "x").grids()
    assert time.perf_counter() - begun < 15  # about 2 s
    assert len(grid.rows) == 2_000
