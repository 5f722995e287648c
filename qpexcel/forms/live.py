"""The form's live help as formulas: what each row still needs and how its day was read.

Each formula stands beside the value it has when the form goes out (`row_help`), so that a file shows
the right words before any program has computed it. Judged by the cell 填報基準日, never by today.
Formulas go by what Excel 2010 and LibreOffice share and are written with `_ROW` for their row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qpexcel.fields import kind_of, required_when, unit_keys
from qpexcel.forms.request import FormRequest
from qpexcel.forms.row_help import (
    CARRIED,
    CARRIED_SIGN,
    COMPLETE,
    LONGEST_CARRIED,
    LONGEST_NUMBER,
    OPEN,
    QUIET,
    UNREADABLE,
    WANTING,
    Cells,
    RowHelp,
    asked_columns,
    carried_text,
    checked_choices,
    day_shown,
    is_quantity,
    needs_shown,
    remark_of,
    short_label,
)
from qpexcel.forms.rules import Asked, Need, RowRules
from qpexcel.forms.typed_day import DAY_KEYS, day_formulas, day_values, excel_day, no_day_test
from qpexcel.model import Execution, FieldKind, Obligation, Plan
from qpexcel.sheets.describe import Formula, Value

# The two columns people see; what they are worked out from stands in hidden ones at the right.
NEEDS, UNDERSTOOD = "needs", "understood"
BEGUN, FILLED, BAD = "begun", "filled", "bad"
BEFORE = "before"  # what a row said in an earlier round, no formula
_STATUS = "status"
_ROW = "\0"  # the row's number in a formula; no text that a formula quotes can hold it


def need_key(need: str) -> str:
    """Return the helper column of a need."""
    return f"need:{need}"


def helper_keys(plan: Plan, quantities: int) -> tuple[str, ...]:
    """Return the hidden helper columns' keys, from left to right."""
    numbers = [_number_key(key) for key in unit_keys(plan, quantities) if is_quantity(key)]
    needs = [need for need in Need if need is not Need.EVIDENCE or plan.settings.evidence_required]
    wanting = map(need_key, [*needs, *asked_columns(plan, quantities)])
    return (BEGUN, FILLED, _STATUS, *DAY_KEYS, *numbers, *wanting, BAD, BEFORE)


def _number_key(key: str) -> str:
    return f"number:{key}"


def help_columns(
    request: FormRequest,
    rules: Mapping[str, RowRules],
    helps: Sequence[RowHelp | None],
    letters: Mapping[str, str],
    *,
    as_of: str,
    first_row: int,
) -> dict[str, list[Value]]:
    """Return the values of every help column by key, the two visible ones included.

    Args:
        request: What the unit is asked.
        rules: What each row must hold, by row key.
        helps: What the form says of each row; None for a row that is no longer asked.
        letters: All the form's columns by key.
        as_of: The absolute address of 填報基準日.
        first_row: The 1-based row of the first data row.
    """
    formulas = _Formulas(request, letters, as_of)
    keys = (NEEDS, UNDERSTOOD, *helper_keys(request.plan, request.quantities))
    columns: dict[str, list[Value]] = {key: [] for key in keys}
    for number, (row, said) in enumerate(zip(request.rows, helps, strict=True), start=first_row):
        ended = request.state(row).ended
        cells = formulas.row(row, rules[row.key], said, number) if said else _ended(ended)
        for key, values in columns.items():
            values.append(cells.get(key, ""))
    return columns


def _ended(word: str) -> dict[str, Value]:
    return {NEEDS: QUIET + word, BEGUN: 0, FILLED: 0, BAD: 0}


def quoted(text: str) -> str:
    """Return a text as a formula writes it."""
    return '"' + text.replace('"', '""') + '"'


def _one_of(cell: str, words: Iterable[str]) -> str:
    return "OR(" + ",".join(f"{cell}={quoted(word)}" for word in words) + ")"


class _Formulas:
    """The formulas of one unit's form."""

    def __init__(self, request: FormRequest, letters: Mapping[str, str], as_of: str) -> None:
        self._request = request
        self._plan, self._words = request.plan, request.words
        self._at = {key: f"${letter}{_ROW}" for key, letter in letters.items()}
        self._as_of = as_of
        self._keys = request.keys
        self._same = self._of_every_row()
        self._shared: dict[tuple[tuple[Asked, ...], bool], dict[str, str]] = {}

    def row(self, row: Obligation, rules: RowRules, said: RowHelp, number: int) -> dict[str, Value]:
        """Return one row's help cells: its formulas with the values they have now."""
        begun = f"IF({self._as_of}>={excel_day(row.begins)},1,0)" if row.begins else "1"
        formulas = self._of_such_rows(rules) | {BEGUN: begun}
        carried = carried_text(self._request, row)
        if carried:
            formulas[NEEDS] += f"&{self._as_before()}"
        remark = remark_of(self._request, row)
        if remark:
            formulas[NEEDS] += f"&{quoted(remark)}"
        values = self._values(row, said)
        cells: dict[str, Value] = {
            key: Formula("=" + text.replace(_ROW, str(number)), values.get(key, ""))
            for key, text in formulas.items()
        }
        return cells | {BEFORE: carried}

    def _as_before(self) -> str:
        """The words for a row that still says what it said before."""
        now = f'&"{CARRIED_SIGN}"&'.join(f"LEFT(TRIM({self._at[key]}),{LONGEST_CARRIED})" for key in CARRIED)
        return f'IF({now}={self._at[BEFORE]},{quoted(self._words("need.carried"))},"")'

    def _values(self, row: Obligation, said: RowHelp) -> dict[str, str | float]:
        request = self._request
        cells = Cells(request.state(row).answers)
        typed = cells.values.get("completed_on")
        separator = self._words("need.separator")
        return {
            NEEDS: needs_shown(request, row, said),
            UNDERSTOOD: day_shown(request, typed),
            BEGUN: int(said.begun),
            FILLED: int(said.filled),
            BAD: int(said.bad),
            _STATUS: cells.text("execution"),
            **day_values(typed, self._plan.span),
            **{_number_key(key): cells.number(key) for key in self._keys if is_quantity(key)},
            **{need_key(need): text + separator for need, text in said.needs.items()},
        }

    # --- formulas that are the same in every row ---------------------------------------------------

    def _of_every_row(self) -> dict[str, str]:
        at = self._at
        area = f"{at[self._keys[0]]}:{at[self._keys[-1]]}"
        formulas = {
            FILLED: f"IFERROR(IF(SUMPRODUCT(--(LEN(TRIM({area}))>0))>0,1,0),1)",
            _STATUS: f'IFERROR(TRIM({at["execution"]}),"{UNREADABLE}")',
            **day_formulas(at["completed_on"], at, self._plan.span),
            **{_number_key(key): _number(at[key]) for key in self._keys if is_quantity(key)},
            **{need_key(key): text for key, text in self._own_columns().items()},
            UNDERSTOOD: self._understood(),
        }
        return formulas | self._summing_up()

    def _summing_up(self) -> dict[str, str]:
        """Whether anything is wanting, and the sentence that says what."""
        at, words = self._at, self._words
        wanting = "&".join(cell for key, cell in at.items() if key.startswith("need:"))
        separator = quoted(words("need.separator") + "*")
        nothing = (
            f"IF({at[BEGUN]}=1,{quoted(OPEN + words('need.open'))},{quoted(QUIET + words('need.not_yet'))})"
        )
        return {
            BAD: f"IF(AND({at[FILLED]}=1,LEN({wanting})>0),1,0)",
            NEEDS: f"IF({at[FILLED]}=0,{nothing},IF({at[BAD]}=0,{quoted(COMPLETE + words('need.complete'))},"
            f'{quoted(WANTING)}&SUBSTITUTE({wanting}&"*",{separator},"")))',
        }

    def _understood(self) -> str:
        day = self._at["day"]
        if self._plan.settings.roc_calendar:
            shown = f'YEAR({day})-1911&"年"&MONTH({day})&"月"&DAY({day})&"日"'
        else:
            shown = f'YEAR({day})&"-"&RIGHT("0"&MONTH({day}),2)&"-"&RIGHT("0"&DAY({day}),2)'
        later = quoted(self._words("need.read_later"))
        return f'IF({self._at["day_text"]}="","",IF({day}="",{later},{shown}))'

    def _own_columns(self) -> dict[str, str]:
        """What is wanting in a column itself: not filled though it must be, no number, none of its list."""
        found = {}
        for key in asked_columns(self._plan, self._request.quantities):
            gap = {"field": short_label(key, self._plan, self._words)}
            empty = self._text("fill", gap) if required_when(key, self._plan) else '""'
            when = self._when(required_when(key, self._plan))
            content = f'IF({self._blank(key)},IF({when},{empty},""),{self._content(key, gap)})'
            found[key] = f'IF({self._at[FILLED]}=0,"",{content})'
        return found

    def _when(self, required: str) -> str:
        if required in ("", "always"):
            return "TRUE" if required else "FALSE"
        return f"{self._at[_STATUS]}={quoted(self._words(f'execution.{required}'))}"

    def _content(self, key: str, gap: Mapping[str, str]) -> str:
        if kind_of(key, self._plan) is FieldKind.NUMBER:
            return f'IF({_number(self._at[key])}="{UNREADABLE}",{self._text("number_of", gap)},"")'
        choices = checked_choices(key, self._plan, self._words)
        listed = _one_of(f"TRIM({self._at[key]})", choices)
        return f'IF({listed},"",{self._text("choose", gap)})' if choices else '""'

    def _text(self, word: str, gap: Mapping[str, str]) -> str:
        return quoted(self._words(f"need.{word}", **gap) + self._words("need.separator"))

    # --- formulas that differ with what a row is asked ---------------------------------------------

    def _of_such_rows(self, rules: RowRules) -> dict[str, str]:
        """Return all formulas that rows share of which the same is asked."""
        same = (rules.asked, rules.counts)
        if same not in self._shared:
            needs = {need_key(need): self._if(test, need) for need, test in self._of_row(rules).items()}
            self._shared[same] = self._same | needs
        return self._shared[same]

    def _of_row(self, rules: RowRules) -> dict[Need, str]:
        at = self._at
        status = at[_STATUS]
        known = _one_of(status, self._words.group("execution").values())
        done = f"{status}={self._status(Execution.DONE)}"
        going = f"{known},NOT({done})"
        late = f"IF(ISNUMBER({at['due']}),{at['due']}<{self._as_of},FALSE)" if rules.counts else "FALSE"
        blocked = f"OR({late},{status}={self._status(Execution.CANNOT)})"
        numbers = [at[_number_key(key)] for key in self._keys if is_quantity(key)]
        no_number = ",".join(f'{cell}="{UNREADABLE}",IF(ISNUMBER({cell}),{cell}<0,FALSE)' for cell in numbers)
        tests = {
            Need.STATUS: f'{status}="",OR({at[BEGUN]}=1,{at[FILLED]}=1)',
            Need.STATUS_CHOICE: f'{status}<>"",NOT({known})',
            Need.DAY: f"{done},{self._blank('completed_on')}",
            Need.DAY_WRONG: no_day_test(at, self._plan.span),
            Need.NOT_DONE: f"{going},NOT({self._blank('completed_on')})",
            Need.QUANTITY: f"{done},{self._no_quantity(rules)}",
            Need.NUMBER: f"OR({no_number})",
            Need.SHORT: f"{done},{self._blank('delay_reason')},{self._short(rules)}",
            Need.REASON: f"{going},{blocked},{self._blank('delay_reason')}",
            Need.MEASURES: f"{going},{late},{self._blank('measures')}",
        }
        if self._plan.settings.evidence_required:
            tests[Need.EVIDENCE] = f"{done},{self._blank('evidence')}"
        return tests

    def _if(self, test: str, need: Need) -> str:
        text = quoted(self._words(f"need.{need}") + self._words("need.separator"))
        return f'IFERROR(IF(AND({test}),{text},""),"")'

    def _status(self, status: Execution) -> str:
        return quoted(self._words(f"execution.{status}"))

    def _blank(self, key: str) -> str:
        return f"LEN(TRIM({self._at[key]}))=0"

    def _no_quantity(self, rules: RowRules) -> str:
        blank = [self._blank(asked.key) for asked in rules.asked if asked.needed]
        return f"OR({','.join(blank)})" if blank else "FALSE"

    def _short(self, rules: RowRules) -> str:
        tests = [self._unmet(asked) for asked in rules.asked if asked.alone]
        return f"OR({','.join(tests)})" if tests else "FALSE"

    def _unmet(self, asked: Asked) -> str:
        cell = self._at[_number_key(asked.key)]
        number = f"IF({cell}<1,ROUND({cell}*100,6),{cell})" if asked.per_cent else cell
        meets = {"le": "<=", "lt": "<"}.get(asked.target.op, ">=")
        unmet = f"AND({cell}>=0,NOT({number}{meets}{asked.target.count:.15g}))"
        return f"IF(ISNUMBER({cell}),{unmet},FALSE)"


def _number(cell: str) -> str:
    """A cell's number: "" where it is empty, "?" where it holds neither a number nor up to 15 digits."""
    text = f"TRIM({cell})"
    whole = f'EXACT(TEXT(VALUE({text}),REPT("0",LEN({text}))),{text})'
    digits = f"VALUE({text})/(LEN({text})<={LONGEST_NUMBER})/{whole}"
    return f'IFERROR(IF(LEN({text})=0,"",IF(ISNUMBER({cell}),{cell},{digits})),"{UNREADABLE}")'
