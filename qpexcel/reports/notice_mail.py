"""A notice as a mail's subject and its body, as plain text and as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from qpexcel.reports.facts import RowFacts
from qpexcel.reports.notice import NoticeFacts
from qpexcel.words import Words

_CELL = "border:1px solid #9AA5B1;padding:4px 6px;vertical-align:top;text-align:left"
_HEAD = f"{_CELL};background:#E4E9ED;white-space:nowrap"
_SHORT = 10  # characters; a day or an item's number is never broken
_ROW = ("field.item", "field.action", "field.period", "field.due")
_HEADS = {
    "missing": ("notice.round", "notice.state", "form_head.return_by", "notice.days"),
    "overdue": (
        *_ROW,
        "notice.days",
        "field.execution",
        "field.result",
        "field.delay_reason",
        "field.measures",
        "field.request",
    ),
    "coming": (*_ROW, "field.execution"),
    "to_mend": ("mend.cell", "mend.item", "field.period", "mend.field", "mend.typed", "mend.mend"),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A table: its title, its columns' headings and its rows."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def mail_subject(facts: NoticeFacts, words: Words) -> str:
    """Return the mail's subject."""
    key = "mail_subject" if facts.reply_by else "mail_subject_waiting"
    gaps = {"heading": facts.heading, "title": facts.title, "unit": facts.unit, "reply_by": facts.reply_by}
    return words(f"notice.{key}", **gaps)


def mail_text(facts: NoticeFacts, words: Words) -> str:
    """Return the mail as plain text: a table's rows one below the other, a line for each filled cell."""
    colon = words("notice.colon")
    lines = [*_opening(facts, words), *(note.mark + note.text for note in facts.notes)]
    for listing in listings(facts, words):
        lines += ["", f"■ {listing.title}"]
        for row in listing.rows:
            lines += [f"● {row[0]}　{row[1]}"]
            pairs = zip(listing.heads[2:], row[2:], strict=True)
            lines += [f"　{head}{colon}{_indented(cell)}" for head, cell in pairs if cell]
    return "\n".join([*lines, "", *_closing(facts, words)]) + "\n"


def mail_html(facts: NoticeFacts, words: Words) -> str:
    """Return the mail as HTML; whatever was typed is text in it."""
    body = [*map(_paragraph, _opening(facts, words))]
    body += [_paragraph(note.mark + note.text) for note in facts.notes]
    for listing in listings(facts, words):
        body += [f"<h3>{escape(listing.title)}</h3>", _table(listing)]
    body += map(_paragraph, _closing(facts, words))
    language = escape(words.language)
    head = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
    inner = "\n".join(body)
    return f'<!DOCTYPE html>\n<html lang="{language}"><head>{head}</head>\n<body>\n{inner}\n</body></html>\n'


def listings(facts: NoticeFacts, words: Words) -> Iterator[Listing]:
    """Yield the notice's tables that list anything; which row it is stands in its first two cells."""
    returns = [(one.round, one.state, one.return_by, one.days) for one in facts.missing]
    overdue = [
        (
            *_asked(row, words),
            row.days,
            row.execution,
            row.result,
            row.delay_reason,
            row.measures,
            row.request,
        )
        for row in facts.overdue
    ]
    coming = [(*_asked(row, words), _said(row.state, row.result)) for row in facts.coming]
    mends = [(one.cell, one.item, one.period, one.field, one.typed, one.mend) for one in facts.to_mend]
    for name, rows in (("missing", returns), ("overdue", overdue), ("coming", coming), ("to_mend", mends)):
        if rows:
            heads = tuple(words(key) for key in _HEADS[name])
            yield Listing(words(f"notice.{name}"), heads, rows)


def _asked(row: RowFacts, words: Words) -> tuple[str, ...]:
    original = words("notice.original", day=row.original_due) if row.original_due else ""
    return row.item, row.action, row.period, row.due + original


def _opening(facts: NoticeFacts, words: Words) -> Iterator[str]:
    yield words("notice.greeting", unit=facts.unit)
    yield words("notice.subject", text=facts.subject)
    yield words("notice.notes")


def _closing(facts: NoticeFacts, words: Words) -> Iterator[str]:
    if facts.attachment:
        yield words("notice.attachment", file=facts.attachment)
    yield "　".join(part for part in (facts.organisation, facts.day) if part)
    if facts.contact:
        yield words("notice.contact", contact=facts.contact)


def _said(state: str, result: str) -> str:
    return "\n".join(part for part in (state, result) if part)


def _indented(text: str) -> str:
    return text.replace("\n", "\n　　")


def _paragraph(text: str) -> str:
    return f"<p>{_lines(text)}</p>"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")


def _cell(text: str) -> str:
    whole = ";white-space:nowrap" if len(text) <= _SHORT else ""
    return f'<td style="{_CELL}{whole}">{_lines(text)}</td>'


def _table(listing: Listing) -> str:
    """Return the table without the columns in which nothing stands."""
    filled = [n for n in range(len(listing.heads)) if any(row[n] for row in listing.rows)]
    heads = "".join(f'<th style="{_HEAD}">{escape(listing.heads[n])}</th>' for n in filled)
    rows = "\n".join("<tr>" + "".join(map(_cell, (row[n] for n in filled))) + "</tr>" for row in listing.rows)
    return f'<table style="border-collapse:collapse">\n<tr>{heads}</tr>\n{rows}\n</table>'
