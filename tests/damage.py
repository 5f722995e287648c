"""Damage a plan's text as the way out of a PDF or by the clipboard does, without changing what it says.

Every kind of damage is a pure function of the text and a `random.Random`. What a reader goes by always
stays: a break or blank between two cells is never taken away, items keep their numbers, no character
but blanks, page furniture and look-alikes comes or goes. Compare what was read from damaged text after
`plain` on both sides: look-alikes and full-width digits may stand in it.

The kinds:

`rewrapped`    breaks inside the given cells (actions, benefits, titles of the truth file) move, as if the
               column had another width; a cell that does not stand together in the text is left alone
`broken`       a break is put into the first text of some lines, both pieces at least 5 characters long
`lookalikes`   compatibility ideographs (年 as U+F98E) and Kangxi radicals (月 as U+2F49) for some characters
`full_width`   full-width digits on some lines
`spaced`       blanks between the characters of some lines that hold a single cell
`margins`      blanks before and after some lines
`blank_lines`  empty lines, or lines of blanks, between some lines
`furniture`    the foot of a page (第 3 頁，共 9 頁 or - 3 -), perhaps a form feed, and the agency's name,
               between two lines, several times

Never broken are: the first line with text (the title), words of Latin letters and digits (113.05.31,
1-1), an item's number from its text, and places where the new line would begin like a number or a date
of its own. Texts of columns set apart by runs of blanks bear only `ALIGNED`.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from hypothesis import note
from hypothesis import strategies as st

from qpexcel.text import ascii_digits, tidy

_COMPATIBLE = "年理行度更料立律練落便不流六錄量老例利女車北路數說識類復異易龍見令零領來良力歷列"
_KANGXI = (
    "一二人八入力十又口土士夕大女子小山工己干广弓心戈戶手支文方日曰月木止水火父牛玄玉用田白皮目"
    "石示立竹米老而耳自至舌色行衣見言谷貝赤走足身車辛里金長門非面音頁風食首香馬高"
)
_FULL_DIGITS = str.maketrans({str(digit): chr(0xFF10 + digit) for digit in range(10)})
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef「」]")
_NUMBER = re.compile(r"\s*(?:\d+-\d+|\d+[.、]|[（(]?[一二三四五六七八九十壹貳參肆伍陸]+[）)、])\s*")
_LIKE_A_NUMBER = re.compile(r"\d+[.\-、]|[（(]?[一二三四五六七八九十壹貳參肆伍陸\d]+[）)、]|[①-⑳]")
_LIKE_A_DATE = re.compile(r"[民國\d年月日./至、及 ]+[前底]*")
_NOT_FIRST = "，。、；：）」』！？%,.;:)"
_NOT_LAST = "（「『(－-"
_SHORTEST = 5  # characters: no column is narrower than that

Damage = Callable[[str, random.Random], str]


def plain(text: str) -> str:
    """Return the text without blanks, look-alikes and full-width digits, to compare by."""
    return "".join(ascii_digits(tidy(text)).split())


def _lookalike_table() -> dict[str, list[str]]:
    """Return for each character the look-alikes that PDFs put in its place."""
    table: dict[str, list[str]] = {}
    blocks = (("NFC", range(0xF900, 0xFAFF), _COMPATIBLE), ("NFKC", range(0x2F00, 0x2FD6), _KANGXI))
    for form, codes, wanted in blocks:
        for char in map(chr, codes):
            meant = unicodedata.normalize(form, char)
            if meant != char and meant in wanted:
                table.setdefault(meant, []).append(char)
    return table


_LOOKALIKES = _lookalike_table()


def _may_break(text: str, place: int) -> bool:
    """Whether a line may end before the character at this place of a cell's text."""
    before, after = text[place - 1], text[place]
    if not (_WIDE.match(before) or _WIDE.match(after)):
        return False
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return not _LIKE_A_NUMBER.match(text, place)


def _lines(text: str, width: int) -> list[str]:
    """Break a cell's text, which has no blanks, into lines of about this many characters."""
    lines, start = [], 0
    while len(text) - start > width:
        ends = [at for at in range(start + _SHORTEST, start + width + 1) if _may_break(text, at)]
        fair = [at for at in ends if not _LIKE_A_DATE.fullmatch(text[start:at])]
        if not fair:
            break
        lines.append(text[start : fair[-1]])
        start = fair[-1]
    return [*lines, text[start:]]


def rewrapped(text: str, rng: random.Random, cells: Iterable[str] = ()) -> str:
    """Break the given cells' texts at another width; `cells` in the order of the text."""
    even = "".join(_one(char) for char in text)
    done, out = 0, []
    for cell in cells:
        wanted = [_one(char) for char in cell if not char.isspace()]
        pattern = re.compile(r"[^\S\f]*".join(map(re.escape, wanted)))
        found = pattern.search(even, done) if len(wanted) > _SHORTEST else None
        if not found or "\n" not in found[0]:
            continue
        written = "".join(text[found.start() : found.end()].split())
        gap = rng.choice(["\n", "\n", " \n", "\n\n"])
        out += [text[done : found.start()], gap.join(_lines(written, rng.randint(8, 24)))]
        done = found.end()
    return "".join([*out, text[done:]])


def _one(char: str) -> str:
    """Return the character a look-alike stands for; always one character."""
    meant = ascii_digits(tidy(char))
    return meant if len(meant) == 1 else char


def broken(text: str, rng: random.Random, share: float = 0.3) -> str:
    """Put a break into the first text of a share of the lines, the title's line excepted."""
    lines = text.split("\n")
    title = next((place for place, line in enumerate(lines) if line.strip()), 0)
    return "\n".join(
        _broken_line(line, rng) if place != title and rng.random() < share else line
        for place, line in enumerate(lines)
    )


def _broken_line(line: str, rng: random.Random) -> str:
    number = _NUMBER.match(line)
    start = number.end() if number else len(line) - len(line.lstrip())
    word = line[start:].split(" ", maxsplit=1)[0]
    places = [
        at
        for at in range(_SHORTEST, len(word) - _SHORTEST + 1)
        if _may_break(word, at) and not any(map(_LIKE_A_DATE.fullmatch, (word[:at], word[at:])))
    ]
    if not places:
        return line
    at = start + rng.choice(places)
    return f"{line[:at]}{rng.choice(['', ' '])}\n{line[at:]}"


def lookalikes(text: str, rng: random.Random, share: float = 0.5) -> str:
    """Put look-alikes in the place of a share of the characters that have one."""
    return "".join(
        rng.choice(_LOOKALIKES[char]) if char in _LOOKALIKES and rng.random() < share else char
        for char in text
    )


def full_width(text: str, rng: random.Random, share: float = 0.3) -> str:
    """Write the digits of a share of the lines in full width."""
    return _on_lines(text, rng, share, lambda line: line.translate(_FULL_DIGITS))


def spaced(text: str, rng: random.Random, share: float = 0.15) -> str:
    """Put blanks between the characters of a share of the lines, where a line holds a single cell."""

    def apart(line: str) -> str:
        words = line.split()
        if len(words) != 1:
            return line  # its blanks may part cells, which further blanks would hide
        number = _NUMBER.match(line)
        start = number.end() if number else 0
        pairs = zip(line[start:], line[start + 1 :] + "a", strict=True)
        wide = (f"{a} " if _WIDE.match(a) and (_WIDE.match(b) or b.isdigit()) else a for a, b in pairs)
        return line[:start] + "".join(wide)

    return _on_lines(text, rng, share, apart)


def margins(text: str, rng: random.Random, share: float = 0.4) -> str:
    """Put blanks before and after a share of the lines."""
    return _on_lines(
        text, rng, share, lambda line: f"{' ' * rng.randint(0, 4)}{line}{' ' * rng.randint(0, 3)}"
    )


def trailing(text: str, rng: random.Random, share: float = 0.4) -> str:
    """Put blanks after a share of the lines."""
    return _on_lines(text, rng, share, lambda line: line + " " * rng.randint(1, 3))


def _on_lines(text: str, rng: random.Random, share: float, change: Callable[[str], str]) -> str:
    lines = text.split("\n")
    return "\n".join(change(line) if line.strip() and rng.random() < share else line for line in lines)


def blank_lines(text: str, rng: random.Random, share: float = 0.3) -> str:
    """Put an empty line, or one of blanks, after a share of the lines."""
    out = []
    for line in text.split("\n"):
        out.append(line)
        if rng.random() < share:
            out.append(rng.choice(["", "", " ", "  "]))
    return "\n".join(out)


def furniture(text: str, rng: random.Random, agency: str = "") -> str:
    """Put page ends between lines, one to four of them, after the first three lines with text."""
    lines = text.split("\n")
    first = [place for place, line in enumerate(lines) if line.strip()][3:4]
    if not first or first[0] >= len(lines) - 1:
        return text
    free = range(first[0], len(lines) - 1)
    ends = sorted(rng.sample(free, min(rng.randint(1, 4), len(free))))
    indent, feed = " " * rng.randint(0, 30), rng.choice(["\f", ""])
    foot = rng.choice(["第 {0} 頁，共 {1} 頁", "- {0} -", "第{0}頁，共{1}頁"])
    for page, place in reversed(list(enumerate(ends, 1))):
        head = [f"{feed}{agency}", ""] if agency else [feed]
        lines[place:place] = ["", indent + foot.format(page, len(ends) + 1), *head]
    return "\n".join(lines)


STREAM = ("rewrapped", "broken", "lookalikes", "full_width", "spaced", "margins", "blank_lines", "furniture")
ALIGNED = ("lookalikes", "trailing", "furniture")


def damage(
    text: str,
    rng: random.Random,
    kinds: Sequence[str] = STREAM,
    *,
    cells: Iterable[str] = (),
    agency: str = "",
) -> str:
    """Apply the kinds of damage, in the order in which PDFs do them.

    Args:
        text: The plan's text.
        rng: What decides; the same state gives the same damage.
        kinds: Names out of `STREAM` (text cell after cell) or `ALIGNED` (columns apart by blanks).
        cells: Texts of cells that may be broken at another width, in the order of the text.
        agency: The name that stands at the head of each page; none where it is empty.
    """
    known: dict[str, Damage] = {
        "rewrapped": lambda text, rng: rewrapped(text, rng, cells),
        "broken": broken,
        "lookalikes": lookalikes,
        "full_width": full_width,
        "spaced": spaced,
        "margins": margins,
        "trailing": trailing,
        "blank_lines": blank_lines,
        "furniture": lambda text, rng: furniture(text, rng, agency),
    }
    for name in (name for name in known if name in kinds):
        text = known[name](text, rng)
    return text


def damaged(
    text: str,
    data: st.DataObject,
    *,
    cells: Iterable[str] = (),
    agency: str = "",
    kinds: Sequence[str] = STREAM,
) -> str:
    """Let Hypothesis choose the kinds of damage and the seed; shrinks towards no damage at all."""
    chosen = data.draw(st.lists(st.sampled_from(list(kinds)), unique=True), label="damage")
    seed = data.draw(st.integers(0, 2**16), label="seed")
    result = damage(text, random.Random(seed), chosen, cells=cells, agency=agency)  # noqa: S311
    note(result)
    return result


def cells_of(truth: dict) -> list[str]:
    """Return the cells of a truth file that `rewrapped` may break anew, in the order of the text."""
    found: list[str] = []
    for item in truth["items"]:
        if item["section"]["title"] not in found:
            found.append(item["section"]["title"])
        found += [item["action"], item["benefit"]]
    return [cell for cell in found if cell]
