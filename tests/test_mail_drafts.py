"""Mail drafts: whole for every mail reader, the same each time, and no header but ours."""

from __future__ import annotations

import email
import email.policy
import mailbox
import os
import pty
import shutil
import subprocess
import unicodedata
from datetime import datetime
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qpexcel.reports.mail import Attached, draft

MADE = datetime(2007, 6, 20, 9, 0)  # noqa: DTZ001 - local, as everywhere
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATA = bytes(range(256)) * 5
OURS = ["X-Unsent", "Date", "To", "Subject", "MIME-Version", "Content-Type"]


def written(
    subject: str = "逾期催辦", *, to=("a@b.tw",), name: str = "政風室.xlsx", text: str = "內文\n"
) -> bytes:
    html = f"<p>{text}</p>"
    return draft(to, subject, text, html, made=MADE, attached=(Attached(name, DATA),))


def read(data: bytes) -> EmailMessage:
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_draft_holds_its_text_twice_and_its_file_once():
    mail = read(written(to=("王小明 <ming@example.tw>", "office@example.tw")))
    assert mail.keys() == OURS
    assert mail["X-Unsent"] == "1"
    assert mail["Subject"] == "逾期催辦"
    assert mail["Date"].datetime.replace(tzinfo=None) == MADE
    assert [(one.display_name, one.addr_spec) for one in mail["To"].addresses] == [
        ("王小明", "ming@example.tw"),
        ("", "office@example.tw"),
    ]
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        XLSX,
    ]
    assert mail.get_body(("plain",)).get_content().splitlines() == ["內文"]
    assert mail.get_body(("html",)).get_content().split() == ["<p>內文", "</p>"]
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("政風室.xlsx", DATA)
    assert attached.get_content_disposition() == "attachment"


def test_who_sends_it_and_to_whom_may_be_left_open():
    mail = read(draft((), "主旨", "內文", "<p>內文</p>", made=MADE))
    assert not {"From", "To", "Message-ID", "Bcc"} & set(mail.keys())
    assert mail.get_content_type() == "multipart/alternative"


def test_every_line_is_short_plain_and_ends_as_mails_do():
    data = written("主旨" * 200, to=tuple(f"科員{n} <a{n}@example.tw>" for n in range(60)), text="長" * 30000)
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert data.isascii()
    assert read(data)["Subject"] == "主旨" * 200
    assert len(read(data)["To"].addresses) == 60


def test_the_same_mail_is_the_same_bytes():
    assert written() == written()
    assert written(text="甲") != written(text="乙")


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: x@y.z", "\nBcc: x@y.z\n\nbody", "\u2028Bcc: x@y.z", "\x00\x0b\x0c\x85Bcc: a"]
)
def test_no_name_of_a_plan_or_a_unit_ends_a_header(evil):
    data = written(f"計畫{evil}", to=(f"王{evil} <a@b.tw>",), name=f"科{evil}.xlsx", text=evil)
    mail = read(data)
    assert mail.keys() == OURS
    assert [one.addr_spec for one in mail["To"].addresses] == ["a@b.tw"]
    assert mail["Subject"].startswith("計畫")
    assert "Bcc" in mail["Subject"]
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == DATA
    assert attached.get_filename().endswith(".xlsx")


@pytest.mark.parametrize(
    "name", ["a b.xlsx", '引"號;.xlsx', "很長的單位名稱" * 10 + ".xlsx", "100%.xlsx", "é'*.xlsx"]
)
def test_a_file_keeps_its_name(name):
    (attached,) = read(written(name=name)).iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == (name, XLSX)


@pytest.mark.parametrize("name", ['王, "小" 明', "Wang, Ming (IT)", "王小明：科長；" * 8, "a@b", "<x>"])
def test_a_person_keeps_the_name(name):
    quoted = name.replace('"', '\\"')
    data = written(to=(f'"{quoted}" <a@b.tw>',))
    assert [one.addr_spec for one in read(data)["To"].addresses] == ["a@b.tw"]
    # Python's newer parser adds spaces between the encoded words of a long name; its older one does not.
    assert str(make_header(decode_header(email.message_from_bytes(data)["To"]))) == f"{name} <a@b.tw>"


def test_half_a_character_does_no_harm():
    mail = read(written("主\ud800旨", text="內\udfff文", name="科\ud801.xlsx"))
    assert mail["Subject"] == "主\ufffd旨"
    assert "內\ufffd文" in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    "subject", ["0 0000000000000¡¡¡¡¡𐀀𐀀𐀀𐀀 ¡ ¡", "=?utf-8?b?AAAA?=", "a " * 100 + "計 畫"]
)
def test_a_subject_keeps_its_spaces(subject):
    assert read(written(subject))["Subject"] == subject


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120), st.text(max_size=200))
def test_any_text_comes_back(subject, text):
    mail = read(written(subject, text=text, name=f"{subject[:20]}.xlsx"))
    assert mail.keys() == OURS
    whole = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in subject)
    assert " ".join(str(mail["Subject"]).split()) == " ".join(whole.split()).replace(
        "\ufffe", "\ufffd"
    ).replace("\uffff", "\ufffd")
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == DATA


def test_a_mail_reader_opens_drafts(tmp_path):
    """Mutt lists a box of drafts, prints their texts and saves an attachment as it was."""
    if not shutil.which("mutt"):
        assert os.environ.get("CI") != "true", "mutt is missing: .ci/run installs it"
        pytest.skip("mutt is not installed")
    box = mailbox.mbox(str(tmp_path / "box"))
    for number in range(3):
        box.add(written(f"逾期催辦{number}", text=f"主旨：請儘速辦理{number}\n").replace(b"\r\n", b"\n"))
    box.close()
    saved, printed = tmp_path / "saved.xlsx", tmp_path / "printed.txt"
    keys = (
        "<tag-pattern>~A<enter><tag-prefix><print-message><first-entry><view-attachments>"
        f"<last-entry><save-entry><kill-line>{saved}<enter><exit><exit>"
    )
    (tmp_path / "muttrc").write_text(
        f"set charset=utf-8 print=yes print_decode=yes wait_key=no folder={tmp_path}\n"
        f'set print_command="cat >> {printed}"\npush "{keys}"\n',
        encoding="utf-8",
    )
    drive(["mutt", "-n", "-F", str(tmp_path / "muttrc"), "-R", "-f", str(tmp_path / "box")])
    shown = printed.read_text(encoding="utf-8")
    assert [f"Subject: 逾期催辦{n}" in shown and f"請儘速辦理{n}" in shown for n in range(3)] == [True] * 3
    assert saved.read_bytes() == DATA


def drive(command: list[str]) -> None:
    """Run a program that wants a terminal, on one of its own."""
    ours, its = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment) as running:
        os.close(its)
        try:
            while running.poll() is None and os.read(ours, 4096):
                pass
        except OSError:
            pass  # the terminal is closed with the program
        finally:
            os.close(ours)
        assert running.wait(timeout=20) == 0
