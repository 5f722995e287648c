"""What a person said in a comment, without what programs put around it."""

from __future__ import annotations

import re

MOST_TEXT = 32_767  # characters, as many as a cell holds
_OURS = "qpexcel"  # who our own notes are by; LibreOffice drops the authors, so the first line says it too
# Ours end at a blank line: under it a person's words stand, or above, where ours were put under them.
_OUR_WORDS = re.compile(rf"(?:\A\s*|\n\n){_OURS}:[ \t]*\n.*?(?=\n[ \t]*\n|\Z)", re.DOTALL)
# What Excel writes for older programs in place of a conversation: a marker, an explanation with this
# address, and the texts.
_OLDER = re.compile(r"\A\[[^\]\n]*\]\s*\n[^\n]*go\.microsoft\.com/fwlink/\?linkid=870924[^\n]*\n")
# What Google Sheets writes over each text of a conversation.
_GOOGLE = re.compile(r"^[=-]{6}\nID#\S+\n(.*?)[ \t]*\(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\)\n", re.MULTILINE)
_LABEL = re.compile(r"^\S.{0,30}[:：][ \t]*$\n?", re.MULTILINE)


def said(text: str, author: str) -> tuple[str, str]:
    """Return (text, author) as the person meant them; the text is "" where only programs spoke."""
    text = text[:MOST_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    author = author.strip()
    text = _OUR_WORDS.sub("", text)
    google = _GOOGLE.match(text.strip())
    if google:
        text, author = _GOOGLE.sub("", text.strip()), google[1].strip() or author
    older = _OLDER.match(text)
    if older:
        text = _LABEL.sub("", text[older.end() :])
        text = "\n".join(line.strip() for line in text.strip().split("\n"))
    return _without_author(text.strip(), author), author


def _without_author(text: str, author: str) -> str:
    """Leave out a first line that only says who writes, as Excel puts it there."""
    first, _, rest = text.partition("\n")
    named = first.strip()
    if author and named in (f"{author}:", f"{author}："):
        return rest.strip()
    return text
