"""通知 of a workspace: a letter and a mail draft for every unit that needs one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qpexcel.correcting import correct
from qpexcel.findings import Finding
from qpexcel.plan.obligations import rows_by_unit
from qpexcel.plan.wording import due_words
from qpexcel.reporting.desk import Desk, Paper
from qpexcel.reports.mail import Attached, draft
from qpexcel.reports.needs import Need, needs
from qpexcel.reports.notice import NoticeFacts, notice_facts
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
    files = {need.unit: _attached(need, f"{stems[need.unit]}.xlsx", desk) for need in found}
    _tell(desk, "REP010", [unit for unit, file in files.items() if file is None])
    _tell(desk, "REP011", [unit for unit in files if not emails[unit]])
    for need in found:
        file = files[need.unit]
        facts = notice_facts(need, standing, desk.words, file.name if file else "")
        letter, mail = _names(stems[need.unit])
        yield Paper(letter, desk.document("notice", facts, facts.heading, facts.unit))
        yield Paper(mail, _draft(facts, emails[need.unit], file, desk))


def _names(stem: str) -> tuple[str, str]:
    return f"{NAME}/{stem}.docx", f"{NAME}/{stem}.eml"


def _correct(desk: Desk, found: Sequence[Need]) -> None:
    """Write the corrections that go with the notices, so that they are of the latest consolidation."""
    units = [need.unit for need in found if need.to_mend]
    if units:
        desk.findings += correct(desk.workspace, desk.now, units=units).findings


def _attached(need: Need, name: str, desk: Desk) -> Attached | None:
    """Return what is sent with a notice: the correction where there is one to make, else the form."""
    here = desk.workspace
    folders = (here.corrections, here.outgoing) if need.to_mend else (here.outgoing,)
    path = next((folder / name for folder in folders if (folder / name).is_file()), None)
    return Attached(name, path.read_bytes()) if path else None


def _tell(desk: Desk, code: str, units: Sequence[str]) -> None:
    """Say once what is missing for these units; nothing where it is missing for none."""
    if units:
        names = desk.words("master.comma_list").join(units)
        desk.findings.append(Finding(code, str(len(units)), {"units": names}))


def _draft(facts: NoticeFacts, to: Sequence[str], file: Attached | None, desk: Desk) -> bytes:
    words = desk.words
    texts = (mail_subject(facts, words), mail_text(facts, words), mail_html(facts, words))
    return draft(to, *texts, made=desk.now, attached=file)
