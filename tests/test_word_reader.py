"""Word documents: their lines, tables and the numbers that Word shows but does not store."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import time
import zipfile

import docx
import pytest
from docx.oxml import parse_xml

from qpexcel.documents.model import Grid
from qpexcel.documents.odt import read_odt
from qpexcel.documents.word import read_word
from qpexcel.findings import QpexcelError

SPACES = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "v": "urn:schemas-microsoft-com:vml",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    }.items()
)


class Office:
    """A Word document in the making: raw XML for the body, lists and styles."""

    def __init__(self):
        self.docx = docx.Document()
        self.body = self.docx.element.body
        self.numbering = self.docx.part.numbering_part.element

    def add(self, *pieces):
        for piece in pieces:
            self.body.insert(len(self.body) - 1, parse_xml(piece.replace(">", f" {SPACES}>", 1)))
        return self

    def style(self, name, properties, based_on="Normal"):
        self.docx.styles.element.append(
            parse_xml(
                f'<w:style {SPACES} w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/>'
                f'<w:basedOn w:val="{based_on}"/><w:pPr>{properties}</w:pPr></w:style>'
            )
        )
        return self

    def list(self, num, *levels, inside=""):
        """Add an abstract list and an instance, both with this number."""
        abstract = (
            f'<w:abstractNum {SPACES} w:abstractNumId="{num}">{inside}{"".join(levels)}</w:abstractNum>'
        )
        self.numbering.insert(0, parse_xml(abstract))
        return self.again(num, num)

    def again(self, num, abstract, override=""):
        self.numbering.append(
            parse_xml(
                f'<w:num {SPACES} w:numId="{num}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>'
            )
        )
        return self

    def data(self):
        stream = io.BytesIO()
        self.docx.save(stream)
        return stream.getvalue()

    def texts(self):
        return [line.text for line in read_word(self.data(), "計畫.docx").lines()]

    def values(self):
        return values(read_word(self.data(), "計畫.docx"))


def values(document):
    return [[[cell.value for cell in row] for row in grid.rows] for grid in document.grids()]


def level(depth, kind, text, *, start=1, more=""):
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def run(text):
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(text="", *, num=None, depth=0, style=None, inside=None):
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if num is not None:
        properties += f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{num}"/></w:numPr>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text) if inside is None else inside}</w:p>"


def tc(*paragraphs, facts=""):
    inside = "".join(each if each.startswith("<") else p(each) for each in paragraphs) or p()
    return f"<w:tc><w:tcPr>{facts}</w:tcPr>{inside}</w:tc>"


def tr(*cells, facts=""):
    inside = "".join(each if each.startswith("<") else tc(each) for each in cells)
    return f"<w:tr><w:trPr>{facts}</w:trPr>{inside}</w:tr>"


def table(*rows):
    return f"<w:tbl><w:tblPr/><w:tblGrid>{'<w:gridCol/>' * 3}</w:tblGrid>{''.join(rows)}</w:tbl>"


def span(columns):
    return f'<w:gridSpan w:val="{columns}"/>'


DOWN, FROM_ABOVE = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


# Lines


def test_lines_carry_the_number_of_their_paragraph_and_blank_ones_only_count():
    office = Office().add(p("一、依據"), p(), p("　"), table(tr("甲")), p("二、目標"))
    document = read_word(office.data(), "計畫.docx")
    assert [(line.text, line.origin.line) for line in document.lines()] == [("一、依據", 1), ("二、目標", 4)]
    assert {line.origin.file for line in document.lines()} == {"計畫.docx"}
    assert [isinstance(block, Grid) for block in document.blocks] == [False, True, False]


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:cr/><w:t>丙</w:t></w:r>", "甲\n乙\n丙"),
        ("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t></w:r>", "甲\t乙"),
        ("<w:r><w:t>1</w:t><w:noBreakHyphen/><w:t>2</w:t><w:softHyphen/></w:r>", "1-2"),
        ("<w:r><w:lastRenderedPageBreak/><w:t>甲</w:t><w:footnoteReference w:id='1'/></w:r>", "甲"),
        (f"<w:ins w:id='1' w:author='a'>{run('甲')}</w:ins>{run('乙')}", "甲乙"),
        (f"<w:del w:id='1' w:author='a'><w:r><w:delText>甲</w:delText></w:r></w:del>{run('乙')}", "乙"),
        (f"<w:moveFrom w:id='1' w:author='a'>{run('甲')}</w:moveFrom>{run('乙')}", "乙"),
        (f"<w:moveTo w:id='1' w:author='a'>{run('甲')}</w:moveTo>{run('乙')}", "甲乙"),
        (f"<w:hyperlink w:anchor='x'>{run('甲')}</w:hyperlink><w:smartTag>{run('乙')}</w:smartTag>", "甲乙"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{run('甲')}</w:sdtContent></w:sdt>{run('乙')}", "甲乙"),
        (f"<w:fldSimple w:instr='DATE'>{run('96年')}</w:fldSimple>", "96年"),
        (
            (
                "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>ㄐㄧㄚ</w:t></w:r></w:rt>"
                "<w:rubyBase><w:r><w:t>甲</w:t></w:r></w:rubyBase></w:ruby></w:r>"
            ),
            "甲",
        ),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>甲</w:t></w:r>" + run("乙"), "乙"),
        ("<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>甲</w:t></w:r>", "甲"),
        (f"{run('達')}<m:oMath><m:r><m:t>≥80</m:t></m:r></m:oMath>{run('%')}", "達≥80%"),
        (f"<!-- 丙 -->{run('甲')}<?pi 丁?>", "甲"),
    ],
)
def test_a_paragraph_reads_as_it_is_shown(inside, text):
    assert Office().add(p(inside=inside)).texts() == [text]


def test_of_a_field_only_the_result_is_text():
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    begin, middle, end = (mark.format(kind) for kind in ("begin", "separate", "end"))
    page = begin + "<w:r><w:instrText>PAGE</w:instrText></w:r>" + middle + run("3") + end
    nested = begin + "<w:r><w:instrText>IF</w:instrText></w:r>" + page + middle + run("甲") + end + run("乙")
    assert Office().add(p(inside=page), p(inside=nested), p("丙")).texts() == ["3", "甲乙", "丙"]


def test_a_deleted_end_of_paragraph_joins_it_to_the_next_and_takes_no_number():
    deleted = '<w:rPr><w:del w:id="1" w:author="a"/></w:rPr>'
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="90"/></w:numPr>'
    office = Office().list(90, level(0, "decimal", "%1."))
    office.add(p("甲", num=90), f"<w:p><w:pPr>{numbered}{deleted}</w:pPr>{run('乙')}</w:p>", p("丙", num=90))
    assert office.texts() == ["1.甲", "2.乙丙"]


BOX = f"<w:txbxContent>{p('框一')}{p('框二')}</w:txbxContent>"
SHAPE = (
    "<w:drawing><wp:anchor><a:graphic><a:graphicData><wps:wsp><wps:txbx>"
    f"{BOX}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>"
)
ALTERNATIVES = (
    f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{SHAPE}</mc:Choice>'
    f"<mc:Fallback><w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict></mc:Fallback>"
    "</mc:AlternateContent></w:r>"
)


def test_a_text_box_is_read_once_behind_the_paragraph_it_hangs_on():
    office = Office().add(p(inside=run("甲") + ALTERNATIVES + run("乙")), p("丙"))
    lines = [(line.text, line.origin.line) for line in read_word(office.data(), "x").lines()]
    assert lines == [("甲乙", 1), ("框一", 1), ("框二", 1), ("丙", 2)]
    office = Office().add(table(tr(tc(p(inside=run("甲") + ALTERNATIVES)))))
    assert office.values() == [[["甲\n框一\n框二"]]]


def test_paragraphs_tables_and_rows_in_content_controls_are_read():
    def control(inside):
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{inside}</w:sdtContent></w:sdt>"

    inside = table(control(tr("甲", control(tc("乙")))))
    office = Office().add(control(p("一") + control(inside)))
    assert (office.texts(), office.values()) == (["一"], [[["甲", "乙"]]])


# Tables


def test_cells_say_where_they_stand():
    office = Office().add(table(tr("甲", "乙")), table(tr("丙"), tr(tc("丁", facts=span(2)), "戊")))
    cell = list(read_word(office.data(), "計畫.docx").grids())[1].rows[1][2]
    where = cell.origin
    assert (cell.value, where.file, where.table, where.row, where.cell) == ("戊", "計畫.docx", 2, 2, "C2")


def test_a_table_is_rectangular_by_its_grid_columns():
    before = '<w:gridBefore w:val="1"/><w:gridAfter w:val="1"/>'
    office = Office().add(
        table(
            tr(tc("甲", facts=span(2)), "乙"),
            tr("丙", facts=before),
            tr("丁"),
            tr(tc("戊", facts='<w:hMerge w:val="restart"/>'), tc("x", facts="<w:hMerge/>"), "己"),
        )
    )
    # A hMerge without a value goes on too.
    assert office.values() == [[["甲", "", "乙"], ["", "丙", ""], ["丁", "", ""], ["戊", "", "己"]]]


def test_a_cell_merged_downwards_repeats_its_value():
    office = Office().add(
        table(
            tr(tc("甲", facts=span(2) + DOWN), tc("乙", facts=DOWN)),
            tr(tc(facts=span(2) + FROM_ABOVE), "丙"),
            tr(tc(facts=span(2) + FROM_ABOVE), tc("丁", facts=FROM_ABOVE)),
        )
    )
    (grid,) = read_word(office.data(), "x").grids()
    assert [[cell.value for cell in row] for row in grid.rows] == [
        ["甲", "", "乙"],
        ["甲", "", "丙"],
        ["甲", "", "丁"],  # nothing above that it could go on from
    ]
    assert [[cell.continues for cell in row] for row in grid.rows] == [
        [False, False, False],
        [True, True, False],
        [True, True, False],
    ]


def test_a_cell_holds_its_paragraphs_and_its_nested_tables():
    inner = table(
        tr("a", "b"), tr(tc("c", facts=DOWN), "d"), tr(tc(facts=FROM_ABOVE), tc(table(tr("e")), p()))
    )
    office = Office().add(table(tr(tc("甲", "", "乙", inner, p()), "丙")))
    assert office.values() == [[["甲\n\n乙\na\nb\nc\nd\ne", "丙"]]]


def test_deleted_rows_are_left_out():
    office = Office().add(table(tr("甲"), tr("乙", facts='<w:del w:id="1" w:author="a"/>'), tr("丙")))
    assert office.values() == [[["甲"], ["丙"]]]


# Automatic numbers

KINDS = [
    ("decimal", 9, "9 10 11"),
    ("decimalZero", 9, "09 10 11"),
    ("decimalFullWidth", 9, "９ １０ １１"),
    ("decimalEnclosedCircle", 19, "⑲ ⑳ 21"),
    ("taiwaneseCountingThousand", 9, "九 十 十一"),
    ("taiwaneseCountingThousand", 99, "九十九 一百 一百零一"),
    ("taiwaneseCounting", 19, "十九 二十 二十一"),
    ("chineseCounting", 99, "九十九 一○○ 一○一"),
    ("chineseCountingThousand", 110, "一百一十 一百一十一 一百一十二"),
    ("taiwaneseDigital", 9, "九 一○ 一一"),
    ("ideographTraditional", 9, "壬 癸 11"),
    ("ideographZodiac", 1, "子 丑 寅"),
    ("ideographLegalTraditional", 2, "貳 參 肆"),
    ("ideographLegalTraditional", 9, "玖 壹拾 壹拾壹"),
    ("chineseLegalSimplified", 2, "贰 叁 肆"),
    ("upperLetter", 26, "Z AA BB"),
    ("lowerLetter", 1, "a b c"),
    ("upperRoman", 3, "III IV V"),
    ("lowerRoman", 3999, "mmmcmxcix 4000 4001"),
    ("unheardOf", 1, "1 2 3"),
    ("lowerLetter", 2147483646, "2147483646 2147483647 2147483648"),
]


@pytest.mark.parametrize(("kind", "start", "numbers"), KINDS)
def test_numerals(kind, start, numbers):
    office = Office().list(90, level(0, kind, "（%1）", start=start))
    office.add(*[p("甲", num=90)] * 3)
    assert office.texts() == [f"（{number}）甲" for number in numbers.split()]


@pytest.mark.parametrize("kind", ["bullet", "none"])
def test_bullets_are_no_numbers(kind):
    assert Office().list(90, level(0, kind, "")).add(p("甲", num=90)).texts() == ["甲"]


@pytest.mark.parametrize(
    ("pattern", "suffix", "text", "shown"),
    [
        ("%1、", "tab", "甲", "1、甲"),
        ("（%1）", "space", "甲", "（1）甲"),
        ("%1", "tab", "甲", "1 甲"),
        ("第%1條", "nothing", "甲", "第1條甲"),
        ("%1.", "tab", "5月底前", "1. 5月底前"),  # or it would read as 1.5
        ("%1.", "tab", "", "1."),
        ("", "tab", "甲", "甲"),
    ],
)
def test_the_number_stands_before_the_text(pattern, suffix, text, shown):
    office = Office().list(90, level(0, "decimal", pattern, more=f'<w:suff w:val="{suffix}"/>'))
    assert office.add(p(text, num=90)).texts() == [shown]


OUTLINE = (
    level(0, "taiwaneseCountingThousand", "%1、"),
    level(1, "taiwaneseCountingThousand", "（%2）"),
    level(2, "decimal", "%2-%3", more="<w:isLgl/>"),
)


def test_deeper_levels_begin_again_after_a_higher_one():
    office = Office().list(90, *OUTLINE)
    office.add(*(p("x", num=90, depth=depth) for depth in (0, 1, 2, 2, 1, 2, 0, 1, 2)))
    assert office.texts() == [
        *("一、x", "（一）x", "1-1 x", "1-2 x", "（二）x", "2-1 x"),
        *("二、x", "（一）x", "1-1 x"),
    ]


@pytest.mark.parametrize(("restart", "last"), [(0, "3."), (1, "3."), (2, "1.")])
def test_a_level_may_go_on_counting(restart, last):
    rule = f'<w:lvlRestart w:val="{restart}"/>'
    levels = level(0, "decimal", "%1、"), level(1, "decimal", "（%2）"), level(2, "decimal", "%3.", more=rule)
    office = Office().list(90, *levels)
    office.add(*(p("", num=90, depth=depth) for depth in (0, 1, 2, 2, 1, 2)))
    assert office.texts()[-1] == last


def test_instances_of_one_list_count_on_unless_they_start_over():
    over = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    office = Office().list(90, *OUTLINE).again(91, 90).again(92, 90, over)
    office.add(*(p("", num=num) for num in (90, 90, 91, 92, 92, 90)))
    assert office.texts() == ["一、", "二、", "三、", "一、", "二、", "三、"]


def test_an_instance_may_number_a_level_its_own_way():
    over = f'<w:lvlOverride w:ilvl="0">{level(0, "decimal", "%1)", start=5)}</w:lvlOverride>'
    office = Office().list(90, *OUTLINE).again(91, 90, over).add(p("甲", num=91), p("乙", num=91))
    assert office.texts() == ["5)甲", "6)乙"]


def test_numbers_by_style_and_by_what_it_is_based_on():
    linked = '<w:pStyle w:val="Point"/>'
    office = Office().list(90, OUTLINE[0], level(1, "taiwaneseCountingThousand", "（%2）", more=linked))
    office.style("Section", '<w:numPr><w:numId w:val="90"/></w:numPr>')
    office.style("Point", '<w:numPr><w:numId w:val="90"/></w:numPr>')
    office.style("Indented", "", based_on="Point")
    office.style("Plain", '<w:numPr><w:numId w:val="0"/></w:numPr>', based_on="Section")
    office.add(p("甲", style="Section"), p("乙", style="Point"), p("丙", style="Indented"))
    office.add(p("丁", style="Plain"), p("戊", style="Section", num=0), p("己", style="Section"))
    office.add(p("庚", style="Section", num=90, depth=1))
    assert office.texts() == ["一、甲", "（一）乙", "（二）丙", "丁", "戊", "二、己", "（一）庚"]


def test_a_list_may_take_its_levels_from_a_list_style():
    office = Office().list(90, *OUTLINE)
    office.list(91, inside='<w:numStyleLink w:val="Ours"/>')
    office.style("Ours", '<w:numPr><w:numId w:val="90"/></w:numPr>')
    assert office.add(p("甲", num=91), p("乙", num=90)).texts() == ["一、甲", "二、乙"]


def test_styles_and_lists_that_refer_to_each_other_in_a_ring_come_to_an_end():
    office = Office().list(91, inside='<w:numStyleLink w:val="Ring"/>')
    office.style("Ring", '<w:numPr><w:numId w:val="91"/></w:numPr>')
    office.style("A", "", based_on="B").style("B", "", based_on="A")
    assert office.add(p("甲", num=91), p("乙", style="A"), p("丙", num=77)).texts() == ["甲", "乙", "丙"]


def test_numbers_in_cells_count_through_the_table_but_not_in_cells_merged_away():
    office = Office().list(90, level(0, "decimal", "%1"))
    number = p(num=90)
    office.add(
        table(
            tr(tc(number), "甲"),
            tr(tc(number, facts=DOWN), "乙"),
            tr(tc(number, facts=FROM_ABOVE), "丙"),
            tr(tc(number), tc(p("丁", num=90), p("戊", num=90))),
        )
    )
    assert office.values() == [[["1", "甲"], ["2", "乙"], ["2", "丙"], ["3", "4 丁\n5 戊"]]]


def test_newer_kinds_of_numerals_stand_beside_one_for_older_programs():
    kind = (
        '<mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom" w:format="001"/></mc:Choice>'
        '<mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent>'
    )
    shown = f'<w:lvl w:ilvl="0"><w:start w:val="7"/>{kind}<w:lvlText w:val="%1、"/></w:lvl>'
    assert Office().list(90, shown).add(p("甲", num=90)).texts() == ["7、甲"]


# Packages


def rewritten(data, change):
    """Return the package with each part's bytes passed through change(name, bytes); None leaves it out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            changed = change(name, old.read(name))
            if changed is not None:
                new.writestr(name, changed)
    return stream.getvalue()


def with_main(data, change):
    return rewritten(data, lambda name, part: change(part) if name == "word/document.xml" else part)


def test_a_document_with_macros_or_in_the_strict_format_is_read():
    usual = Office().list(90, *OUTLINE).add(p("甲", num=90), table(tr(tc("乙", facts=span(2)), "丙"))).data()
    main = b"openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macros = rewritten(usual, lambda _, part: part.replace(main, b"ms-word.document.macroEnabled.main+xml"))
    names = [
        (b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"wordprocessingml/main"),
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"officeDocument/relationships",
        ),
    ]

    def strictly(_, part):
        for name, strict in names:
            part = part.replace(name, b"http://purl.oclc.org/ooxml/" + strict)
        return part

    for data in (macros, rewritten(usual, strictly)):
        document = read_word(data, "x")
        assert [line.text for line in document.lines()] == ["一、甲"]
        assert values(document) == [[["乙", "", "丙"]]]


def laughs(root):
    doubled = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE {root} [<!ENTITY e0 "哈哈哈哈哈">{doubled}]>'.encode()


def doctype(part, declared, text=b"&e9;"):
    head, rest = part.split(b"?>", 1)
    return head + b"?>" + declared + rest.replace("甲".encode(), text)


BOMBS = {
    "in the text": lambda part: doctype(part, laughs("w:document")),
    "in an attribute": lambda part: doctype(part, laughs("w:document")).replace(
        b"<w:t>", b'<w:t w:x="&e9;">'
    ),
    "a file outside": lambda part: doctype(
        part, b'<!DOCTYPE w:document [<!ENTITY e9 SYSTEM "file:///etc/passwd">]>'
    ),
    "a DTD outside": lambda part: doctype(
        part, b'<!DOCTYPE w:document SYSTEM "http://127.0.0.1:9/x.dtd">', b"x"
    ),
    "cut off": lambda part: part[:-40],
    "no body": lambda part: part.replace(b"w:body", b"w:bodies"),
    "not XML": lambda _: b"\0\1\2",
    "left out": lambda _: None,
}


@pytest.mark.parametrize("change", BOMBS.values(), ids=BOMBS)
def test_a_damaged_or_dangerous_document_is_refused(change):
    data = with_main(Office().add(p("甲")).data(), change)
    begun = time.perf_counter()
    with pytest.raises(QpexcelError) as caught:
        read_word(data, "x")
    assert caught.value.finding.code == "IMP005"
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("part", ["[Content_Types].xml", "word/numbering.xml", "word/styles.xml"])
def test_entities_in_other_parts_are_refused(part):
    def change(name, data):
        if name != part:
            return data
        root = data.split(b"?>", 1)[1].strip()[1:].split(b" ", 1)[0].decode()
        bomb = data.replace(b'="decimal"', b'="&e9;"').replace(b'Extension="xml"', b'Extension="&e9;"')
        return doctype(bomb, laughs(root))

    with pytest.raises(QpexcelError) as caught:
        read_word(rewritten(Office().list(90, *OUTLINE).add(p("甲", num=90)).data(), change), "x")
    assert caught.value.finding.code == "IMP005"


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"x" * 100])
def test_what_is_no_package_is_damaged(data):
    with pytest.raises(QpexcelError) as caught:
        read_word(data, "x")
    assert caught.value.finding.code == "IMP005"


def test_a_package_of_another_kind_is_damaged():
    data = rewritten(Office().data(), lambda name, part: None if name == "_rels/.rels" else part)
    with pytest.raises(QpexcelError) as caught:
        read_word(data, "x")
    assert caught.value.finding.code == "IMP005"


def nested_tables(depth):
    opening, closing = "<w:tbl><w:tr><w:tc><w:p/>", "<w:p/></w:tc></w:tr></w:tbl>"
    deep = f"{opening * depth}<w:p><w:r><w:t>底</w:t></w:r></w:p>{closing * depth}".encode()
    return with_main(
        Office().add(p("甲")).data(), lambda part: part.replace(b"<w:sectPr", deep + b"<w:sectPr", 1)
    )


def test_tables_nested_as_deep_as_word_allows_are_read():
    assert values(read_word(nested_tables(70), "x")) == [[["底"]]]


def test_tables_nested_without_end_are_refused():
    with pytest.raises(QpexcelError) as caught:
        read_word(nested_tables(50_000), "x")
    assert caught.value.finding.code == "IMP005"


@pytest.mark.parametrize("columns", [2_001, 2_000_000_000])
def test_a_table_wider_than_any_plan_is_refused(columns):
    with pytest.raises(QpexcelError) as caught:
        Office().add(table(tr(tc("甲", facts=span(columns)), "乙"))).values()
    assert caught.value.finding.code == "IMP008"


def test_many_wide_rows_are_refused_before_they_fill_the_memory():
    with pytest.raises(QpexcelError) as caught:
        Office().add(table(*[tr(tc("甲", facts=span(1_900)))] * 300)).values()
    assert (caught.value.finding.code, caught.value.finding.value) == ("IMP008", "1 × 1900")


def test_a_long_table_is_read_in_linear_time():
    row = tr(*[tc(p(inside=run("甲") + run("乙"), num=90)) for _ in range(8)])
    data = Office().list(90, *OUTLINE).add(table(*[row] * 2_000)).data()
    begun = time.perf_counter()
    (grid,) = read_word(data, "x").grids()
    assert time.perf_counter() - begun < 10  # about 1 s
    assert len(grid.rows) == 2_000


# The same document in Word and as LibreOffice saves it

needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None and not os.environ.get("CI"), reason="LibreOffice is not here"
)


def as_odt(data, folder):
    """Let LibreOffice save a Word document as OpenDocument."""
    (folder / "計畫.docx").write_bytes(data)
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    subprocess.run(
        [*command, "--convert-to", "odt", "--outdir", str(folder), str(folder / "計畫.docx")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / "計畫.odt").read_bytes()


def plan():
    """Return a plan as offices write them: numbers by style and in cells, a restart, merged cells, a box."""
    over = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    heading = level(0, "ideographLegalTraditional", "%1、", more='<w:pStyle w:val="Section"/>')
    office = Office().list(90, heading, level(1, "taiwaneseCountingThousand", "（%2）"))
    office.list(93, level(0, "decimal", "%1.")).again(94, 93, over)
    office.list(95, level(0, "decimal", "%1"), level(1, "decimal", "%1-%2"))
    office.list(96, level(0, "decimalEnclosedCircle", "%1"))
    office.style("Section", '<w:numPr><w:numId w:val="90"/></w:numPr><w:outlineLvl w:val="0"/>')
    office.add(p("依據", style="Section"), p("院函", num=90, depth=1), p("部函", num=90, depth=1), p("說明"))
    office.add(p("目標", style="Section"), p("5月底前", num=93), p("二次", num=93), p("另起", num=94))
    office.add(
        table(
            tr("項次", "推動作法", "完成期限"),
            tr(tc("壹、宣導", facts=span(3))),
            tr(tc(p(num=95)), tc(p("甲", num=96), p("乙", num=96)), tc("96年\t6月", facts=DOWN)),
            tr(tc(p(num=95, depth=1)), tc("丙", "丁"), tc(facts=FROM_ABOVE)),
            tr(
                tc(p(num=95, depth=1)), tc("戊", table(tr("a", "b"), tr("c", "d")), p()), tc(facts=FROM_ABOVE)
            ),
            tr(tc(p(num=95)), tc(p(inside="<w:r><w:t>己</w:t><w:br/><w:t>庚</w:t></w:r>")), "即日起"),
        )
    )
    return office.add(p("附則", style="Section"), p("辛", num=90, depth=1), p("壬", num=93))


@needs_office
def test_libreoffice_saves_what_we_read_in_word(tmp_path):
    data = plan().data()
    word, odt = read_word(data, "x"), read_odt(as_odt(data, tmp_path), "x")
    assert [line.text for line in word.lines()] == [
        *("壹、依據", "（一）院函", "（二）部函", "說明", "貳、目標", "1. 5月底前", "2.二次", "1.另起"),
        *("參、附則", "（一）辛", "2.壬"),
    ]
    assert values(word) == [
        [
            ["項次", "推動作法", "完成期限"],
            ["壹、宣導", "", ""],
            ["1", "① 甲\n② 乙", "96年\t6月"],
            ["1-1", "丙\n丁", "96年\t6月"],
            ["1-2", "戊\na\nb\nc\nd", "96年\t6月"],
            ["2", "己\n庚", "即日起"],
        ]
    ]
    assert [line.text for line in odt.lines()] == [line.text for line in word.lines()]
    assert list(odt.grids()) == list(word.grids())  # values, what continues, and every origin


@needs_office
def test_numerals_are_the_same_saved_by_libreoffice(tmp_path):
    # LibreOffice has no such kinds, or counts them otherwise where they end (㉑, 一百, 4000).
    other = {"decimalFullWidth", "taiwaneseDigital", "unheardOf", "decimalEnclosedCircle", "chineseCounting"}
    same = [(kind, start, shown) for kind, start, shown in KINDS if kind not in other and start < 3_000]
    office = Office()
    for num, (kind, start, _) in enumerate(same, 90):
        office.list(num, level(0, kind, "%1、", start=start)).add(*[p(kind, num=num)] * 3)
    odt = read_odt(as_odt(office.data(), tmp_path), "x")
    assert [line.text for line in odt.lines()] == office.texts()
