"""What a plan is: units, items, periods and the rows each unit must answer. Frozen, without I/O.

The terms are those of the field: an *item* (工作項目) is a line of the plan; an *obligation* is
one row somebody must answer, an item × a responsible unit × a period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from qpexcel.findings import Finding, Place
from qpexcel.limits import Limits


class Frequency(StrEnum):
    """How often an item must be done."""

    ONCE = "once"
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    SEMESTER = "semester"
    YEARLY = "yearly"
    ONGOING = "ongoing"


class DueKind(StrEnum):
    """What kind of phrase the plan's due cell holds."""

    MONTH_END = "month_end"
    DATE = "date"
    QUARTER_END = "quarter_end"
    SEMESTER_END = "semester_end"
    DEKAD_END = "dekad_end"
    RANGE = "range"
    YEAR_END = "year_end"
    WHOLE_YEAR = "whole_year"
    MULTI_DATE = "multi_date"
    PERIODIC_MONTH = "periodic_month"
    PERIODIC_MONTH_DAY = "periodic_month_day"
    PERIODIC_QUARTER = "periodic_quarter"
    PERIODIC_HALFYEAR = "periodic_halfyear"
    PERIODIC_SEMESTER = "periodic_semester"
    RELATIVE_PERIOD = "relative_period"
    CONTINUOUS = "continuous"
    IMMEDIATE = "immediate"
    RELATIVE = "relative"
    VAGUE = "vague"
    BLANK = "blank"


class Role(StrEnum):
    """How a unit stands to an item."""

    SOLE = "sole"
    LEAD = "lead"
    CO = "co"
    JOINT = "joint"


class Execution(StrEnum):
    """What a unit says of a row (執行情形)."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    ONGOING = "ongoing"
    DONE = "done"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class Span:
    """The days a plan covers, both ends included."""

    starts: date
    ends: date

    def __contains__(self, day: date) -> bool:
        return self.starts <= day <= self.ends

    @property
    def academic(self) -> bool:
        """Whether the plan runs by school years, 8/1 to 7/31."""
        return (self.starts.month, self.starts.day, self.ends.month, self.ends.day) == (8, 1, 7, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """One turn of a recurring item.

    `name` is the contract's: 2007-04, 2007-Q1, 2007-H1, 2023-S1, 2007-W23, D1. `starts` is the day
    it begins, `due` the last day that counts for it (which may lie after the period itself).
    """

    name: str
    starts: date
    due: date


@dataclass(frozen=True, slots=True)
class Deadline:
    """What a due cell means. `starts` is kept where the phrase names one (a range)."""

    kind: DueKind
    due: date | None = None
    frequency: Frequency = Frequency.ONCE
    periods: tuple[Period, ...] = ()
    starts: date | None = None


# Rates are never added, nor what is asked each time or of each unit (contract §4).
RATES = ("%", "％", "‰", "分")
APART = ("each", "case")
WHOLE_PLAN = ("plan", "year")


@dataclass(frozen=True, slots=True)
class Target:
    """A quantity asked for. `op` ge|eq|le|lt; `per` plan|year|…|each|case; `scope` shared|each_unit."""

    op: str
    count: float
    measure: str
    per: str = "plan"
    scope: str = "shared"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the plan's table. The title may be empty where the source lost it."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A responsible unit and the other names people write for it. `password` opens its workbooks.

    `emails` are its addresses as a mail's header takes them: `a@b.tw` or `王小明 <a@b.tw>`.
    """

    name: str
    aliases: tuple[str, ...] = ()
    password: str = field(default="", repr=False)
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A name standing for several units, such as 各科室."""

    name: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the plan. `units` and `co_units` are as written, groups unexpanded."""

    id: str
    section: Section
    number: str
    action: str
    due_text: str
    deadline: Deadline
    units: tuple[str, ...] = ()
    co_units: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    benefit: str = ""
    exempt_periods: tuple[str, ...] = ()

    @property
    def recurring(self) -> bool:
        """Whether the item is answered period by period."""
        return bool(self.deadline.periods)


class FieldKind(StrEnum):
    """What a unit may put into a column."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class OwnField:
    """A column the office added to the form.

    `required_when` is "" (never), "always", or an Execution: the answer that makes it required.
    """

    key: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    choices: tuple[str, ...] = ()
    required_when: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What the secretariat scores from 0 to 100 (考核).

    Weights count by their share of the sum. Where `suggested`, the score is suggested from the facts.
    """

    name: str
    weight: float
    suggested: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an office may decide about its plan. Days are calendar days.

    `stern_days`: what is later than that is asked for in the sternest words.
    """

    warning_days: int = 14
    stern_days: int = 30
    shift_holidays: bool = False
    roc_calendar: bool = True
    language: str = "zh-TW"
    co_units_count: bool = False
    evidence_required: bool = False
    refuse_unverified: bool = False
    contact: str = ""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Plan:
    """A plan as read from the plan workbook. `year` is a ROC year; `basis` the day of its letter.

    `criteria` are those of its workbook, or the usual ones; at least one of them has a weight.
    """

    id: str
    title: str
    organisation: str
    year: int
    span: Span
    items: tuple[Item, ...]
    units: tuple[Unit, ...] = ()
    groups: tuple[Group, ...] = ()
    own_fields: tuple[OwnField, ...] = ()
    field_help: dict[str, str] = field(default_factory=dict)
    basis: date | None = None
    settings: Settings = Settings()
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True)
class Obligation:
    """One row that a unit must answer: item × unit × period ("" for a single deadline).

    `begins` is None where the row has always begun (a single deadline).
    """

    item: Item
    unit: str
    role: Role
    period: str
    due: date | None
    begins: date | None

    @property
    def key(self) -> str:
        """The row's name in every file and in the ledger: item|unit|period."""
        return f"{self.item.id}|{self.unit}|{self.period}"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a unit's head recorded of one inspection (主管查核). `place` is where the record stands.

    `item` is the plan's id where it is one of the unit's, else as typed, "" where none was named.
    `texts` holds the filled cells as typed and `doubts` what is doubtful about them, both by column
    (date, item, finding, correction, done). `day` and `done` are the days the dates mean; None where
    they are blank or cannot be read.
    """

    unit: str
    item: str
    texts: Mapping[str, str]
    place: Place
    day: date | None = None
    done: date | None = None
    doubts: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
