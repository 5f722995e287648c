"""Word templates: ours are what their scripts write, an office's own wins, a broken one is told where."""

from __future__ import annotations

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
from papers import everything, opened, sections

from qpexcel.findings import QpexcelError
from qpexcel.reports.final import FinalFacts
from qpexcel.reports.meeting import MeetingFacts
from qpexcel.reports.notice import NoticeFacts
from qpexcel.reports.template import document, printable
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
        assert printable("\r\n") == "\n"

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
