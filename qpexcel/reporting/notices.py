"""通知 of a workspace: a letter and a mail draft for every unit that needs one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qpexcel.correcting import correct
from qpexcel.findings import Finding
from qpexcel.plan.obligations import rows_by_unit
from qpexcel.plan.wording import due_words
from qpexcel.reporting.desk import Desk, Paper
from qpexcel.reports.mail import Attached, draft
from qpexcel.reports.needs import Need, Tone, needs
from qpexcel.reports.notice import Files, NoticeFacts, heading, notice_facts
from qpexcel.reports.notice_mail import mail_html, mail_subject, mail_text
from qpexcel.workspace import file_names

NAME = "通知"


def papers(desk: Desk) -> Iterator[Paper]:
    """Yield a letter and a draft for each unit. Raises as `template.document` and `correct`.

    Units with something to mend get their corrections, written anew where nobody edited them.
    """
    standing = desk.standing
    stems = file_names(rows_by_unit(standing.plan))
    found = needs(standing, desk.asked.units)
    for unit in desk.asked.units:
        letter, mail = _names(stems[unit])
        desk.gone |= {letter, mail, f"{NAME}/{stems[unit]}.pdf"}
    if not found:
        desk.findings.append(Finding("REP012", due_words(standing.as_of, standing.plan)))
        return
    _correct(desk, found)
    emails = {unit.name: unit.emails for unit in standing.plan.units}
    silent = {one.unit for one in standing.register if one.state in ("missing", "awaited")}
    files = {need.unit: _files(need, stems[need.unit], desk, form=need.unit in silent) for need in found}
    _tell(desk, "REP010", [need.unit for need in found if need.asks and not files[need.unit]])
    _tell(desk, "REP011", [unit for unit in files if not emails[unit]])
    _tell_tones(desk, found)
    for need in found:
        some = files[need.unit]
        facts = notice_facts(
            need, standing, desk.words, Files(**{key: one.name for key, one in some.items()})
        )
        letter, mail = _names(stems[need.unit])
        yield Paper(letter, desk.document("notice", facts, facts.heading, facts.unit))
        yield Paper(mail, _draft(facts, emails[need.unit], tuple(some.values()), desk))


def _names(stem: str) -> tuple[str, str]:
    return f"{NAME}/{stem}.docx", f"{NAME}/{stem}.eml"


def _correct(desk: Desk, found: Sequence[Need]) -> None:
    """Write the corrections that go with the notices, so that they are of the latest consolidation."""
    units = [need.unit for need in found if need.to_mend]
    if units:
        desk.findings += correct(desk.workspace, desk.now, units=units, force=desk.force).findings


def _files(need: Need, stem: str, desk: Desk, *, form: bool) -> dict[str, Attached]:
    """Return what is sent with a notice: the correction where there is one to make, else the form.

    With `form` that goes too: a correction is of an older round while this one's return is not in.
    """
    here, name = desk.workspace, f"{stem}.xlsx"
    found: dict[str, Attached] = {}
    if not need.asks:  # it is the secretariat's turn
        return found
    if need.to_mend and (here.corrections / name).is_file():
        renamed = desk.words("notice.correction_name", stem=stem)
        found["correction"] = Attached(renamed, (here.corrections / name).read_bytes())
    if (form or not found) and (here.outgoing / name).is_file():
        found = {"form": Attached(name, (here.outgoing / name).read_bytes())} | found
    return found


def _tell_tones(desk: Desk, found: Sequence[Need]) -> None:
    """Say which units get which notice, the sternest first."""
    tones = {need.unit: heading(need, desk.words) for need in found}
    ordered = sorted(found, key=lambda need: (need.only_to_mend, -list(Tone).index(need.tone)))
    for tone in dict.fromkeys(tones[need.unit] for need in ordered):
        names = desk.words("master.comma_list").join(unit for unit, its in tones.items() if its == tone)
        desk.told.append(("terminal.notice_tone", {"tone": tone, "units": names}))


def _tell(desk: Desk, code: str, units: Sequence[str]) -> None:
    """Say once what is missing for these units; nothing where it is missing for none."""
    if units:
        names = desk.words("master.comma_list").join(units)
        desk.findings.append(Finding(code, str(len(units)), {"units": names}))


def _draft(facts: NoticeFacts, to: Sequence[str], files: Sequence[Attached], desk: Desk) -> bytes:
    words = desk.words
    texts = (mail_subject(facts, words), mail_text(facts, words), mail_html(facts, words))
    return draft(to, *texts, made=desk.now, attached=files)
