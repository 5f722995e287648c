"""Taking in what people decided in the master, and in copies of it, before it is rewritten.

Every copy knows which decisions it was written with, so that what a person changed in it is told from what
is only old in it. Where two copies, or a copy and what was decided since, say different things of one cell,
the later saved stands and the other is kept beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from qpexcel.decisions import NOTE, OVERRULED
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.intake.collect import is_settled, mark_of, saved_at
from qpexcel.intake.returns import Look, Return
from qpexcel.ledger import Ledger
from qpexcel.ledger.book import Said
from qpexcel.master.altered import altered
from qpexcel.master.readback import Typed, read_master
from qpexcel.master.view import View
from qpexcel.model import Plan
from qpexcel.recall import last_standing
from qpexcel.scoring import assessed_items
from qpexcel.sheets.fitting import fit
from qpexcel.sheets.grids import UnreadableWorkbookError
from qpexcel.words import Words, load_words
from qpexcel.workspace import Workspace, sha256

_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods", ".xlsb")
_BACKUP = ".bak"  # in the names of what we put beside a file ourselves
_IS_MASTER = "FIL037"
_READ = "masters_read"  # the word under which the ledger remembers which copies were read
_MOST_READ = 500
_OPEN = "masters_open"  # the word under which it remembers what was read of those that may still be open
_MOST_OPEN = 100
_LONG_AGO = datetime(1900, 1, 1)  # noqa: DTZ001 - of a file that does not say when it was saved
_NOTHING = Said("", datetime.min)  # noqa: DTZ901 - before everything

_Where = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy of the master: its name as people see it, when it was saved, what is in it."""

    name: str
    at: datetime
    typed: Typed


@dataclass(frozen=True, slots=True)
class _Voice:
    """What one copy, or the ledger, says of a cell, and since when."""

    at: datetime
    text: str
    name: str


class _Earlier:
    """What was read before of a master that is still open in a program, and saved again with its old mark."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, list[list[int]]] = json.loads(ledger.get(_OPEN, "{}"))

    def of(self, copy: _Copy) -> list[list[int]]:
        """Return from which to which number decisions, then scores, were recorded at each earlier reading."""
        mark = copy.typed.mark
        read = self._known.get(copy.name, [])
        same = mark is not None and read[:1] == [[mark.decisions, mark.scores]]
        return read[1:] if same else []

    def remember(self, copies: Iterable[_Copy], before: tuple[int, int]) -> None:
        """Keep what was recorded just now for the copies' next reading."""
        after = self._ledger.last_numbers()
        for copy in copies:
            mark = copy.typed.mark
            if mark is not None:
                read = [[mark.decisions, mark.scores], *self.of(copy)]
                self._known.pop(copy.name, None)
                self._known[copy.name] = [*read, [before[0], after[0], before[1], after[1]]]
        last = list(self._known.items())[-_MOST_OPEN:]
        self._ledger.remember(**{_OPEN: json.dumps(dict(last), ensure_ascii=False)})


_Copied = tuple[_Copy, Mapping[_Where, Said], Mapping[_Where, str]]  # with what it was written with, and says


def take_in_masters(
    workspace: Workspace,
    plan: Plan,
    ledger: Ledger,
    returns: Iterable[Return],
    now: datetime,
) -> list[Finding]:
    """Keep the master that is about to be rewritten and every copy of it; record what people put into them.

    Args:
        workspace: Where; copies may lie beside the master or have come back among the returns.
        plan: The plan of the workspace.
        ledger: Open for writing.
        returns: Every file that was read.
        now: When.

    Raises:
        QpexcelError: WSP002 where the master is open in a program that keeps it to itself.
    """
    copies, findings = _read_copies(workspace, plan, ledger, returns, now)
    if not copies:
        return findings
    words = load_words(plan.settings.language)
    before = ledger.last_numbers()
    earlier = _Earlier(ledger)
    decisions = _news(_decisions(copies, ledger, earlier), ledger.decided(), words)
    scores = _news(_scores(copies, ledger, earlier), ledger.scored(), words)
    ledger.record_decisions(decisions, now, [max(decisions[line], _LONG_AGO) for line in decisions])
    ledger.record_scores(scores, now, [max(scores[line], _LONG_AGO) for line in scores])
    earlier.remember(copies, before)
    standing = last_standing(ledger)
    for copy in copies:
        findings += _not_kept(copy, workspace, now)
        mark = copy.typed.mark
        if standing and mark and (mark.decisions, mark.scores) == before:
            written_in = load_words(standing.plan.settings.language)
            findings += _altered(copy, View(standing, written_in))
    return findings


def _read_copies(
    workspace: Workspace, plan: Plan, ledger: Ledger, returns: Iterable[Return], now: datetime
) -> tuple[list[_Copy], list[Finding]]:
    """Read and keep every copy that was not read before; say which are of no use."""
    findings: list[Finding] = []
    copies = []
    read = list(json.loads(ledger.get(_READ, "[]")))
    # What we wrote last says nothing new, also when something else has been written since.
    read += [written for written in (ledger.get("master"),) if written and written not in read]
    known = set(read)
    unchanged = _is_as_written(workspace, ledger, now)
    for name, at, data in _candidates(workspace, returns, known, unchanged=unchanged):
        digest = sha256(data)
        read.append(digest)
        typed = _typed(data, plan)
        if typed and typed.mark and typed.mark.plan_id != plan.id:
            findings += _unread(workspace, name, now, "MAS015")
            continue
        if typed and (typed.decisions or typed.scores):
            workspace.keep_bytes(data, digest, Path(name).suffix)
            copies.append(_Copy(name, at, typed))
        # Of another file nobody knows whether it was one.
        if name == workspace.master.name and not (typed and _is_whole(typed, plan)):
            findings += _unread(workspace, name, now, "MAS003")
    ledger.remember(**{_READ: json.dumps(read[-_MOST_READ:])})
    return copies, findings


def _is_whole(typed: Typed, plan: Plan) -> bool:
    """Whether a master has its rows, and its scores where there is anything to score."""
    return bool(typed.rows and (typed.scores or not any(assessed_items(plan).values())))


def remember_master(workspace: Workspace, ledger: Ledger, book: bytes) -> None:
    """Remember the master that was written just now: what looks like it later need not be read."""
    ledger.remember(master=sha256(book), master_mark=mark_of(workspace.master.lstat()))


def _is_as_written(workspace: Workspace, ledger: Ledger, now: datetime) -> bool:
    """Whether the master looks as it did when we wrote it.

    Raises:
        QpexcelError: as `take_in_masters`.
    """
    try:
        mark = mark_of(workspace.master.lstat())
    except OSError:
        return False
    if mark != ledger.get("master_mark") or not is_settled(Look(mark, ""), now):
        return False
    _opened(workspace.master, 0, must=True)
    return True


def _candidates(
    workspace: Workspace, returns: Iterable[Return], known: set[str], *, unchanged: bool
) -> Iterator[tuple[str, datetime, bytes]]:
    """Yield name, saving and bytes of the master and what may be a copy, but of those that are known.

    `unchanged`: the master itself is.
    """
    for path in _beside(workspace):
        if unchanged and path == workspace.master:
            continue
        data, changed = _opened(path, must=path == workspace.master)
        if data and sha256(data) not in known:
            known.add(sha256(data))
            yield path.name, saved_at(data) or changed, data
    for one in returns:
        digest = one.received.sha256
        if one.reason and one.reason.code == _IS_MASTER and digest not in known:
            known.add(digest)
            yield one.received.path, one.received.saved_at, workspace.kept(digest)


def _beside(workspace: Workspace) -> list[Path]:
    """Return the master and the workbooks beside it that may be copies of it."""
    others = (
        path
        for path in sorted(workspace.root.iterdir())
        if path.suffix.lower() in _SUFFIXES
        and path not in (workspace.plan, workspace.master)
        and _BACKUP not in path.suffixes
        and not path.name.startswith(("~", "."))
        and path.is_file()
        and not path.is_symlink()
    )
    return [*([workspace.master] if workspace.master.is_file() else []), *others]


def _opened(path: Path, most: int = -1, *, must: bool) -> tuple[bytes, datetime]:
    """Return a file's bytes and when it was changed last; no bytes where it cannot be opened and need not.

    `most`: how many bytes; all without it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most)
        return data, datetime.fromtimestamp(path.stat().st_mtime)  # noqa: DTZ006 - local
    except OSError as error:  # on Windows a program may keep what it has open to itself
        if must:
            raise QpexcelError(Finding("WSP002", path.name, place=Place(file=path.name))) from error
        return b"", datetime.min  # noqa: DTZ901 - never


def _typed(data: bytes, plan: Plan) -> Typed | None:
    try:
        return read_master(data, plan)
    except UnreadableWorkbookError:
        return None


def _unread(workspace: Workspace, name: str, now: datetime, code: str) -> list[Finding]:
    """Say that a file was not read; in the master's place it would be written over, so it is kept."""
    kept = workspace.back_up(workspace.master, now).name if name == workspace.master.name else name
    return [Finding(code, kept, place=Place(file=name))]


def _decisions(copies: Iterable[_Copy], ledger: Ledger, earlier: _Earlier) -> Iterator[_Copied]:
    """Yield what each copy says of the decision columns and in notes."""
    for copy in copies:
        mark, typed = copy.typed.mark, copy.typed
        base = dict(ledger.decided(mark.decisions if mark else 0))
        for first, last, _, _ in earlier.of(copy):
            base |= {where: said for where, said in ledger.decided(last).items() if said.number > first}
        noted = (where for where in base if where[1].startswith(NOTE) and where[0] in typed.rows)
        # Some programs keep no notes at all: that all are gone says nothing.
        gone = dict.fromkeys(noted, "") if typed.notes else {}
        yield copy, base, {**gone, **typed.decisions, **typed.notes}


def _scores(copies: Iterable[_Copy], ledger: Ledger, earlier: _Earlier) -> Iterator[_Copied]:
    """Yield what each copy says in 考核."""
    for copy in copies:
        mark = copy.typed.mark
        base = dict(ledger.scored(mark.scores if mark else 0))
        for _, _, first, last in earlier.of(copy):
            base |= {where: said for where, said in ledger.scored(last).items() if said.number > first}
        yield copy, base, copy.typed.scores


def _news(copied: Iterable[_Copied], known: Mapping[_Where, Said], words: Words) -> dict[_Where, datetime]:
    """Return what is to be written down, and when it was said: changed cells, and what stands against them.

    A copy without a mark is taken for one that was written with nothing: its blanks say nothing.
    """
    changes: dict[_Where, list[_Voice]] = {}
    for copy, base, texts in copied:
        for where, text in texts.items():
            before = base.get(where, _NOTHING)
            if text in (before.text, fit(before.text)):  # a cell holds less than a document may
                continue
            voices = changes.setdefault(where, [])
            since = known.get(where, _NOTHING)
            if not voices and since != before:
                voices.append(_Voice(since.at, since.text, words("master.decided_before")))
            voices.append(_Voice(copy.at, text, copy.name))
    news: dict[_Where, datetime] = {}
    for where, voices in changes.items():
        for at, text, said in _settled(where, voices, words):
            if text != known.get(at, _NOTHING).text:
                news[*at, text] = said
    return news


def _settled(where: _Where, voices: Sequence[_Voice], words: Words) -> Iterator[tuple[_Where, str, datetime]]:
    """Let the later saved stand, and keep what else was said of the cell beside it."""
    best = max(voices, key=lambda voice: voice.at)
    against = [
        words("master.overruled", text=voice.text or words("master.blank"), name=voice.name)
        for voice in voices
        if voice.text != best.text
    ]
    yield where, best.text, best.at
    yield (*where[:-1], OVERRULED + where[-1]), words("master.comma_list").join(against), best.at


def _not_kept(copy: _Copy, workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """MAS009 and MAS016: what no new master holds stays in a file that people find."""
    typed = copy.typed
    told = [*(("MAS009", one) for one in typed.loose), *(("MAS016", one) for one in typed.misplaced)]
    if not told:
        return
    ours = copy.name == workspace.master.name
    backup = {"backup": workspace.back_up(workspace.master, now).name if ours else copy.name}
    for code, one in told:
        yield Finding(code, one.text or one.sheet, backup, Place(copy.name, one.sheet, one.cell))


def _altered(copy: _Copy, view: View) -> Iterator[Finding]:
    """MAS008: cells that were changed though nothing is decided in them."""
    sheet = view.words("sheet.tracking")
    for key, column, was, value in altered(copy.typed, view):
        item, unit, _ = key.split("|")
        place = Place(copy.name, sheet, copy.typed.cell(key, column), item, unit)
        yield Finding("MAS008", value, {"was": was}, place)
