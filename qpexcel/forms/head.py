"""What stands above the form's table: whose it is, who filled it in, the nil return, the panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qpexcel.fields import quantity_keys
from qpexcel.forms.live import BAD, BEGUN, FILLED, NEEDS, UNDERSTOOD, quoted
from qpexcel.forms.request import FormRequest
from qpexcel.forms.row_help import COMPLETE, WANTING, RowHelp
from qpexcel.sheets.describe import Cell, Formula, FormulaCondition, Rule, Value
from qpexcel.words import Words

TITLE, LEAD, FIRST, SECOND, PANEL, HEADER_ROW = 1, 2, 3, 4, 5, 6
HEIGHTS = {TITLE: 26.0, LEAD: 19.0, FIRST: 22.0, SECOND: 26.0, PANEL: 24.0}
_FIGURES = {"to_report": "section", "filled": "period", "missing": "role", "to_correct": "execution"}


class Head:
    """The lines above one unit's table.

    Args:
        request: What the unit is asked.
        columns: The table's column numbers by key, 0-based: the lines stand over these columns.
        letters: The same as letters.
    """

    def __init__(self, request: FormRequest, columns: Mapping[str, int], letters: Mapping[str, str]) -> None:
        self._request = request
        self._at = columns
        self._letters = letters
        self._words = request.words

    @property
    def as_of(self) -> str:
        """The absolute address of 填報基準日."""
        return f"${self._letters[NEEDS]}${FIRST}"

    @property
    def _nil(self) -> str:
        return f"{self._letters[UNDERSTOOD]}{SECOND}"

    def rules(self) -> tuple[tuple[str, Rule], ...]:
        """Return what may be typed beside 本期無辦理事項."""
        yes = self._words("answer.yes")
        title, message = self._words("rule.choice_title"), self._words("rule.choice", choices=yes)
        return ((self._nil, Rule("list", (yes,), title=title, message=message)),)

    def conditions(self) -> tuple[tuple[str, FormulaCondition], ...]:
        """Return the verdict's colours."""
        where = f"{self._letters[NEEDS]}{PANEL}"
        fixed = f"${self._letters[NEEDS]}${PANEL}"
        colours = {COMPLETE: "light_green", WANTING: "light_yellow"}
        return tuple(
            (where, FormulaCondition(f"=LEFT({fixed},1)={quoted(sign)}", style))
            for sign, style in colours.items()
        )

    def cells(self, helps: Sequence[RowHelp], last_row: int) -> list[Cell]:
        """Return the head's cells, the panel's figures as of what the rows hold.

        Args:
            helps: What the form says of each row.
            last_row: The 1-based row of the table's last line.
        """
        request, words = self._request, self._words
        plan = request.plan
        title = words("form.title", organisation=plan.organisation, title=plan.title, unit=request.unit)
        lead = words("form.lead")
        if plan.settings.contact:
            lead += words("form.contact", contact=plan.settings.contact)
        return [
            # Not over the first column, which is printed again on the pages to the right.
            Cell(TITLE, self._at["section"], title.strip(), "title"),
            Cell(LEAD, self._at["section"], lead, "lead"),
            *self._identity(),
            *self._reported_by(),
            *self._panel(helps, last_row),
        ]

    def _label(self, row: int, key: str, at: str) -> Cell:
        return Cell(row, self._at[at], self._words(f"form_head.{key}"), "label")

    def _beside(self, row: int, at: str, value: Value, style: str, *, across: int = 0) -> Cell:
        return Cell(row, self._at[at] + 1, value, style, across)

    def _identity(self) -> list[Cell]:
        request = self._request
        return_by: Value = request.return_by or self._words("form.no_return_day")
        return [
            self._label(FIRST, "unit", "section"),
            self._beside(FIRST, "section", request.unit, "value"),
            self._label(FIRST, "round", "period"),
            self._beside(FIRST, "period", request.round, "value", across=1),
            self._label(FIRST, "as_of", "target"),
            self._beside(FIRST, "target", request.as_of, "day"),
            self._label(FIRST, "return_by", "execution"),
            self._beside(FIRST, "execution", return_by, "day" if request.return_by else "value", across=1),
        ]

    def _reported_by(self) -> list[Cell]:
        reason = quantity_keys(1)[0]
        to_result = self._at["result"] - self._at[reason] - 1
        return [
            self._label(SECOND, "reporter", "section"),
            self._beside(SECOND, "section", "", "input_line"),
            self._label(SECOND, "extension", "period"),
            self._beside(SECOND, "period", "", "input_line", across=1),
            self._label(SECOND, "reported_on", "target"),
            self._beside(SECOND, "target", "", "input_line"),
            Cell(SECOND, self._at["execution"], self._words("form_head.nil"), "label", 1),
            Cell(SECOND, self._at[UNDERSTOOD], "", "input_line"),
            self._label(SECOND, "nil_reason", reason),
            self._beside(SECOND, reason, "", "input_line", across=to_result),
        ]

    def _panel(self, helps: Sequence[RowHelp], last_row: int) -> list[Cell]:
        counts = {
            "to_report": sum(one.begun for one in helps),
            "filled": sum(one.begun and one.filled for one in helps),
            "missing": sum(one.missing for one in helps),
            "to_correct": sum(one.bad for one in helps),
        }
        formulas = self._counting(last_row)
        cells: list[Cell] = []
        for key, at in _FIGURES.items():
            cells.append(Cell(PANEL, self._at[at], self._words(f"panel.{key}"), "label"))
            cells.append(Cell(PANEL, self._at[at] + 1, Formula(formulas[key], counts[key]), "panel_figure"))
        ready = not counts["missing"] and not counts["to_correct"]
        verdict = Formula(self._verdict(), _verdict_word(self._words, ready=ready))
        cells.append(Cell(PANEL, self._at[NEEDS], verdict, "verdict"))
        return cells

    def _counting(self, last_row: int) -> dict[str, str]:
        area = {
            key: f"${self._letters[key]}${HEADER_ROW + 1}:${self._letters[key]}${last_row}"
            for key in (BEGUN, FILLED, BAD)
        }
        begun, filled, bad = area[BEGUN], area[FILLED], area[BAD]
        return {
            "to_report": f"=SUM({begun})",
            "filled": f"=SUMPRODUCT({begun}*{filled})",
            "missing": f"=SUM({begun})-SUMPRODUCT({begun}*{filled})",
            "to_correct": f"=SUM({bad})",
        }

    def _verdict(self) -> str:
        """可送出 where nothing is missing or wanting, or nothing is to report and the reason is given."""
        words = self._words
        letter = {key: self._letters_after(at) for key, at in _FIGURES.items()}
        nil, reason = f"TRIM({self._nil})", f"{self._letters_after(quantity_keys(1)[0])}{SECOND}"
        ready, not_ready = (quoted(_verdict_word(words, ready=ready)) for ready in (True, False))
        is_nil = f'AND({nil}<>"",{nil}<>{quoted(words("answer.no"))})'
        complete = f"IF({is_nil},LEN(TRIM({reason}))>0,{letter['missing']}{PANEL}=0)"
        return f"=IF(AND({letter['to_correct']}{PANEL}=0,{complete}),{ready},{not_ready})"

    def _letters_after(self, key: str) -> str:
        after = self._at[key] + 1
        return next(self._letters[other] for other, col in self._at.items() if col == after)


def _verdict_word(words: Words, *, ready: bool) -> str:
    return (COMPLETE + words("panel.ready")) if ready else (WANTING + words("panel.not_ready"))
