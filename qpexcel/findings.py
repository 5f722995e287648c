"""Findings: what we noticed, where, and what to do about it. Values, never exceptions or logs.

A finding carries a code, a place and the words it is about. The sentence is made from the
catalogue of the reader's language (`workbook_templates/words/*/findings.toml`); the severity is a
rule and stands here. Codes are never renumbered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, cast


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741 - the table below reads better

SEVERITY: Mapping[str, Severity] = {
    # DUE: the plan's deadline phrases
    "DUE001": W,  # no deadline: a person must set it
    "DUE002": W,  # vague: no day to be found
    "DUE003": W,  # counts from a day nobody gave
    "DUE004": W,  # 即日起: no end
    "DUE005": I,  # the year was inferred from the plan's span
    "DUE006": I,  # a dekad's last day was taken
    "DUE007": I,  # the last turn falls due after the plan's end
    "DUE008": W,  # one month as the deadline and a recurrence in the text: a person must confirm
    "DUE009": W,  # before the plan begins
    "DUE010": W,  # before the letter the plan rests on
    "DUE011": I,  # a period that ends before the plan's basis letter stays
    "DUE012": I,  # 同上: the item before's deadline was taken
    "DUE013": W,  # a day or month that does not exist
    "DUE014": W,  # after the plan's end
    "DUE015": I,  # moved from a holiday to the next working day
    "DUE016": I,  # due days counted from each period's end
    # DAT: dates typed by units
    "DAT001": E,  # no date can be read
    "DAT002": E,  # no such month
    "DAT003": E,  # no such day in that month
    "DAT004": E,  # readable, but outside the days that are plausible for the plan
    "DAT005": E,  # several readings are possible
    "DAT006": E,  # a month without a day
    "DAT007": I,  # the year was inferred
    "DAT008": I,  # a spreadsheet had turned a ROC date into another; the ROC reading was taken
    "DAT009": I,  # an unusual form was understood
    # TGT: quantities asked for
    "TGT001": W,  # a target that cannot be read
    "TGT002": I,  # the target was read from the item's text
    # PLN: the plan workbook
    "PLN001": E,  # there is no plan workbook
    "PLN002": E,  # the plan workbook cannot be read
    "PLN003": E,  # a plan without items
    "PLN004": E,  # no sheet with work items
    "PLN005": W,  # a sheet is missing
    "PLN006": E,  # a setting that cannot be read
    "PLN007": W,  # a setting is missing
    "PLN008": E,  # no year
    "PLN009": E,  # the plan ends before it begins
    "PLN010": E,  # two items with one id
    "PLN011": W,  # an item without words
    "PLN012": W,  # a unit nobody lists
    "PLN013": W,  # a unit's name was mended
    "PLN014": E,  # an item without a unit
    "PLN015": W,  # a group nobody lists
    "PLN016": W,  # a heading that is a slip of ours
    "PLN017": E,  # a column is missing
    "PLN018": W,  # a frequency that cannot be read
    "PLN019": W,  # an exempt period the item does not have
    "PLN020": W,  # a unit listed twice
    "PLN021": W,  # a group's member nobody lists
    "PLN022": W,  # an own column named like one of ours or twice
    "PLN023": W,  # an unknown column type
    "PLN024": W,  # a choice column without choices
    "PLN025": W,  # an unknown required-when rule
    "PLN026": W,  # a unit cell was a date
    "PLN030": W,  # a person must confirm something
    "PLN027": W,  # two own columns with one code
    "PLN028": W,  # a bar in a name
    "PLN029": I,  # the plan's code is missing
    "PLN032": W,  # an own column without a label
    "PLN031": W,  # exempt periods of an item without periods
    "PLN033": W,  # a criterion's weight that is no number of 0 or more
    "PLN034": W,  # a weight without a criterion
    "PLN035": W,  # a criterion named twice or like a column of ours
    "PLN036": W,  # criteria without any weight
    "PLN037": I,  # weights that do not add up to 100
    "PLN038": W,  # an unknown basis of a criterion
    "PLN039": W,  # what is no e-mail address
    # WSP: the workspace and its files
    "WSP001": E,  # a folder cannot be written
    "WSP002": E,  # a file is open elsewhere
    "WSP003": E,  # a file exists and may have been edited
    "WSP004": E,  # the ledger cannot be read
    "WSP005": E,  # nothing has been generated or consolidated yet
    "WSP006": E,  # the signing key is damaged
    "WSP009": E,  # nothing was consolidated yet
    "WSP008": E,  # something nobody foresaw
    "WSP018": E,  # the folder that is watched is gone
    "WSP007": E,  # the demo would overwrite something that is not its own
    "WSP010": E,  # another command is writing
    "WSP011": E,  # nothing was known on that day
    "WSP012": E,  # a mark of no file
    "WSP013": E,  # a mark of several files
    "WSP014": E,  # a file that counts already
    "WSP015": E,  # a newer file counts
    "WSP016": E,  # a refusal that nobody can overrule
    "WSP017": E,  # a password file that cannot be read
    "WSP019": E,  # a ledger of a newer version
    "WSP020": E,  # a ruling without a reason
    # CLU: a cluster, and files behind URLs
    "CLU001": E,  # the extra is not installed
    "CLU002": E,  # a scheduler that cannot be reached
    "CLU003": E,  # a scheduler without workers
    "CLU004": E,  # another version there
    "CLU005": E,  # the scheduler went away
    "CLU006": E,  # nothing can be read from a URL
    # GEN: making unit workbooks
    "GEN001": W,  # an outgoing workbook was edited by a person
    "GEN002": E,  # no unit of that name
    "GEN003": W,  # a unit without rows
    "GEN004": W,  # a text longer than a cell holds
    "GEN005": W,  # a workbook of a unit that has no rows any more
    "GEN007": W,  # a correction was edited by a person
    "GEN006": W,  # files came back that nobody consolidated
    # REP: documents made of where everything stands
    "REP003": E,  # a template that cannot be opened
    "REP004": E,  # a template with a placeholder that means nothing
    "REP005": E,  # a template that is broken otherwise
    "REP006": W,  # a document was edited by a person
    "REP007": I,  # nothing was known on the day to compare with
    "REP008": I,  # an option that only the meeting pack knows
    "REP009": E,  # a day to compare with that is to come
    "REP013": E,  # a next meeting that is past
    "REP014": W,  # the master holds what nobody consolidated
    "REP017": W,  # a document nobody needs any more, which a person edited
    "REP010": W,  # there is no workbook to send with a notice
    "REP011": I,  # units without an e-mail address
    "REP012": I,  # no unit needs a notice
    "REP015": W,  # a folder of own templates that is not there, or a template in it that nothing uses
    "REP016": E,  # a list where a template wants a text
    # FIL: files that came back
    "FIL001": E,  # not a spreadsheet
    "FIL002": E,  # damaged
    "FIL003": E,  # protected by a password
    "FIL004": E,  # not one of our forms
    "FIL005": E,  # another plan
    "FIL006": E,  # the stamp was altered
    "FIL007": W,  # the stamp cannot be verified
    "FIL008": E,  # rows of several units and no stamp
    "FIL009": I,  # the same file twice
    "FIL010": I,  # an older return of the same unit
    "FIL011": E,  # empty file
    "FIL012": E,  # too large
    "FIL013": E,  # an archive or a mail of a kind that is not opened here
    "FIL014": E,  # cannot be opened
    "FIL015": E,  # of this plan but of a unit the plan does not have
    "FIL016": I,  # a program's own file
    "FIL018": W,  # of an earlier round
    "FIL022": E,  # a zip that contradicts itself
    "FIL023": E,  # a document type or entities in its XML
    "FIL026": I,  # it holds macros, which never run
    "FIL029": E,  # an .xlsb that is not read as a whole
    "FIL030": E,  # nothing could be read from it
    "FIL031": E,  # cells that show shared strings it does not have
    "FIL032": E,  # parts whose names lead outside
    "FIL017": E,  # unverified and the plan refuses such
    "FIL019": W,  # changed while it was read
    "FIL020": I,  # came along with a form
    "FIL021": I,  # excluded by the secretariat
    "FIL025": E,  # an archive or a mail without a usable form
    "FIL027": E,  # reading it took too long or too much memory
    "FIL033": W,  # included by the secretariat
    "FIL024": E,  # packed too deep
    "FIL036": E,  # too many files in one archive or mail
    "FIL034": E,  # locked, and no password opens it
    "FIL037": I,  # a copy of the master
    # RET: answers in a returned workbook
    "RET001": E,  # a row of another unit
    "RET002": E,  # an answer whose row cannot be told
    "RET003": E,  # the row's key and its visible words disagree
    "RET004": W,  # the row's key is lost; found by its item and period
    "RET005": E,  # a status that is none of the choices
    "RET006": W,  # a status in other words
    "RET007": E,  # done without a completion date
    "RET008": W,  # a completion date without being done
    "RET009": E,  # a quantity that is no number
    "RET010": W,  # a quantity with words around it
    "RET011": W,  # a filled cell came back blank
    "RET012": I,  # two returns of one unit differ
    "RET013": W,  # plan text was changed
    "RET014": I,  # a row the plan no longer has
    "RET015": E,  # one row twice with different answers
    "RET016": E,  # a choice that is none of the choices
    "RET017": E,  # a required column is empty
    "RET018": E,  # a value that is no number
    "RET020": W,  # an unusual negative quantity
    "RET022": W,  # a header that is a slip of ours
    "RET023": W,  # a column is missing from the form
    "RET025": W,  # a fraction where per cent are asked for
    "RET026": W,  # a heading that stands twice
    "RET028": W,  # a 1 where per cent are asked for
    "RET027": W,  # a text longer than a cell of the master
    "RET029": W,  # answers without a status
    "RET030": W,  # a return without any answer
    "RET046": W,  # a completion day after the day the workbook came
    "RET031": W,  # done without the number a target asks for
    "RET032": W,  # done below a target of the row's own
    "RET033": W,  # done without the evidence the plan asks for
    "RET034": W,  # overdue without a reason
    "RET035": W,  # overdue without measures
    "RET036": W,  # impossible without a reason
    "RET037": W,  # a nil return without a reason
    "RET038": W,  # a nil return that says something new
    "RET040": W,  # an inspection of an item that is not the unit's
    "RET041": W,  # an inspection without what was found
    "RET042": I,  # an item that a program had made a date of
    "RET043": E,  # a formula's error where an answer should be
    "RET047": E,  # a formula whose result is not in the file
    "RET044": W,  # an answer merged over several rows
    "RET045": W,  # a number merged over several rows
    "RET024": W,  # cells far from the table were not read
    "RET048": I,  # a picture on no row
    "RET049": I,  # a comment on no row
    "RET050": W,  # pictures or comments that cannot be taken out
    "RET051": W,  # embedded files
    # IMP: a plan document
    "IMP001": E,  # it is not there or cannot be opened
    "IMP002": E,  # its name says another kind than it is
    "IMP003": E,  # a kind nobody reads here
    "IMP004": E,  # a password
    "IMP005": E,  # damaged
    "IMP006": E,  # a PDF without text
    "IMP007": E,  # no plan table in it
    "IMP008": E,  # larger than any plan, or made to be
    "IMP009": E,  # its reader did not come to an end
    "IMP010": E,  # a PDF whose letters have no codes
    "IMP011": E,  # a plan is there already
    "IMP012": E,  # one of our own workbooks
    "IMP013": E,  # a folder
    "IMP014": E,  # an empty file
    "IMP020": W,  # a section's heading is lost
    "IMP021": W,  # a number is missing
    "IMP022": W,  # a number stands twice
    "IMP023": W,  # an item without a number
    "IMP024": W,  # a unit's name was mended
    "IMP025": W,  # who belongs to a group
    "IMP026": W,  # a unit cell that names no unit
    "IMP027": W,  # two targets that contradict each other
    "IMP028": W,  # text that belongs to nothing
    "IMP029": I,  # results already filled in are not imported
    "IMP030": W,  # several points in one cell
    "IMP031": W,  # the year was inferred
    "IMP032": W,  # the letter it rests on was chosen among several
    "IMP033": I,  # a rule or a span taken from the document's prose
    "IMP034": W,  # a page without text
    "IMP035": W,  # another table was left alone
    "IMP036": W,  # text after the deadline was joined to the item
    "IMP037": I,  # 同上 was read
    "IMP038": I,  # a column the plan has no place for
    "IMP039": I,  # a column that is empty throughout
    "IMP046": I,  # a number repeated in the prose around the table
    "IMP048": E,  # an edition that has hardly an item of the plan
    "IMP049": W,  # dates that are all first days were read as months
    "IMP047": W,  # a column of running text that the plan has no place for
    # IMP04x: what a next edition changes
    "IMP040": I,  # a new item
    "IMP041": W,  # an item the new edition no longer has
    "IMP042": I,  # a cell that the new edition changes
    "IMP043": W,  # a person's correction was kept against the new edition
    "IMP044": I,  # an item keeps its id under a new number
    "IMP045": W,  # an item the new edition does not have, kept because nobody knows whose it is
    # MAS: what people filled into the master
    "MAS001": W,  # a decision that is none of the choices
    "MAS002": W,  # an extension that is no date
    "MAS004": W,  # an extension before the deadline it extends
    "MAS003": W,  # a master that cannot be read back
    "MAS007": W,  # two copies of the master decide differently
    "MAS008": W,  # a cell was changed that is not decided in the master
    "MAS009": W,  # something in the master that no new one holds
    "MAS010": I,  # a decision on a row that the plan no longer has
    "MAS011": E,  # a row merged into itself
    "MAS012": W,  # a row merged into an item that the plan does not have
    "MAS013": W,  # a merger that does not say into what
    "MAS014": W,  # an item to merge into, and no merger
    "MAS015": W,  # a copy of another plan's master
    "MAS016": E,  # a row that does not show what its key says
    "MAS005": W,  # a score that is no number from 0 to 100
    "MAS006": I,  # scores of what the plan no longer has
    # ROL: many offices rolled up
    "ROL001": E,  # a folder that is not there
    "ROL002": E,  # a folder without a workspace
    "ROL003": E,  # a workspace that was never consolidated
    "ROL004": E,  # a damaged ledger
    "ROL005": E,  # another command is writing to a ledger
    "ROL006": E,  # a ledger of a newer version
    "ROL007": W,  # a workspace named twice
    "ROL008": W,  # several workspaces of one office's name
    "ROL009": E,  # reading a ledger did not come to an end
    "ROL010": E,  # a folder or ledger that cannot be opened
    "ROL011": E,  # nothing at all could be read
    # REP: documents that are written
    "REP001": W,  # LibreOffice is not installed
    "REP002": W,  # a document that LibreOffice could not convert
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a text stands in the document it was read from; numbers are 1-based, 0 does not apply.

    `part` is header or footer where it is not the text itself.
    """

    file: str = ""
    page: int = 0
    line: int = 0
    table: int = 0
    row: int = 0
    sheet: str = ""
    cell: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is: file ▸ sheet!cell, item, unit. Cells are A1 style.

    `origin` is where it stands in the document that was imported.
    """

    file: str = ""
    sheet: str = ""
    cell: str = ""
    item: str = ""
    unit: str = ""
    origin: Origin | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed. `words` fill the sentence's gaps; `value` is the text it is about.

    A code with several sentences (`findings.REP005.wide`) has the name of one among them as `case`.
    """

    code: str
    value: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    place: Place = NOWHERE

    @property
    def severity(self) -> Severity:
        """How much it matters (KeyError for a code that nobody registered)."""
        return SEVERITY[self.code]

    def at(self, **where: str) -> Finding:
        """Return the same finding with these parts of its place filled in."""
        place: Place = replace(self.place, **cast("dict[str, Any]", where))
        return replace(self, place=place)

    def read_from(self, origin: Origin) -> Finding:
        """Return the same finding with where its text stands in the imported document."""
        return replace(self, place=replace(self.place, origin=origin))


class QpexcelError(Exception):
    """The command cannot go on. Carries the finding that says why and what to do; exit status 1.

    `others` are what else was found on the way, so that a person hears everything at once.
    """

    def __init__(self, finding: Finding, others: tuple[Finding, ...] = ()) -> None:
        super().__init__(finding.code)
        self.finding = finding
        self.others = others

    def __reduce__(self) -> tuple[type[QpexcelError], tuple[Finding, tuple[Finding, ...]]]:
        """Travel between processes."""
        return type(self), (self.finding, self.others)
