"""What a person said in a comment, without what programs put around it."""

from __future__ import annotations

import re

MOST_TEXT = 32_767  # characters, as many as a cell holds
_OURS = "qpexcel"  # who our own notes are by; LibreOffice drops the authors, so the first line says it too
# Ours end at a blank line: under it a person's words stand, or above, where ours were put under them.
_OUR_WORDS = re.compile(rf"(?:\A\s*|\n\n){_OURS}:[ \t]*\n.*?(?=\n[ \t]*\n|\Z)", re.DOTALL)
# What Excel writes for older programs in place of a conversation: a marker, an explanation with this
# address, and the texts under labels. The author is then the conversation's number.
_EXPLAINED = "go.microsoft.com/fwlink/?linkid=870924"
_EXPLAINED_BY = 5  # the line where the explanation ends, at the latest
_NUMBER = "tc={"
_NOBODY = "None"  # what openpyxl saves where nobody is named
# What Google Sheets writes over each text of a conversation.
_GOOGLE = re.compile(
    r"^[=-]{6}\nID#\S+\n(.{0,99}?)[ \t]{0,9}\(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\)\n", re.MULTILINE
)
_LABEL = re.compile(r"^\S.{0,30}[:：][ \t]*$\n?", re.MULTILINE)


def said(text: str, author: str) -> tuple[str, str]:
    """Return (text, author) as the person meant them; the text is "" where only programs spoke."""
    text = text[:MOST_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    author = "" if author.startswith(_NUMBER) or author == _NOBODY else author.strip()
    text = _OUR_WORDS.sub("", text)
    google = _GOOGLE.match(text.strip())
    if google:
        text, author = _GOOGLE.sub("", text.strip()), google[1].strip() or author
    return _without_author(_without_explanation(text).strip(), author), author


def _without_explanation(text: str) -> str:
    head, _, rest = text.partition(_EXPLAINED)
    if not rest or not text.startswith("[") or head.count("\n") > _EXPLAINED_BY:
        return text
    texts = _LABEL.sub("", rest.partition("\n")[2])
    return "\n".join(line.strip() for line in texts.strip().split("\n"))


def _without_author(text: str, author: str) -> str:
    """Leave out a first line that only says who writes, as Excel puts it there."""
    first, _, rest = text.partition("\n")
    named = first.strip()
    if author and named in (f"{author}:", f"{author}："):
        return rest.strip()
    return text
