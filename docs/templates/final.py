"""The template of 總成果報告, of the office and of each unit."""

from __future__ import annotations

from look import WIDTH
from paper import Band, Col, Paper

WORDS = {
    "zh-TW": {
        "title": "總成果報告",
        "unit_line": "承辦單位：{{ unit }}",
        "head": "判定基準日：{{ day }}　填報期次：{{ round }}",
        "overall": "辦理情形統計",
        "silent": "本期尚未填報：{{ silent }}。",
        "unit": "承辦單位",
        "counts": (
            "列管",
            "已填報",
            "如期\n完成",
            "逾期\n完成",
            "日期\n待補",
            "逾期\n未完成",
            "未逾期",
            "無期限",
            "已結束\n列管",
        ),
        "counts_note": "單位：列（一項工作、一個單位、一期為一列）。已結束列管者，是否完成請見下表各項。",
        "results": "各項工作執行成果",
        "not_begun": "另有{{ not_begun }}列所屬期間尚未開始，未列入下表。",
        "nothing": "沒有須填報的工作項目。",
        "section_head": "實施要項：{{ section.title }}",
        "section": "實施要項",
        "action": "推動作法",
        "due": "完成期限",
        "day": "({{ row.day }})",
        "benefit": "預期效益",
        "result": "執行成果：",
        "all": "{% if unit %}各承辦單位合計：{% else %}合計：{% endif %}",
        "colon": "：",
        "semicolon": "；",
        "quantity": "{% if each.target %}目標{{ each.target }}，{% endif %}"
        "{% if each.actual %}實際{{ each.actual }}{% else %}實際數量未填{% endif %}"
        "{% if each.met %}，{{ each.met }}{% endif %}",
        "completed_on": "完成日期：{{ line.completed_on }}",
        "evidence": "佐證資料：{{ line.evidence }}",
        "delay_reason": "落後原因：{{ line.delay_reason }}",
        "measures": "因應對策：{{ line.measures }}",
        "request": "申請事項：{{ line.request }}",
        "own": "{{ each.label }}：{{ each.text }}",
        "decision": "列管決定：{{ line.decision }}"
        "{% if line.merged_into %}（併入{{ line.merged_into }}）{% endif %}",
        "extension": "核定展延期限：{{ line.extension }}",
        "review": "審核意見：{{ line.review }}",
        "resolution": "會議決議：{{ line.resolution }}",
        "not_yet": "各期均尚未開始。",
        "missing": "佐證圖片（無法在此顯示，請見檔案）：{{ name }}",
        "caption": "圖{{ pair.%(side)s.number }}　{{ row.item }} {{ pair.%(side)s.unit }}"
        "{%% if pair.%(side)s.period %%}　{{ pair.%(side)s.period }}{%% endif %%}",
        "assessment": "考核結果",
        "scores": "各項評核（權重）",
        "score": "{{ each.name }}（{{ each.weight }}）：{{ each.score or '—' }}",
        "total": "總分",
        "rank": "名次",
        "scored": "已評項數",
        "comment": "評語",
        "item": "項次",
        "signed": "承辦人：　　　　　　　　　　　　科室主管：",
        "page": ("第 ", " 頁，共 ", " 頁"),
        "as_of": "判定基準日：{{ day }}",
    },
    "en": {
        "title": "Final results report",
        "unit_line": "Unit: {{ unit }}",
        "head": "As of {{ day }}. Round: {{ round }}",
        "overall": "Overview",
        "silent": "Not reported in this round: {{ silent }}.",
        "unit": "Unit",
        "counts": (
            "Rows",
            "Filed",
            "On time",
            "Late",
            "No day",
            "Overdue",
            "Not yet due",
            "No deadline",
            "Ended",
        ),
        "counts_note": "A row is an item, a unit and a period. “Ended”: by decision, done or not; see below.",
        "results": "Results of each item",
        "not_begun": "{{ not_begun }} more rows, whose periods have not begun, are left out below.",
        "nothing": "There is nothing to report.",
        "section_head": "Section: {{ section.title }}",
        "section": "Section",
        "action": "Action",
        "due": "Due",
        "day": "({{ row.day }})",
        "benefit": "Expected benefit",
        "result": "Results:",
        "all": "{% if unit %}All units together: {% else %}Together: {% endif %}",
        "colon": ": ",
        "semicolon": "; ",
        "quantity": "{% if each.target %}target {{ each.target }}, {% endif %}"
        "{% if each.actual %}actual {{ each.actual }}{% else %}no number given{% endif %}"
        "{% if each.met %}, {{ each.met }}{% endif %}",
        "completed_on": "Completed on: {{ line.completed_on }}",
        "evidence": "Evidence: {{ line.evidence }}",
        "delay_reason": "Reason for delay: {{ line.delay_reason }}",
        "measures": "Measures: {{ line.measures }}",
        "request": "Request: {{ line.request }}",
        "own": "{{ each.label }}: {{ each.text }}",
        "decision": "Decision: {{ line.decision }}"
        "{% if line.merged_into %} (into {{ line.merged_into }}){% endif %}",
        "extension": "Extended to: {{ line.extension }}",
        "review": "Review: {{ line.review }}",
        "resolution": "Resolution: {{ line.resolution }}",
        "not_yet": "None of its periods has begun.",
        "missing": "A picture that cannot be shown here; see the file {{ name }}",
        "caption": "Figure {{ pair.%(side)s.number }}. {{ row.item }} {{ pair.%(side)s.unit }}"
        "{%% if pair.%(side)s.period %%}, {{ pair.%(side)s.period }}{%% endif %%}",
        "assessment": "Assessment",
        "scores": "Scores (weights)",
        "score": "{{ each.name }} ({{ each.weight }}): {{ each.score or '—' }}",
        "total": "Total",
        "rank": "Rank",
        "scored": "Items scored",
        "comment": "Comment",
        "item": "Item",
        "signed": "Prepared by:　　　　　　　　　　　　Head of unit:",
        "page": ("Page ", " of ", ""),
        "as_of": "As of {{ day }}",
    },
}
_UNIT = 3.4  # cm
_COUNTS = ("rows", "reported", "on_time", "late", "undated", "overdue", "open", "no_deadline", "ended")
_SAID = ("completed_on", "quantities", "result", "evidence", "delay_reason", "measures", "request")
_DECIDED = ("decision", "extension", "review", "resolution")


def final(language: str) -> Paper:
    """Write the template."""
    t, paper = WORDS[language], Paper(language)
    paper.heads_in_tables("Result head")
    paper.title("{{ organisation }}", "{{ title }}", t["title"])
    paper.tag("if unit")
    paper.text(t["unit_line"], align="center")
    paper.tag("endif")
    paper.text(t["head"], align="center")
    _overall(paper, t)
    _results(paper, t)
    _assessment(paper, t)
    paper.tag("if unit")
    paper.text(t["signed"], "Signature line")
    paper.tag("endif")
    paper.footer(left="{{ organisation }}　{{ title }}", right=t["as_of"], page=t["page"])
    return paper


def _overall(paper: Paper, t: dict) -> None:
    paper.heading(t["overall"])
    paper.text("{{ summary }}")
    paper.tag("if silent")
    paper.text(t["silent"])
    paper.tag("endif")
    width = (WIDTH - _UNIT) / len(_COUNTS)
    numbers = [
        Col(label, f"{{{{ row.{name} }}}}", width, "right")
        for name, label in zip(_COUNTS, t["counts"], strict=True)
    ]
    paper.table([Col(t["unit"], "{{ row.unit }}", _UNIT), *numbers], "row in counts")
    paper.text(t["counts_note"], "Note")


def _results(paper: Paper, t: dict) -> None:
    paper.heading(t["results"])
    paper.tag("if not sections")
    paper.text(t["nothing"])
    paper.tag("endif")
    paper.tag("if not_begun")
    paper.text(t["not_begun"])
    paper.tag("endif")
    paper.tag("for section in sections")
    paper.tag("if section.title")
    paper.heading(t["section_head"], 2, numbered=False)
    paper.tag("endif")
    due = ["{{ row.due }}", "{%p if row.day %}", t["day"], "{%p endif %}"]
    due += ["{%p for each in row.extended %}", "{{ each }}", "{%p endfor %}"]
    paper.table(
        [
            Col(
                t["section"],
                [
                    "{{ row.item }}",
                    "{%p if loop.first and row.section %}",
                    "{{ row.section }}",
                    "{%p endif %}",
                ],
                2.6,
            ),
            Col(t["action"], "{{ row.action }}", WIDTH / 2 - 2.6),
            Col(t["due"], due, 2.4),
            Col(t["unit"], "{{ row.units }}", 2.6),
            Col(t["benefit"], "{{ row.benefit }}", WIDTH / 2 - 5.0),
        ],
        "row in section.rows",
        [
            Band([_result(t)], [5]),
            Band(
                [
                    _picture(t, "left"),
                    ["{%p if pair.right %}", *_picture(t, "right"), "{%p else %}", "", "{%p endif %}"],
                ],
                [2, 3],
                "pair in row.pictures",
                "center",
                whole=True,
            ),
        ],
    )
    paper.tag("endfor")


def _result(t: dict) -> list[str | tuple[str, str]]:
    head = (
        "{{ line.units }}{% if line.period %}　{{ line.period }}{% endif %}" + t["colon"] + "{{ line.state }}"
    )
    summed = "{{ each.period }}" + t["all"] + t["quantity"]
    lines = [(t["result"], "Result head"), "{%p for each in row.quantities %}", summed, "{%p endfor %}"]
    lines += ["{%p for line in row.lines %}", (head, "Result head")]
    for name in (*_SAID, *_DECIDED):
        lines += [f"{{%p if line.{name} %}}", _said(name, t), "{%p endif %}"]
        if name == "request":
            lines += ["{%p for each in line.own %}", t["own"], "{%p endfor %}"]
    lines += ["{%p endfor %}", "{%p if not row.lines %}", t["not_yet"], "{%p endif %}"]
    return [*lines, "{%p for name in row.missing %}", t["missing"], "{%p endfor %}"]


def _said(name: str, t: dict) -> str:
    own = {"quantities": _quantities("line.quantities", t), "result": "{{ line.result }}"}
    return own.get(name) or t[name]


def _quantities(name: str, t: dict) -> str:
    between = "{% if not loop.last %}" + t["semicolon"] + "{% endif %}"
    return f"{{% for each in {name} %}}" + t["quantity"] + between + "{% endfor %}"


def _picture(t: dict, side: str) -> list[str | tuple[str, str]]:
    return [f"{{{{ pair.{side}.drawing }}}}", (t["caption"] % {"side": side}, "Note")]


def _assessment(paper: Paper, t: dict) -> None:
    scores = ["{%p for each in row.scores %}", t["score"], "{%p endfor %}"]
    total = Col(t["total"], "{{ row.total }}", 1.8, "right")
    paper.tag("if assessment")
    paper.heading(t["assessment"])
    paper.table(
        [
            Col(t["unit"], "{{ row.unit }}", 2.6),
            Col(t["scores"], scores, 4.4),
            total,
            Col(t["rank"], "{{ row.rank }}", 1.4, "right"),
            Col(t["scored"], "{{ row.scored }}", 2.0, "center"),
            Col(t["comment"], "{{ row.comment }}", WIDTH - 12.2),
        ],
        "row in assessment",
    )
    paper.tag("if unit")
    paper.table(
        [
            Col(t["item"], "{{ row.item }}", 1.6, "center"),
            Col(t["scores"], scores, 5.4),
            total,
            Col(t["comment"], "{{ row.comment }}", WIDTH - 8.8),
        ],
        "row in assessment[0].rows",
    )
    paper.tag("endif")
    paper.tag("endif")
