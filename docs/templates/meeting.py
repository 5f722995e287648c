"""The template of 會議資料."""

from __future__ import annotations

from dataclasses import replace

from look import WIDTH
from paper import Band, Col, Paper

_FIGURES = 8

WORDS = {
    "zh-TW": {
        "title": "檢討會議資料",
        "scope": "（{{ scope }}）",
        "head": "判定基準日：{{ day }}　填報期次：{{ round }}",
        "summary": "辦理情形摘要",
        "silent": "尚未填報：{{ silent }}。",
        "to_mend": "填報內容待補正：{{ to_mend }}。",
        "to_complete": "填報內容可再補充：{{ to_complete }}。",
        "now": "本次",
        "before": "前次",
        "change": "增減",
        "overdue": "逾期未完成",
        "no_overdue": "目前沒有逾期未完成的工作。",
        "blocked": "無法辦理",
        "no_blocked": "目前沒有填報無法辦理的工作。",
        "coming": "下次會議前到期",
        "coming_lead": "{{ until }}以前到期而尚未完成者。",
        "no_coming": "{{ until }}以前沒有到期的工作。",
        "changes": "前次以來的異動",
        "changes_since": "自{{ since }}以來的變動。",
        "changes_more": "另有填報內容等變動{{ other_changes }}處，詳見追蹤總表「異動」。",
        "no_changes": "自{{ since }}以來沒有變動。",
        "first": "沒有較早的彙整資料可供比較。",
        "requests": "待決定的申請",
        "no_requests": "目前沒有待決定的申請。",
        "cases": "討論事項",
        "cases_lead": "請就下列各案決議，會後填入追蹤總表的「列管決定」與「會議決議」。",
        "no_cases": "目前沒有須決議的案件。",
        "item": "項次",
        "action": "推動作法",
        "unit": "承辦單位",
        "due": "完成期限",
        "original": "（原訂{{ row.original_due }}）",
        "days": "逾期\n天數",
        "state": "辦理情形",
        "all_units": "承辦單位：{{ row.all_units }}",
        "why": "落後原因與因應對策",
        "reason": "原因：{{ row.delay_reason }}",
        "measures": "對策：{{ row.measures }}",
        "no_reason": "（未填）",
        "room": ("會議時間：", "會議地點：", "主　　席：", "紀　　錄："),
        "request": "申請事項",
        "kind": "重點",
        "field": "欄位",
        "was": "原為",
        "is": "現為",
        "case": "案由及承辦單位",
        "decision": "決議",
        "boxes": ("□ 解除列管", "□ 繼續列管", "□ 同意展延至：", "□ 其他："),
        "case_units": "承辦單位：{{ row.units }}",
        "case_due": "完成期限：{{ row.due }}",
        "because": "落後原因：{{ line.delay_reason }}",
        "therefore": "因應對策：{{ line.measures }}",
        "asks": "申請事項：{{ line.request }}",
        "decided": "已決定：{{ line.decided }}",
        "sum": "{{ each.period }}合計：目標{{ each.target }}，實際{{ each.actual }}"
        "{% if each.met %}，{{ each.met }}{% endif %}",
        "colon": "：",
        "chair": "主席裁示：",
        "page": ("第 ", " 頁，共 ", " 頁"),
        "as_of": "判定基準日：{{ day }}",
    },
    "en": {
        "title": "Review meeting",
        "scope": "({{ scope }})",
        "head": "As of {{ day }}. Round: {{ round }}",
        "summary": "Summary",
        "silent": "Not reported yet: {{ silent }}.",
        "to_mend": "To be corrected: {{ to_mend }}.",
        "to_complete": "Could say more: {{ to_complete }}.",
        "now": "Now",
        "before": "Before",
        "change": "+/−",
        "overdue": "Overdue",
        "no_overdue": "Nothing is overdue.",
        "blocked": "Cannot be done",
        "no_blocked": "No work is reported as impossible.",
        "coming": "Due before the next meeting",
        "coming_lead": "Not done, and due by {{ until }}.",
        "no_coming": "Nothing falls due by {{ until }}.",
        "changes": "Changes since last time",
        "changes_since": "What changed since {{ since }}.",
        "changes_more": "{{ other_changes }} more changes, mostly of answers, are listed in the master.",
        "no_changes": "Nothing changed since {{ since }}.",
        "first": "There is nothing earlier to compare with.",
        "requests": "Requests awaiting a decision",
        "no_requests": "No request awaits a decision.",
        "cases": "Cases to decide",
        "cases_lead": "Please decide on each case; afterwards enter the decisions in the master.",
        "no_cases": "There is no case to decide on.",
        "item": "Item",
        "action": "Action",
        "unit": "Unit",
        "due": "Due",
        "original": "(first {{ row.original_due }})",
        "days": "Days\nlate",
        "state": "Status",
        "all_units": "Units: {{ row.all_units }}",
        "why": "Reason and measures",
        "reason": "Reason: {{ row.delay_reason }}",
        "measures": "Measures: {{ row.measures }}",
        "no_reason": "(none given)",
        "room": ("Time:", "Place:", "Chair:", "Minutes:"),
        "request": "Request",
        "kind": "What",
        "field": "Column",
        "was": "Was",
        "is": "Is",
        "case": "Case and units",
        "decision": "Decision",
        "boxes": ("□ Release", "□ Keep tracking", "□ Extend to:", "□ Other:"),
        "case_units": "Units: {{ row.units }}",
        "case_due": "Due: {{ row.due }}",
        "because": "Reason for delay: {{ line.delay_reason }}",
        "therefore": "Measures: {{ line.measures }}",
        "asks": "Request: {{ line.request }}",
        "decided": "Decided: {{ line.decided }}",
        "sum": "{% if each.period %}{{ each.period }}: {% endif %}Together: target {{ each.target }}, "
        "actual {{ each.actual }}{% if each.met %}, {{ each.met }}{% endif %}",
        "colon": ": ",
        "chair": "Chair's ruling:",
        "page": ("Page ", " of ", ""),
        "as_of": "As of {{ day }}",
    },
}


def meeting(language: str) -> Paper:
    """Write the template."""
    t, paper = WORDS[language], Paper(language)
    paper.title("{{ organisation }}", "{{ title }}", t["title"])
    paper.tag("if scope")
    paper.text(t["scope"], align="center")
    paper.tag("endif")
    paper.text(t["head"], align="center")
    paper.form(t["room"])
    _summary(paper, t)
    _late(paper, t)
    _coming(paper, t)
    _changes(paper, t)
    _requests(paper, t)
    _cases(paper, t)
    paper.footer(left="{{ organisation }}　{{ title }}", right=t["as_of"], page=t["page"])
    return paper


def _summary(paper: Paper, t: dict) -> None:
    paper.heading(t["summary"])
    paper.text("{{ summary }}")
    for key in ("silent", "to_mend", "to_complete"):
        paper.tag(f"if {key}")
        paper.text(t[key])
        paper.tag("endif")
    paper.lines(
        [
            ["", *_figures("label")],
            [t["now"], *_figures("now")],
            ["{%tr if since %}"],
            [t["before"], *_figures("before")],
            [t["change"], *_figures("change")],
            ["{%tr endif %}"],
        ],
        label_width=1.5,
    )
    paper.tag("if units")
    paper.text("{{ chart }}", align="center")
    paper.tag("endif")


def _figures(name: str) -> list[str]:
    return [f"{{{{ figures[{n}].{name} }}}}" for n in range(_FIGURES)]


def _due(t: dict) -> list[str]:
    return ["{{ row.due }}", *_if("row.original_due", t["original"])]


def _late(paper: Paper, t: dict) -> None:
    for key, extra in (("overdue", [Col(t["days"], "{{ row.days }}", 1.4, "right")]), ("blocked", [])):
        paper.heading(t[key])
        paper.tag(f"if {key}")
        columns = [
            Col(t["item"], "{{ row.item }}", 1.3, "center"),
            Col(t["action"], "{{ row.action }}", 4.0),
            Col(t["unit"], _UNIT, 2.0),
            Col(t["due"], _due(t), 2.3),
            *extra,
            Col(t["state"], ["{{ row.state }}", *_if("row.result", "{{ row.result }}")], 2.8),
            Col(t["why"], _why(t), 3.0),
        ]
        paper.table(_filled(columns), f"row in {key}", [_everyone(t, len(columns))])
        paper.tag("else")
        paper.text(t[f"no_{key}"])
        paper.tag("endif")


_UNIT = ["{{ row.unit }}", "{%p if row.period %}", "{{ row.period }}", "{%p endif %}"]


def _everyone(t: dict, columns: int) -> Band:
    """Return the row that names the units where the column has only room for their number."""
    return Band([[t["all_units"]]], [columns], condition="row.all_units")


def _if(condition: str, text: str) -> list[str]:
    """Return the lines of a cell that hold a text where there is one."""
    return [f"{{%p if {condition} %}}", text, "{%p endif %}"]


def _why(t: dict) -> list[str]:
    """Return the lines of a cell with the reason and the measures, or that neither was given."""
    said = [*_if("row.delay_reason", t["reason"]), *_if("row.measures", t["measures"])]
    return [*said, *_if("not row.delay_reason and not row.measures", t["no_reason"])]


def _filled(columns: list[Col]) -> list[Col]:
    """Give what is left of the width to the widest two columns."""
    left = (WIDTH - sum(one.width for one in columns)) / 2
    widest = sorted(columns, key=lambda one: one.width)[-2:]
    return [replace(one, width=one.width + left) if one in widest else one for one in columns]


def _coming(paper: Paper, t: dict) -> None:
    paper.heading(t["coming"])
    paper.tag("if coming")
    paper.lead(t["coming_lead"])
    paper.table(
        _filled(
            [
                Col(t["item"], "{{ row.item }}", 1.3, "center"),
                Col(t["due"], _due(t), 2.4),
                Col(t["unit"], _UNIT, 2.2),
                Col(t["action"], "{{ row.action }}", 5.0),
                Col(t["state"], ["{{ row.state }}", *_if("row.result", "{{ row.result }}")], 4.0),
            ]
        ),
        "row in coming",
        [_everyone(t, 5)],
    )
    paper.tag("else")
    paper.text(t["no_coming"])
    paper.tag("endif")


def _changes(paper: Paper, t: dict) -> None:
    paper.heading(t["changes"])
    paper.tag("if changes")
    paper.lead(t["changes_since"])
    paper.table(
        _filled(
            [
                Col(t["kind"], "{{ row.kind }}", 2.6),
                Col(t["item"], "{{ row.item }}", 1.3, "center"),
                Col(t["unit"], _UNIT, 2.2),
                Col(t["field"], "{{ row.field }}", 2.2),
                Col(t["was"], "{{ row.before }}", 4.0),
                Col(t["is"], "{{ row.after }}", 4.0),
            ]
        ),
        "row in changes",
    )
    paper.tag("elif since")
    paper.text(t["no_changes"])
    paper.tag("else")
    paper.text(t["first"])
    paper.tag("endif")
    paper.tag("if other_changes")
    paper.text(t["changes_more"])
    paper.tag("endif")


def _requests(paper: Paper, t: dict) -> None:
    paper.heading(t["requests"])
    paper.tag("if requests")
    paper.table(
        _filled(
            [
                Col(t["item"], "{{ row.item }}", 1.3, "center"),
                Col(t["action"], "{{ row.action }}", 4.4),
                Col(t["unit"], _UNIT, 1.9),
                Col(t["due"], _due(t), 2.4),
                Col(t["request"], "{{ row.request }}", 2.2),
                Col(t["why"], _why(t), 4.0),
            ]
        ),
        "row in requests",
        [_everyone(t, 6)],
    )
    paper.tag("else")
    paper.text(t["no_requests"])
    paper.tag("endif")


def _cases(paper: Paper, t: dict) -> None:
    paper.heading(t["cases"])
    paper.tag("if cases")
    paper.lead(t["cases_lead"])
    paper.table(
        [
            Col(t["case"], ["{{ row.item }}　{{ row.action }}", t["case_units"], t["case_due"]], 6.2),
            Col(t["state"], _lines(t), WIDTH - 6.2 - 3.4),
            Col(t["decision"], t["boxes"], 3.4),
        ],
        "row in cases",
    )
    paper.text(t["chair"], "Signature line")
    paper.tag("else")
    paper.text(t["no_cases"])
    paper.tag("endif")


def _lines(t: dict) -> list[str]:
    said = "{{ line.units }}{% if line.period %}　{{ line.period }}{% endif %}" + t["colon"]
    parts = [("numbers", "{{ line.numbers }}"), ("result", "{{ line.result }}")]
    parts += [("delay_reason", t["because"]), ("measures", t["therefore"])]
    parts += [("request", t["asks"]), ("decided", t["decided"])]
    lines = ["{%p for each in row.numbers %}", t["sum"], "{%p endfor %}"]
    lines += ["{%p for line in row.lines %}", said + "{{ line.state }}"]
    for name, text in parts:
        lines += _if(f"line.{name}", text)
    return [*lines, "{%p endfor %}"]
