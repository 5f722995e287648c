"""The template of 通知: a letter to a unit."""

from __future__ import annotations

from collections.abc import Sequence

from look import WIDTH
from paper import Band, Col, Paper

WORDS = {
    "zh-TW": {
        "heading": "列管工作{{ heading }}",
        "to": "受文者：{{ unit }}",
        "day": "發文日期：{{ day }}　　速別：{{ speed }}",
        "attachment": "附件：{% if attachment %}{{ attachment }}{% else %}無{% endif %}",
        "subject": "主旨：{{ subject }}",
        "notes": "說明：",
        "missing": "本期填報表",
        "overdue": "逾期未完成（{{ overdue|length }}項）",
        "coming": "即將到期（{{ coming|length }}項）",
        "to_mend": "填報內容待補正（{{ to_mend|length }}處）",
        "round": "填報期次",
        "return_by": "填報截止日",
        "days": "逾期天數",
        "return_state": "情形",
        "item": "項次",
        "action": "推動作法",
        "due": "完成期限",
        "original": "原訂{{ row.original_due }}",
        "target": "目標：{{ row.target }}",
        "result": "執行成果：{{ row.result }}",
        "reason": "落後原因：{{ row.delay_reason }}",
        "measures": "因應對策：{{ row.measures }}",
        "request": "申請事項：{{ row.request }}",
        "state": "執行情形",
        "cell": "儲存格",
        "field": "欄位",
        "typed": "原填內容",
        "mend": "問題與改法",
        "closing": "此致　{{ unit }}",
        "contact": "聯絡方式：{{ contact }}",
        "page": ("第 ", " 頁，共 ", " 頁"),
        "as_of": "{{ heading }}：{{ unit }}",
        "hanging": 36,
    },
    "en": {
        "heading": "{{ heading }}",
        "to": "To: {{ unit }}",
        "day": "Date: {{ day }}　　Priority: {{ speed }}",
        "attachment": "Attached: {% if attachment %}{{ attachment }}{% else %}none{% endif %}",
        "subject": "Subject: {{ subject }}",
        "notes": "Particulars:",
        "missing": "This round’s return",
        "overdue": "Overdue ({{ overdue|length }})",
        "coming": "Due soon ({{ coming|length }})",
        "to_mend": "To be corrected ({{ to_mend|length }})",
        "round": "Round",
        "return_by": "Return by",
        "days": "Days overdue",
        "return_state": "State",
        "item": "Item",
        "action": "Action",
        "due": "Due",
        "original": "first {{ row.original_due }}",
        "target": "Target: {{ row.target }}",
        "result": "Result: {{ row.result }}",
        "reason": "Reason for delay: {{ row.delay_reason }}",
        "measures": "Measures: {{ row.measures }}",
        "request": "Request: {{ row.request }}",
        "state": "Status",
        "cell": "Cell",
        "field": "Column",
        "typed": "As typed",
        "mend": "What to change",
        "closing": "Thank you.",
        "contact": "Contact: {{ contact }}",
        "page": ("Page ", " of ", ""),
        "as_of": "{{ heading }}: {{ unit }}",
        "hanging": 42,
    },
}


def notice(language: str) -> Paper:
    """Write the template."""
    t, paper = WORDS[language], Paper(language)
    paper.add_style("Letter subject", hanging=t["hanging"])
    paper.add_style("Letter note", hanging=24 if language == "zh-TW" else 14)
    paper.add_style("Table title", size=13, bold=True, before=8, keep=True)
    paper.add_style("Letter closing", before=12, keep=True)
    paper.title("{{ organisation }}", t["heading"])
    for key in ("to", "day", "attachment"):
        paper.text(t[key])
    paper.text(t["subject"], "Letter subject")
    paper.text(t["notes"])
    paper.tag("for note in notes")
    paper.text("{{ note.mark }}{{ note.text }}", "Letter note")
    paper.tag("endfor")
    _missing(paper, t)
    _overdue(paper, t)
    _coming(paper, t)
    _to_mend(paper, t)
    _closing(paper, t)
    paper.footer(left="{{ organisation }}　{{ title }}", right=t["as_of"], page=t["page"])
    return paper


def _section(
    paper: Paper, t: dict, key: str, columns: list[Col], below: Sequence[str] = (), *, condition: str = ""
) -> None:
    """Write a table under its title, where there is anything to list; its last column fills the line.

    What stands `below` a row is there under a condition.
    """
    left = WIDTH - sum(one.width for one in columns[:-1])
    last = columns[-1]
    after = [Band([below], [len(columns)], condition=condition)] if below else []
    paper.tag(f"if {key}")
    paper.text(t[key], "Table title")
    filled = [*columns[:-1], Col(last.label, last.cell, left, last.align)]
    paper.table(filled, f"row in {key}", after, shaded=bool(below))
    paper.tag("endif")


def _missing(paper: Paper, t: dict) -> None:
    columns = [
        Col(t["round"], "{{ row.round }}", 5.2, "center"),
        Col(t["return_by"], "{{ row.return_by }}", 4.0, "center"),
        Col(t["days"], "{{ row.days }}", 4.0, "center"),
        Col(t["return_state"], "{{ row.state }}", 0, "center"),
    ]
    _section(paper, t, "missing", columns)


def _action(t: dict) -> str:
    return "{{ row.action }}{% if row.target %}\n" + t["target"] + "{% endif %}"


def _due(t: dict) -> str:
    period = "{% if row.period %}\n{{ row.period }}{% endif %}"
    return "{{ row.due }}" + period + "{% if row.original_due %}\n" + t["original"] + "{% endif %}"


def _overdue(paper: Paper, t: dict) -> None:
    columns = [
        Col(t["item"], "{{ row.item }}", 1.5, "center"),
        Col(t["action"], _action(t), 7.2),
        Col(t["due"], _due(t), 2.9, "center"),
        Col(t["days"], "{{ row.days }}", 2.2, "center"),
        Col(t["state"], "{{ row.execution }}", 0, "center"),
    ]
    said = {"result": "result", "reason": "delay_reason", "measures": "measures", "request": "request"}
    below = [part for key, name in said.items() for part in _if(f"row.{name}", t[key])]
    condition = " or ".join(f"row.{name}" for name in said.values())
    _section(paper, t, "overdue", columns, below, condition=condition)


def _if(condition: str, text: str) -> list[str]:
    return [f"{{%p if {condition} %}}", text, "{%p endif %}"]


def _coming(paper: Paper, t: dict) -> None:
    columns = [
        Col(t["item"], "{{ row.item }}", 1.5, "center"),
        Col(t["action"], _action(t), 6.6),
        Col(t["due"], _due(t), 2.9, "center"),
        Col(t["state"], "{{ row.state }}{% if row.result %}\n{{ row.result }}{% endif %}", 0),
    ]
    _section(paper, t, "coming", columns)


def _to_mend(paper: Paper, t: dict) -> None:
    columns = [
        Col(t["cell"], "{{ row.cell }}", 2.2, "center"),
        Col(t["item"], "{{ row.item }}{% if row.period %}\n{{ row.period }}{% endif %}", 1.7, "center"),
        Col(t["field"], "{{ row.field }}", 2.4),
        Col(t["typed"], "{{ row.typed }}", 3.4),
        Col(t["mend"], "{{ row.mend }}", 0),
    ]
    _section(paper, t, "to_mend", columns)


def _closing(paper: Paper, t: dict) -> None:
    paper.text(t["closing"], "Letter closing")
    paper.tag("if contact")
    paper.text(t["contact"], "Letter closing", align="right")
    paper.tag("endif")
    paper.text("{{ organisation }}", align="right")
