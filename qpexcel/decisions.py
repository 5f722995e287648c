"""What the secretariat decides in the master, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from qpexcel.dates.typed import read_typed_date
from qpexcel.fields import CLOSING_DECISIONS
from qpexcel.findings import Finding, Place
from qpexcel.model import Plan
from qpexcel.plan.wording import example_day
from qpexcel.text import fold
from qpexcel.words import every_language, load_words

_FIELD_OF = {"MAS001": "decision", "MAS002": "extension"}


@dataclass(frozen=True, slots=True)
class Decision:
    """A row's decision. `kind` is a word of the catalogue's group `decision`, "" for none or unreadable.

    `texts` holds every decision column as typed, by key; `extension` the granted deadline.
    """

    kind: str = ""
    extension: date | None = None
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def closes(self) -> bool:
        """Whether it ends the row's tracking."""
        return self.kind in CLOSING_DECISIONS


def read_decisions(
    typed: Mapping[str, Mapping[str, str]],
    plan: Plan,
    cell_of: Callable[[str, str], str],
) -> tuple[dict[str, Decision], list[Finding]]:
    """Read what people typed into the master's decision columns.

    Args:
        typed: Texts by row key and column key.
        plan: Whose rows they are about.
        cell_of: (row key, column key) → the cell of the master where the text stands.
    """
    findings: list[Finding] = []
    read: dict[str, Decision] = {}
    for key, texts in typed.items():
        read[key], found = _read(key, texts, plan)
        findings += [finding.at(cell=cell_of(key, _FIELD_OF[finding.code])) for finding in found]
    return read, findings


def _read(key: str, texts: Mapping[str, str], plan: Plan) -> tuple[Decision, list[Finding]]:
    item, unit, _ = key.split("|")
    place = Place("master.xlsx", load_words(plan.settings.language)("sheet.tracking"), "", item, unit)
    findings: list[Finding] = []
    kind = decision_kind(texts.get("decision", ""))
    if kind is None:
        choices = "、".join(load_words(plan.settings.language).group("decision").values())
        findings.append(Finding("MAS001", texts["decision"], {"choices": choices}, place))
    extension = None
    if texts.get("extension"):
        extension = read_typed_date(texts["extension"], plan.span).day
        if extension is None:
            words = {"example": example_day(plan)}
            findings.append(Finding("MAS002", texts["extension"], words, place))
    return Decision(kind or "", extension, dict(texts)), findings


def decision_kind(text: str) -> str | None:
    """Return the decision a text names, in any language; "" for no text, None for another text."""
    return next((key for key, words in _kinds() if fold(text) in words), None) if text else ""


def _kinds() -> Iterator[tuple[str, set[str]]]:
    for key in ("keep", *CLOSING_DECISIONS):
        written = {fold(word) for word in every_language(f"decision.{key}")}
        # 持續列管 is what some offices write for 繼續列管.
        yield key, written | ({fold("持續列管")} if key == "keep" else set())
