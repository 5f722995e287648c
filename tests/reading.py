"""What the import tests share: a document read all the way, and the same said as a truth file says it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qpexcel.documents.doubts import with_doubts
from qpexcel.documents.draft import draft_plan
from qpexcel.documents.layout import read_layout
from qpexcel.documents.model import Document
from qpexcel.documents.read import read_document
from qpexcel.documents.text_file import read_text
from qpexcel.findings import Finding
from qpexcel.model import Plan
from qpexcel.plan.interpret import interpret
from qpexcel.plan_document import plan_json
from qpexcel.words import load_words

ZH = load_words("zh-TW")
PLANS = Path(__file__).parent / "plan_documents"
THIS_YEAR = 115


@dataclass(frozen=True)
class Read:
    """A plan read from a document, and the findings of the import."""

    plan: Plan
    document: dict[str, Any]
    findings: tuple[Finding, ...]

    def doubts(self, *prefixes: str) -> list[tuple[str, str, str]]:
        """Return (code, item, value) of the findings, in the order of their codes."""
        told = [(f.code, f.place.item, f.value) for f in self.findings]
        return sorted(one for one in told if not prefixes or one[0].startswith(prefixes))


def understood(document: Document) -> Read:
    """Interpret a document that has been read."""
    draft = draft_plan(read_layout(document), ZH, THIS_YEAR)
    tables, _, findings = with_doubts(draft.tables, draft.doubts, ZH)
    plan, of_plan = interpret(tables, fallback_year=THIS_YEAR)
    return Read(plan, plan_json(plan, of_plan, ZH), (*findings, *draft.findings))


def read_file(path: Path) -> Read:
    """Read a document of any kind."""
    return understood(read_document(path))


def read_plain(text: str) -> Read:
    """Read a plain text."""
    return understood(read_text(text.encode(), "plan.txt"))


def truth_of(name: str) -> dict[str, Any]:
    """Return what a careful reader gets from one of the plans."""
    return json.loads((PLANS / f"{name}.json").read_text(encoding="utf-8"))


def text_of(name: str) -> str:
    """Return one of the plans as text."""
    return (PLANS / f"{name}.txt").read_text(encoding="utf-8-sig")
