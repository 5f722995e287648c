"""Word templates: ours are what their scripts write, an office's own wins, a broken one is told where."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import get_type_hints

import docx
import pytest
from docx.oxml import OxmlElement
from docx.shared import Cm
from papers import everything, opened, sections

from qpexcel.findings import QpexcelError
from qpexcel.reports.chart import BarChart
from qpexcel.reports.drawings import Picture
from qpexcel.reports.final import FinalFacts
from qpexcel.reports.meeting import MeetingFacts
from qpexcel.reports.notice import NoticeFacts
from qpexcel.reports.template import document
from qpexcel.reports.template_check import faults_of
from qpexcel.templates import unused_templates
from qpexcel.words import LANGUAGES, load_words

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "workbook_templates" / "documents"
MADE = datetime(2007, 6, 20, 9)  # noqa: DTZ001
FACTS = {"meeting": MeetingFacts, "final": FinalFacts, "notice": NoticeFacts}


@dataclass(frozen=True)
class Line:
    unit: str
    days: int


@dataclass(frozen=True)
class Facts:
    title: str = "計畫"
    lines: tuple[Line, ...] = (Line("總務科", 3), Line("人事室", 5))


@dataclass(frozen=True)
class Whole:
    """Facts of every shape: a text, a list of records, of texts, a list in a list, what may be missing."""

    title: str
    lines: tuple[Line, ...]
    names: tuple[str, ...]
    groups: tuple[Group, ...]
    chart: BarChart


@dataclass(frozen=True)
class Group:
    rows: tuple[Line, ...]
    first: Line | None
    picture: Picture | None


def filled(tmp_path, monkeypatch, *paragraphs, facts=None, table=(), language="zh-TW"):
    """Fill in a template that an office wrote into the folder of QPEXCEL_TEMPLATES."""
    own = docx.Document()
    for text in paragraphs:
        own.add_paragraph(text)
    if table:
        grid = own.add_table(len(table), len(table[0]))
        for row, texts in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    path = tmp_path / "documents" / language / "meeting.docx"
    path.parent.mkdir(parents=True, exist_ok=True)
    own.save(path)
    monkeypatch.setenv("QPEXCEL_TEMPLATES", str(tmp_path))
    return document("meeting", language, facts or Facts(), title="題", author="機關", made=MADE)


def refused(*arguments, **more):
    """Return the code, the placeholder and the whole message of a refusal."""
    with pytest.raises(QpexcelError) as caught:
        filled(*arguments, **more)
    finding = caught.value.finding
    return finding.code, finding.value, load_words("zh-TW").line(finding)


def test_an_offices_own_template_wins(tmp_path, monkeypatch):
    made = filled(
        tmp_path, monkeypatch, "本局用箋", "{{ title }}：{% for line in lines %}{{ line.unit }} {% endfor %}"
    )
    assert sections(made)[""].texts == ["本局用箋", "計畫：總務科 人事室 "]


def test_rows_of_a_table(tmp_path, monkeypatch):
    rows = [
        ["單位", "天數"],
        ["{%tr for line in lines %}", ""],
        ["{{ line.unit }}", "{{ line.days }}"],
        ["{%tr endfor %}", ""],
    ]
    made = filled(tmp_path, monkeypatch, table=rows)
    assert sections(made)[""].tables == [[["單位", "天數"], ["總務科", "3"], ["人事室", "5"]]]


class TestABrokenTemplate:
    def test_a_name_that_means_nothing(self, tmp_path, monkeypatch):
        code, value, line = refused(tmp_path, monkeypatch, "第一段", "標題：{{ titel }}（草案）")
        assert (code, value) == ("REP004", "titel")
        assert line == (
            "[documents/zh-TW/meeting.docx] 文件範本的「標題：{{ titel }}（草案）」"
            "用了不存在的欄位「titel」。"
            "最接近的欄位是「title」；請在範本中改正。可用的欄位見 workbook_templates/documents/README.md。"
        )

    def test_in_a_table_a_row_of_a_loop(self, tmp_path, monkeypatch):
        rows = [["單位"], ["{%tr for line in lines %}"], ["{{ line.unti }}"], ["{%tr endfor %}"]]
        code, value, line = refused(tmp_path, monkeypatch, "前言", table=rows)
        assert (code, value) == ("REP004", "unti")
        assert line.startswith("[documents/zh-TW/meeting.docx ◂ 表1] 文件範本的「{{ line.unti }}」")
        assert "「unit」" in line

    def test_a_loop_over_nothing_known(self, tmp_path, monkeypatch):
        code, value, line = refused(tmp_path, monkeypatch, "{%p for line in linse %}", "x", "{%p endfor %}")
        assert (code, value) == ("REP004", "linse")
        assert "「lines」" in line

    @pytest.mark.parametrize(
        "paragraphs",
        [
            ("{{ title", "次段"),
            ("{% if title %}有",),
            ("{% endfor %}",),
            ("{{ title | 大寫 }}",),
            ("{% für x in lines %}",),
            ("{{ 1 / 0 }}",),
            ("{{ title + 3 }}",),
            ("{{ title.__class__.__mro__ }}",),
            ("{% include 'other' %}",),
        ],
    )
    def test_what_is_no_placeholder(self, tmp_path, monkeypatch, paragraphs):
        code, value, line = refused(tmp_path, monkeypatch, "前言", *paragraphs)
        assert code == "REP005"
        assert line.startswith("[documents/zh-TW/meeting.docx")
        assert value

    def test_no_word_file(self, tmp_path, monkeypatch):
        path = tmp_path / "documents" / "zh-TW" / "meeting.docx"
        path.parent.mkdir(parents=True)
        monkeypatch.setenv("QPEXCEL_TEMPLATES", str(tmp_path))
        empty = BytesIO()
        zipfile.ZipFile(empty, "w").close()
        for data in (b"", b"not a zip", empty.getvalue(), b"\xd0\xcf\x11\xe0" * 200):
            path.write_bytes(data)
            with pytest.raises(QpexcelError) as caught:
                document("meeting", "zh-TW", Facts(), title="題", author="", made=MADE)
            assert caught.value.finding.code == "REP003"

    def test_in_the_footer(self, tmp_path, monkeypatch):
        own = docx.Document()
        own.sections[0].footer.paragraphs[0].text = "第 {{ pgae }} 頁"
        path = tmp_path / "documents" / "zh-TW" / "meeting.docx"
        path.parent.mkdir(parents=True)
        own.save(path)
        monkeypatch.setenv("QPEXCEL_TEMPLATES", str(tmp_path))
        with pytest.raises(QpexcelError) as caught:
            document("meeting", "zh-TW", Facts(), title="題", author="", made=MADE)
        assert (caught.value.finding.code, caught.value.finding.words["text"]) == (
            "REP004",
            "第 {{ pgae }} 頁",
        )


def written(*paragraphs, table=()):
    """Return a template of an office as a document of python-docx."""
    own = docx.Document()
    for text in paragraphs:
        own.add_paragraph(text)
    if table:
        grid = own.add_table(len(table), max(map(len, table)))
        for row, texts in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=False):
                cell.text = text
    return own


def faults(own, kind=Whole):
    data = BytesIO()
    own.save(data)
    return faults_of(data.getvalue(), kind, "meeting.docx")


def told(*paragraphs, table=(), kind=Whole):
    """Return code, case and value of everything that is wrong."""
    found = faults(written(*paragraphs, table=table), kind)
    for one in found:
        assert all("{" + gap + "}" not in load_words("en").message(one) for gap in ("value", "near", "tag"))
    return [(one.code, one.words.get("case", ""), one.value) for one in found]


class TestNames:
    """Every name is looked up, whether or not its branch or loop would run."""

    def test_in_a_branch_that_does_not_run(self, tmp_path, monkeypatch):
        code, value, _ = refused(tmp_path, monkeypatch, "{% if not title %}{{ titel }}{% endif %}")
        assert (code, value) == ("REP004", "titel")

    def test_in_a_loop_over_nothing(self, tmp_path, monkeypatch):
        text = "{% for line in lines %}{{ line.unti }}{% endfor %}"
        code, value, _ = refused(tmp_path, monkeypatch, text, facts=Facts(lines=()))
        assert (code, value) == ("REP004", "unti")

    def test_all_of_them_at_once(self):
        assert told("{{ titel }}", "{{ linse|length }}", "{{ names[0] }}{{ nmaes[0] }}") == [
            ("REP004", "", "titel"),
            ("REP004", "", "linse"),
            ("REP004", "", "nmaes"),
        ]

    def test_the_nearest_is_one_of_the_very_object(self):
        [one] = faults(written("{% for line in lines %}{{ line.tile }}{% endfor %}"))
        assert (one.words["case"], one.words["fields"]) == ("far", "unit, days")  # title is another object's
        assert load_words("zh-TW").message(one) == (
            "文件範本的「{% for line in lines %}{{ line.tile }}{% endfor %}」用了不存在的欄位「tile」。"
            "這裡可用的欄位：unit, days；請在範本中改正。"
        )

    def test_a_loops_own_name_may_be_the_nearest(self):
        [one] = faults(written("{% for rows in lines %}{{ rwos.unit }}{% endfor %}"))
        assert one.words["near"] == "rows"

    def test_of_many_fields_twelve_are_listed(self):
        [one] = faults(written("{{ zzzzz }}"), MeetingFacts)
        assert one.words["fields"].count(", ") == 11
        assert one.words["fields"].endswith("…")

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("{{ lines[0].unti }}", "unti"),
            ("{{ lines[0]['unti'] }}", "unti"),
            ("{{ (lines|first).unti }}", "unti"),
            ("{% for x in lines|sort(attribute='days') %}{{ x.unti }}{% endfor %}", "unti"),
            ("{% for x in lines if x.unti %}{% endfor %}", "unti"),
            ("{% for x in lines[:2] %}{{ x.unti }}{% endfor %}", "unti"),
            ("{% for g in groups %}{% for x in g.rows %}{{ x.unti }}{% endfor %}{% endfor %}", "unti"),
            ("{{ groups[0].first.unti }}", "unti"),
            ("{{ title ~ titel }}", "titel"),
            ("{% if title and titel == '' %}{% endif %}", "titel"),
            ("{% for x in lines %}{% endfor %}{{ xx }}", "xx"),
            ("{% set a = titel %}", "titel"),
            ("{% with a = titel %}{% endwith %}", "titel"),
        ],
    )
    def test_wherever_they_stand(self, text, value):
        assert [(code, name) for code, _, name in told(text)] == [("REP004", value)]

    @pytest.mark.parametrize(
        "text",
        [
            "{{ title.upper() }}{{ title[0] }}{{ title|upper }}{{ chart }}",
            "{% for x in lines %}{{ loop.index }}{{ x.unit }}{% else %}{{ title }}{% endfor %}",
            "{% set a = lines %}{% for x in a %}{{ x.anything }}{% endfor %}",
            "{% set a %}{{ title }}{% endset %}{{ a.b }}",
            "{% with a = 1 %}{{ a }}{% endwith %}",
            "{% macro f(a, b=1) %}{{ a.x }}{{ b }}{% endmacro %}{{ f(title) }}",
            "{% for a, b in groups|groupby('rows') %}{{ a }}{{ b.x }}{% endfor %}",
            "{{ unknown|default('') }}{% if other is defined %}{{ title }}{% endif %}",
            "{{ groups[0].picture }}{{ lines|length }}{{ lines|map(attribute='unit')|join('、') }}",
            "{{ range(3)|join }}{# titel #}{%- if title -%}{{ names|join }}{%- endif -%}",
            "{{ “a” ~ title }}",
        ],
    )
    def test_what_is_right(self, text):
        assert told(text) == []

    def test_a_field_of_a_text(self):
        assert told("{{ title.unit }}") == [("REP004", "plain", "unit")]

    @pytest.mark.parametrize(
        ("text", "case", "value"),
        [
            ("{{ lines }}", "", "lines"),
            ("{{ names }}", "texts", "names"),
            ("{{ lines[0] }}", "one", "lines[0]"),
            ("{{ groups[0].first }}", "one", "groups[0].first"),
            ("{{ lines or '無' }}", "", "…"),
            ("{{ lines.unit }}", "inside", "lines.unit"),
        ],
    )
    def test_a_list_is_no_text(self, text, case, value):
        assert told(text) == [("REP016", case, value)]

    def test_a_list_is_no_text_in_words(self):
        [one] = faults(written("逾期：{{ lines }}"))
        assert load_words("zh-TW").message(one) == (
            "文件範本的「逾期：{{ lines }}」要印出「lines」，但它是清單。"
            "請用 for 逐筆列出（{%tr for row in … %}），再印出每筆的欄位：unit, days。"
        )

    def test_a_text_is_no_list(self):
        assert told("{% for x in title %}{{ x }}{% endfor %}")[0][:2] == ("REP005", "no_list")

    def test_a_filter_that_does_not_exist(self):
        assert told("{{ title|big }}") == [("REP005", "filter", "{{ title|big }}")]


class TestTags:
    @pytest.mark.parametrize(
        ("paragraphs", "case", "value"),
        [
            (("前{{ title", "次段"), "unclosed", "前{{ title"),
            (("{{ title", "{{ title }}"), "unclosed", "{{ title"),
            (("{{ title %}",), "unclosed", "{{ title %}"),
            (("title }}",), "unopened", "title }}"),
            (("｛｛ title ｝｝",), "wide", "｛｛ title ｝｝"),
            (("{％ if title ％}",), "wide", "{％ if title ％}"),
            (
                ("{% if title %}", "x", "{% for x in lines %}", "{% endif %}"),
                "no_end",
                "{% for x in lines %}",
            ),
            (("一 {% if title %} 二", "三"), "no_end", "一 {% if title %} 二"),
            (("{%p if title %}", "三"), "no_end", "{%p if title %}"),
            (("三 {% endif %}",), "no_begin", "三 {% endif %}"),
            (("{% else %}",), "no_begin", "{% else %}"),
            (("{%p if title %}有{%p endif %}",), "alone_p", "{%p if title %}有{%p endif %}"),
            (("{%tr for x in lines %}",), "outside_tr", "{%tr for x in lines %}"),
            (("{% include 'x' %}",), "word", "{% include 'x' %}"),
            (("{% import 'x' as x %}",), "word", "{% import 'x' as x %}"),
            (("{{ title title }}",), "", "{{ title title }}"),
            (("{{ title。x }}",), "", "{{ title。x }}"),
        ],
    )
    def test_what_is_wrong_with_them(self, paragraphs, case, value):
        assert told("前言", *paragraphs) == [("REP005", case, value)]

    def test_two_in_one_row(self):
        row = "{%tr for x in lines %}{{ x.unit }}{%tr endfor %}"
        assert told(table=[[row]])[0][:2] == ("REP005", "alone_tr")
        assert told(table=[["{%tr for x in lines %}", "{{ x.unit }}"], ["{%tr endfor %}", ""]])[0][:2] == (
            "REP005",
            "alone_tr",
        )

    def test_a_block_over_two_cells(self):
        found = told("x", table=[["{% for x in lines %}{{ x.unit }}", "{{ x.days }}{% endfor %}"]])
        assert found == [("REP005", "apart", "{% for x in lines %}{{ x.unit }}")]

    def test_a_block_that_ends_outside_its_table(self):
        own = written(table=[["前{% if title %}", "乙"]])
        own.add_paragraph("後{% endif %}")
        [one] = faults(own)
        assert (one.code, one.words["tag"], one.words["end"]) == (
            "REP005",
            "前{% if title %}",
            "後{% endif %}",
        )
        assert (
            load_words("zh-TW")
            .line(one)
            .startswith(
                "[meeting.docx ◂ 表1] 文件範本的「前{% if title %}」和「後{% endif %}」不在同一個地方"
            )
        )

    def test_a_block_over_paragraphs_is_right(self):
        assert told("{% if title %}甲", "乙", "丙{% endif %}") == []

    def test_half_a_tag_in_a_tracked_change(self):
        own = written("第一段", "{{ ti")
        paragraph = own.paragraphs[1]._p
        change = OxmlElement("w:ins")
        paragraph.append(change)
        run, text = OxmlElement("w:r"), OxmlElement("w:t")
        text.text = "tle }}"
        run.append(text)
        change.append(run)
        [one] = faults(own)
        assert (one.code, one.words["case"], one.value) == ("REP005", "torn", "{{ title }}")

    def test_no_english_of_jinja_in_chinese(self):
        for text in ("{% if %}{% endif %}", "{{ }}", "{{ title title }}", "{% for x lines %}{% endfor %}"):
            [one] = faults(written(text))
            message = (
                load_words("zh-TW").message(one).replace(text, "").replace("workbook_templates/documents", "")
            )
            assert re.findall(r"[A-Za-z]{3,}", message) == ["README"]


class TestOtherParts:
    def test_header_and_footer_are_told(self):
        own = written("{{ title }}")
        section = own.sections[0]
        section.different_first_page_header_footer = True
        section.first_page_header.paragraphs[0].text = "{{ titel }}"
        section.header.paragraphs[0].text = "{{ tilte }}"
        section.footer.paragraphs[0].text = "{% if title %}"
        lines = [load_words("zh-TW").line(one).split("文件")[0] for one in faults(own)]
        assert sorted(lines) == ["[meeting.docx ◂ 頁尾] ", "[meeting.docx ◂ 頁首] ", "[meeting.docx ◂ 頁首] "]
        assert load_words("en").line(faults(own)[0]).startswith("[meeting.docx ◂ header] ")

    def test_in_a_table_of_the_header(self):
        own = written()
        grid = own.sections[0].header.add_table(1, 1, Cm(5))
        grid.cell(0, 0).text = "{{ titel }}"
        [one] = faults(own)
        assert (one.place.origin.part, one.place.origin.table) == ("header", 1)

    def test_in_a_table_within_a_table(self):
        own = written(table=[["甲"], ["乙"]])
        own.tables[0].cell(1, 0).add_table(1, 1).cell(0, 0).text = "{{ titel }}"
        [one] = faults(own)
        assert (one.value, one.place.origin.table) == ("titel", 2)


class TestWhatOnlyFillingInShows:
    @pytest.mark.parametrize(
        "text",
        [
            "{% macro f(a) %}{{ f(a) }}{% endmacro %}{{ f(1) }}",
            "{% for i in range(1000000) %}{% endfor %}",
            "{% set a = lines %}{% for x in a %}{{ x.unti }}{% endfor %}",
            "{{ lines[9].unit }}",
            "{{ 1 / 0 }}",
            "{{ cycler() }}",
            "{{ title.encode('x') }}",
        ],
    )
    def test_is_told_of_the_tag(self, tmp_path, monkeypatch, text):
        code, value, line = refused(tmp_path, monkeypatch, "前言", text)
        assert code == "REP005"
        assert value.startswith(text[:10])
        assert "無法填入" in line

    def test_a_text_that_claims_to_be_xml(self, tmp_path, monkeypatch):
        code, value, line = refused(tmp_path, monkeypatch, "{{ '<' | safe }}")
        assert (code, value) == ("REP005", "documents/zh-TW/meeting.docx")
        assert "不是完整的 Word 文件" in line

    def test_macros_work(self, tmp_path, monkeypatch):
        text = "{% macro f(a) %}《{{ a }}》{% endmacro %}{{ f(title) }}{{ cycler('甲', '乙').next() }}"
        assert sections(filled(tmp_path, monkeypatch, text))[""].texts == ["《計畫》甲"]


class TestAFolderOfOwnTemplates:
    def own(self, tmp_path, monkeypatch, *names):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(b"")
        monkeypatch.setenv("QPEXCEL_TEMPLATES", str(tmp_path))
        return unused_templates()

    def test_none(self, monkeypatch):
        monkeypatch.delenv("QPEXCEL_TEMPLATES", raising=False)
        assert unused_templates() == ()

    def test_that_is_not_there(self, tmp_path, monkeypatch):
        [one] = self.own(tmp_path / "nowhere", monkeypatch)
        assert (one.code, one.words) == ("REP015", {"case": "no_folder"})
        assert load_words("zh-TW").message(one).startswith("找不到自訂範本的資料夾")

    def test_as_it_should_be(self, tmp_path, monkeypatch):
        names = (
            "documents/zh-TW/meeting.docx",
            "documents/zh-TW/~$eting.docx",
            "words/zh-TW/x.toml",
            "說明.txt",
        )
        assert self.own(tmp_path, monkeypatch, *names) == ()

    @pytest.mark.parametrize(
        "name",
        [
            "documents/zh-TW/通知.docx",
            "documents/zh-TW/notice.doc",
            "documents/notice.docx",
            "zh-TW/notice.docx",
            "notice.docx",
            "範本/documents/zh-TW/notice.docx",
        ],
    )
    def test_with_a_name_that_is_none_of_ours(self, tmp_path, monkeypatch, name):
        [one] = self.own(tmp_path, monkeypatch, "documents/zh-TW/meeting.docx", name)
        assert (one.code, one.value, one.words["found"]) == ("REP015", str(tmp_path), name)
        assert "documents/zh-TW/notice.docx" in one.words["known"]


class TestAnyText:
    @pytest.mark.parametrize(
        "text",
        [
            "a<b>&amp;\"'",
            "{{ title }} {% endfor %} {# x #} {_{ }_} {_% %_}",
            "</w:t></w:r></w:p>",
            "مرحبا \u202e123\u202c עברית",
            "😀👩‍👩‍👧 𠮷野家 \U0010fffd",
            "一行\n二行\n\n\t縮排",
            "W" * 30_000,
            "  兩端空白  中間  兩格 ",
        ],
    )
    def test_appears_as_typed(self, tmp_path, monkeypatch, text):
        made = filled(tmp_path, monkeypatch, "{{ title }}", facts=Facts(title=text))
        assert opened(made).paragraphs[0].text == text

    def test_control_characters_are_shown_as_their_pictures(self, tmp_path, monkeypatch):
        text = "".join(map(chr, range(0x20))) + "\x7f\ufffe\uffff\ud800"
        made = filled(tmp_path, monkeypatch, "{{ title }}", facts=Facts(title=text))
        shown = opened(made).paragraphs[0].text
        assert shown == "␀␁␂␃␄␅␆␇␈\t\n\n␌\n␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡" + "\ufffd" * 3

    def test_in_the_properties_too(self, tmp_path, monkeypatch):
        made = filled(tmp_path, monkeypatch, "{{ title }}")
        properties = opened(made).core_properties
        assert (properties.title, properties.author, properties.created.replace(tzinfo=None)) == (
            "題",
            "機關",
            MADE,
        )


@pytest.mark.parametrize("name", FACTS)
@pytest.mark.parametrize("language", LANGUAGES)
class TestOurs:
    def test_it_says_what_its_script_writes(self, tmp_path, name, language):
        """The script is where wording and look are changed; its output travels with the program."""
        script = "import sys; sys.path.insert(0, sys.argv[1]); import make; make.main(sys.argv[2])"
        run = [sys.executable, "-c", script, str(ROOT / "docs" / "templates"), str(tmp_path)]
        subprocess.run(run, check=True, timeout=60)
        ours, written = FOLDER / language / f"{name}.docx", tmp_path / language / f"{name}.docx"
        assert everything(ours) == everything(written)
        styles = [
            [(style.name, style.element.xml) for style in opened(path).styles] for path in (ours, written)
        ]
        assert styles[0] == styles[1]

    def test_a4_and_the_offices_font(self, name, language):
        template = opened(FOLDER / language / f"{name}.docx")
        section = template.sections[0]
        assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
        assert "標楷體" in template.styles["Normal"].element.xml
        numbering = template.part.numbering_part.element.xml
        assert ("taiwaneseCountingThousand" in numbering) == (language == "zh-TW")

    def test_the_footer_tells_plan_and_page(self, name, language):
        [paragraph] = opened(FOLDER / language / f"{name}.docx").sections[0].footer.paragraphs
        left, right = paragraph.text.split("\t")
        assert left == "{{ organisation }}　{{ title }}"
        assert right.endswith("第 1 頁，共 1 頁" if language == "zh-TW" else "Page 1 of 1")
        assert "PAGE" in paragraph._p.xml
        assert "NUMPAGES" in paragraph._p.xml

    def test_only_the_language_asked_for(self, name, language):
        text = everything(FOLDER / language / f"{name}.docx")
        words = "".join(part.split("}")[-1].split("%")[-1] for part in text.split("{"))
        chinese = [char for char in words if "\u4e00" <= char <= "\u9fff"]
        assert bool(chinese) == (language == "zh-TW")


def test_every_placeholder_stands_in_the_readme():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    missing = {
        f"{kind.__name__}.{name}"
        for facts in FACTS.values()
        for kind, name in placeholders(facts)
        if f"`{name}`" not in text
    }
    assert missing == set()


def placeholders(kind, seen=None):
    """Yield every field of facts and of what they hold."""
    seen = set() if seen is None else seen
    if is_dataclass(kind) and kind not in seen:
        seen.add(kind)
        for field in fields(kind):
            yield kind, field.name
            yield from placeholders(get_type_hints(kind)[field.name], seen)
    for inner in getattr(kind, "__args__", ()):
        yield from placeholders(inner, seen)
