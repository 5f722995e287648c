"""What a returned archive or mail is unfolded into: every file once, its name, time and fault."""

from __future__ import annotations

import base64
import time
import unicodedata
import zipfile
import zlib
from datetime import datetime
from struct import pack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ole_writer import ole_file
from packing import (
    UTF_8,
    Entry,
    attached,
    embedded,
    encrypted,
    mail,
    outlook,
    outlook_tree,
    raw_zip,
    workbook,
    zipped,
)

from qpexcel.containers.model import Unfolded
from qpexcel.containers.unfold import is_container, unfold
from qpexcel.limits import MB, Limits

FORM = workbook()
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 50
LIMITS = Limits()
MORNING = datetime(2007, 7, 2, 9, 30)  # noqa: DTZ001 - local, as everywhere


def unfolded(data: bytes, path: str = "outer", limits: Limits = LIMITS, passwords=()) -> dict[str, Unfolded]:
    found = unfold(path, data, limits, passwords)
    assert found[0].path == path
    assert len({one.path for one in found}) == len(found)
    return {one.path.removeprefix(f"{path}/"): one for one in found}


def codes(data: bytes, **arguments) -> dict[str, str]:
    return {
        path: one.problem.code if one.problem else "" for path, one in unfolded(data, **arguments).items()
    }


@pytest.fixture
def _in_taipei(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Taipei")
        time.tzset()
        yield
    time.tzset()


def raw_mail(headers: bytes, body: bytes = b"") -> bytes:
    return b"From: a@example.org\r\nMIME-Version: 1.0\r\n" + headers + b"\r\n\r\n" + body


def one_attachment(headers: bytes, body: bytes = b"eA==") -> bytes:
    part = b"Content-Transfer-Encoding: base64\r\n" + headers + b"\r\n\r\n" + body
    return raw_mail(
        b'Content-Type: multipart/mixed; boundary="=_b"', b"--=_b\r\n" + part + b"\r\n--=_b--\r\n"
    )


# What is a container


@pytest.mark.parametrize(
    "data",
    [
        zipped({"人事室.xlsx": FORM}),
        zipped({}),
        mail({}),
        b"Received: from somewhere\r\n\r\nhello",
        b"\xef\xbb\xbf\r\n\r\nMIME-Version: 1.0\nContent-Type: text/plain\n\nx",
        b"From ming@example.org Mon Jul  2 09:30:00 2007\nX-Spam: no\nSubject: a\n b\n\nx",
        b"From: <Saved by Excel>\nSubject: a\nMIME-Version: 1.0\n\n",
        outlook([]),
    ],
)
def test_archives_and_mails_are_told_by_their_bytes(data):
    assert is_container(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        FORM,
        zipped({"[content_types].xml": b"", "XL/workbook.xml": b""}),
        zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""}),
        FORM[:-30],
        b"PK\3\4",
        b"Rar!\x1a\x07\x01\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"\x1f\x8b\x08",
        b"MSCF",
        OLE + bytes(600),
        "項次,日期\r\n1-1,96/7/2\r\n".encode(),
        b"Date,To,From\r\n96/7/2,a,b\r\n",
        b"Date: 96/7/2\r\n1-1,2,3\r\n",
        b"Subject: a note\r\n\r\nwith one heading",
        b"Dear Sir: hello\r\nFrom: me\r\n",
        "主旨：填報\r\nDate: 96/7/2\r\n".encode(),
        b"<html><body>From: a</body></html>",
    ],
)
def test_workbooks_texts_and_other_archives_are_none(data):
    assert not is_container(data)
    assert [(one.path, one.data, one.container) for one in unfold("檔", data, LIMITS)] == [
        ("檔", data, False)
    ]


# Archives


def test_a_zip_comes_first_and_then_its_files_in_its_order_without_folders():
    found = unfolded(zipped({"乙/人事室.xlsx": FORM, "乙/": b"", "甲.ods": b"ods", "說明.pdf": b"%PDF"}))
    assert list(found) == ["outer", "乙/人事室.xlsx", "甲.ods", "說明.pdf"]
    assert [one.container for one in found.values()] == [True, False, False, False]
    assert [one.accompanying for one in found.values()] == [False, False, False, True]
    assert found["乙/人事室.xlsx"].data == FORM
    assert found["乙/人事室.xlsx"].saved_at == MORNING
    assert (found["outer"].saved_at, found["outer"].sender, found["outer"].sent_at) == (None, "", None)


@pytest.mark.parametrize("when", [(1980, 1, 1, 0, 0, 0), (1980, 0, 0, 0, 0, 0), (2007, 2, 31, 9, 0, 0)])
def test_an_entry_without_a_time_or_with_an_absurd_one_has_none(when):
    assert unfolded(zipped({"a.xlsx": FORM}, when))["a.xlsx"].saved_at is None


def test_names_are_read_in_utf_8_big5_or_the_extra_field_that_fits():
    unicode_path = "秘書室.xlsx".encode()
    fitting = pack("<HHBI", 0x7075, 5 + len(unicode_path), 1, zlib.crc32(b"___.xlsx")) + unicode_path
    entries = [
        Entry("人事室.xlsx".encode(), flags=UTF_8),
        Entry("會計室.xlsx".encode()),
        Entry("許功蓋.xlsx".encode("cp950")),
        Entry(b"___.xlsx", extra=fitting),
        Entry(b"other.xlsx", extra=fitting),
        Entry(b"\x80\x80.xlsx"),
    ]
    names = ["人事室.xlsx", "會計室.xlsx", "許功蓋.xlsx", "秘書室.xlsx", "other.xlsx", "ÇÇ.xlsx"]
    assert list(unfolded(raw_zip(entries)))[1:] == names


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../x.xlsx", "x.xlsx"),
        ("/etc/x.xlsx", "etc/x.xlsx"),
        (r"C:\docs\x.xlsx", "docs/x.xlsx"),
        (r"..\x.xlsx", "x.xlsx"),
        ("C:x.xlsx", "x.xlsx"),
        ("a//./b.xlsx", "a/b.xlsx"),
        ("..", "unnamed"),
        ("a\tb\x1b[0m.xlsx", "a\ufffdb\ufffd[0m.xlsx"),
        ("a\u202exslx.exe", "a\ufffdxslx.exe"),
        ("長" * 300 + ".xlsx", "長" * 194 + "….xlsx"),
    ],
)
def test_a_name_is_never_a_way_out(name, path):
    assert list(unfolded(raw_zip([Entry(name.encode(), flags=UTF_8)]))) == ["outer", path]
    assert list(unfolded(outlook([attached(name, FORM)]))) == ["outer", path]


def test_of_files_with_one_name_each_comes_out():
    found = unfolded(raw_zip([Entry(b"a/x.xlsx", b"1"), Entry(b"a/x.xlsx", b"2"), Entry(b"a//x.xlsx", b"3")]))
    assert [one.data for one in found.values()][1:] == [b"1", b"2", b"3"]
    assert list(found)[1:] == ["a/x.xlsx", "a/x (2).xlsx", "a/x (3).xlsx"]


def test_links_and_system_files_are_named_with_why():
    link = Entry(b"link.xlsx", b"/etc/passwd", attributes=0o120777 << 16)
    names = [b"__MACOSX/._a.xlsx", b"a/._b.xlsx", b".DS_Store", b"Thumbs.db", b"desktop.ini", b"~$a.xlsx"]
    found = unfolded(raw_zip([link, *map(Entry, names)]))
    assert found["link.xlsx"].problem.code == "FIL001"
    others = [found[name.decode()] for name in names]
    assert {(one.problem.code, one.accompanying, one.data) for one in others} == {("FIL016", True, b"")}
    assert found["~$a.xlsx"].problem.place.file == "outer/~$a.xlsx"


def test_a_damaged_file_does_not_keep_the_others_back():
    entries = [
        Entry(b"crc.xlsx", FORM, crc=1),
        Entry(b"short.xlsx", b"abc", size=2),
        Entry(b"long.xlsx", b"abc", size=4),
        Entry(b"method.xlsx", b"abc", method=97),
        Entry(b"aes.xlsx", b"abc", method=99, flags=1),
        Entry(b"deflated.xlsx", b"\xff\xff\xff", method=8),
        Entry(b"empty.xlsx", b""),
        Entry(b"good.xlsx", FORM),
    ]
    assert codes(raw_zip(entries), passwords=["a"]) == {
        "outer": "",
        "crc.xlsx": "FIL002",
        "short.xlsx": "FIL002",
        "long.xlsx": "FIL002",
        "method.xlsx": "FIL002",
        "aes.xlsx": "FIL003",
        "deflated.xlsx": "FIL002",
        "empty.xlsx": "FIL011",
        "good.xlsx": "",
    }


def test_an_encrypted_file_is_opened_with_the_password_that_fits():
    data = raw_zip([encrypted("表.xlsx".encode(), FORM, "密碼".encode("cp950")), Entry(b"b.xlsx", FORM)])
    assert codes(data) == codes(data, passwords=["1234"]) == {"outer": "", "表.xlsx": "FIL003", "b.xlsx": ""}
    assert unfolded(data, passwords=["1234", "密碼"])["表.xlsx"].data == FORM


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rarer_ways_of_packing_are_read_too(method):
    assert unfolded(zipped({"a.xlsx": FORM * 99}, method=method))["a.xlsx"].data == FORM * 99


def test_a_file_larger_than_any_form_is_left_packed():
    found = unfolded(zipped({"zeros.xlsx": bytes(60 * MB), "a.xlsx": FORM}))
    assert (found["zeros.xlsx"].problem.code, found["zeros.xlsx"].problem.value) == ("FIL012", "60 MB")
    assert found["a.xlsx"].data == FORM


def test_files_that_come_to_too_much_together_are_left_packed():
    zeros = zipped({f"{number}.xlsx": bytes(2 * MB) for number in range(4)})
    small = Limits(file=3 * MB, whole=9 * MB)
    assert set(codes(zeros, limits=small).values()) == {""}
    found = unfold("a.zip", zipped({"1.zip": zeros, "2.zip": zeros}), small)
    assert [(one.path, one.problem.code, one.problem.value) for one in found if one.problem] == [
        ("a.zip/2.zip", "FIL012", "16 MB")
    ]


def test_a_size_that_lies_costs_no_memory():
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packed.compress(bytes(60 * MB)) + packed.flush()
    assert codes(raw_zip([Entry(b"a.xlsx", bomb, method=8, size=10)]))["a.xlsx"] == "FIL002"


def test_a_hundred_thousand_entries_are_refused_without_being_listed():
    entry = (
        pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 1, 1, 6, 0, 0, 0, 0, 0, 0) + b"a.xlsx"
    )
    local = b"PK\3\4" + bytes(26)
    directory = entry * 100_000
    for said in (100_000 & 0xFFFF, 1):
        end = pack("<4sHHHHIIH", b"PK\5\6", 0, 0, said, said, len(directory), len(local), 0)
        before = time.process_time()
        found = unfold("a.zip", local + directory + end, LIMITS)
        assert time.process_time() - before < 1
        assert [(one.container, one.problem.code, one.problem.value) for one in found] == [
            (False, "FIL036", "100000")
        ]


def test_a_zip_whose_directory_is_broken_or_overlaps_is_damaged():
    good = zipped({"a.xlsx": FORM, "b.xlsx": FORM})
    assert codes(good.replace(b"PK\1\2", b"PK\1\3", 1)) == {"outer": "FIL002"}
    overlapping = [Entry(b"a.xlsx", FORM), Entry(b"b.xlsx", FORM, at=5)]
    assert codes(raw_zip(overlapping)) == {"outer": "FIL002"}
    disks = bytearray(good)
    disks[good.rindex(b"PK\5\6") + 4] = 1
    assert codes(bytes(disks)) == {"outer": "FIL002"}


# Nested ones


def test_a_zip_in_a_zip_is_opened_and_one_in_that_is_not():
    third = zipped({"deep.xlsx": FORM})
    found = unfolded(zipped({"2.zip": zipped({"3.zip": third, "a.xlsx": FORM}), "b.xlsx": FORM}))
    assert list(found) == ["outer", "2.zip", "2.zip/3.zip", "2.zip/a.xlsx", "b.xlsx"]
    assert [one.container for one in found.values()] == [True, True, False, False, False]
    assert found["2.zip/3.zip"].problem.code == "FIL024"
    assert found["2.zip"].data
    assert not found["2.zip/3.zip"].data


def test_a_forwarded_mail_is_opened_and_one_in_that_is_not():
    third = mail({"deep.xlsx": FORM})
    second = mail({"3.eml": third, "a.xlsx": FORM}, "李小華 <hua@example.gov.tw>")
    found = unfolded(mail({"2.eml": second, "b.xlsx": FORM}))
    assert {path: one.problem.code for path, one in found.items() if one.problem} == {"2.eml/3.eml": "FIL024"}
    assert found["2.eml/a.xlsx"].sender == found["2.eml"].sender == "李小華 <hua@example.gov.tw>"
    assert found["b.xlsx"].sender == found["outer"].sender == "王小明 <ming@example.gov.tw>"


@pytest.mark.usefixtures("_in_taipei")
def test_zips_in_mails_in_zips_are_opened():
    inner = mail({"forms.zip": zipped({"人事室.xlsx": FORM})}, date="Tue, 03 Jul 2007 01:30:00 +0000")
    found = unfolded(zipped({"outer.eml": mail({"inner.eml": inner})}))
    form = found["outer.eml/inner.eml/forms.zip/人事室.xlsx"]
    assert (form.data, form.sent_at) == (FORM, MORNING.replace(day=3))
    assert form.saved_at == MORNING


def test_the_number_of_files_is_counted_over_all_that_is_nested():
    few = Limits(members=5)
    three = {f"{number}.xlsx": FORM for number in range(3)}
    found = unfold("a.zip", zipped({"1.zip": zipped(three), "2.zip": zipped(three)}), few)
    refused = [one for one in found if one.problem]
    assert [(one.path, one.problem.code, one.problem.value) for one in refused] == [
        ("a.zip/2.zip", "FIL036", "8")
    ]
    assert codes(mail({str(number): FORM for number in range(6)}), limits=few) == {"outer": "FIL036"}


# Mails


@pytest.mark.usefixtures("_in_taipei")
def test_a_mail_gives_its_attachments_who_sent_them_and_when():
    found = unfolded(
        mail({"人事室填報表.xlsx": FORM, "簽名.png": PICTURE}, date="Mon, 02 Jul 2007 01:30:00 GMT")
    )
    form = found["人事室填報表.xlsx"]
    assert (form.data, form.sender) == (FORM, "王小明 <ming@example.gov.tw>")
    assert (form.sent_at, form.saved_at) == (MORNING, None)
    assert found["outer"].sent_at == form.sent_at
    assert [one.accompanying for one in found.values()] == [False, False, True]


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "1 Jan 9999 00:00 -2359"])
def test_a_mail_without_a_believable_date_has_none(date):
    data = raw_mail(b"Date: " + date.encode())
    assert unfolded(data)["outer"].sent_at is None


B_NAME = base64.b64encode("人事室.xlsx".encode("cp950"))


@pytest.mark.parametrize(
    "headers",
    [
        b'Content-Disposition: attachment; filename="=?big5?B?' + B_NAME + b'?="',
        b"Content-Type: application/octet-stream; name==?BIG5?B?" + B_NAME + b"?=",
        b"Content-Disposition: inline; filename*=UTF-8''%E4%BA%BA%E4%BA%8B%E5%AE%A4.xlsx",
        b"Content-Disposition: inline; filename*0*=utf-8''%E4%BA%BA%E4%BA%8B;\r\n filename*1*=%E5%AE%A4.xlsx",
        "Content-Disposition: attachment; filename*=UTF-8''人事室.xlsx".encode(),
        'Content-Disposition: attachment; filename="人事室.xlsx"'.encode(),
        'Content-Disposition: attachment;\n\tfilename="人事室.xlsx"'.encode("cp950"),
        b'Content-Disposition: attachment; filename="=?utf-8?B?5Lq65LqL?=\r\n =?utf-8?B?5a6kLnhsc3g=?="',
        b'Content-Disposition: attachment; filename="=?x-unknown?B?' + B_NAME + b'?="',
        b'content-disposition: ATTACHMENT; FileName="C:\\\\docs\\\\' + "人事室.xlsx".encode() + b'"',
    ],
)
def test_an_attachments_name_is_read_however_a_program_wrote_it(headers):
    name = list(unfolded(one_attachment(headers)))[1]
    assert name.rpartition("/")[2] == "人事室.xlsx"


def test_names_from_the_mainland_are_read_where_they_cannot_be_big5():
    name = "項目.xlsx".encode("gb18030")
    headers = b'Content-Disposition: attachment; filename="' + name + b'"'
    assert "項目.xlsx" in unfolded(one_attachment(headers))


@pytest.mark.parametrize(
    ("headers", "name", "accompanying"),
    [
        (b"Content-Type: application/vnd.ms-excel", "attachment-1.xls", False),
        (b"Content-Type: application/x-what\r\nContent-Disposition: attachment", "attachment-1.bin", True),
        (
            b"Content-Type: image/png\r\nContent-ID: <a>\r\nContent-Disposition: inline",
            "attachment-1.png",
            True,
        ),
        (b"Content-Type: text/html; name=ATT00001.htm", "ATT00001.htm", True),
        (b"Content-Type: application/pgp-signature; name=signature.asc", "signature.asc", True),
    ],
)
def test_what_else_a_mail_carries_is_told_apart(headers, name, accompanying):
    found = unfolded(one_attachment(headers))
    assert list(found) == ["outer", name]
    assert found[name].accompanying is accompanying


def test_a_workbook_counts_whatever_it_is_called_and_a_letter_does_not():
    letter = zipped({"[Content_Types].xml": b"", "word/document.xml": b""})
    odf = {
        kind: zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode()}, method=0)
        for kind in ("spreadsheet", "text")
    }
    files = {"a": FORM, "b.dat": FORM, "c": odf["spreadsheet"], "d.odt": odf["text"], "e.docx": letter}
    files |= {"f.rar": b"Rar!\x1a\x07\x01", "g": b"Rar!\x1a\x07\x01", "h.txt": b"text"}
    found = unfolded(mail(files))
    assert [name for name, one in found.items() if one.accompanying] == ["d.odt", "e.docx", "h.txt"]


def test_bodies_are_no_attachments_and_encodings_are_undone():
    attachment = b"Content-Disposition: attachment; filename="
    coded = b"\r\nContent-Transfer-Encoding: "
    parts = [
        b"Content-Type: text/plain\r\n\r\nbody",
        b"Content-Type: text/html\r\n\r\n<p>",
        attachment + b"a.csv" + coded + b"quoted-printable\r\n\r\n=E4=BA=BA=\r\n,1",
        attachment + b"b.csv" + b"\r\n\r\n1,2\r\n3,4\r\n",
        attachment + b"c.csv" + coded + b"base64\r\n\r\neHh4*eA",
    ]
    body = b"preamble\r\n--b\r\n" + b"\r\n--b\r\n".join(parts)
    found = unfolded(raw_mail(b"Content-Type: multipart/mixed; boundary=b", body))
    contents = {name: one.data for name, one in found.items()}
    assert contents == {
        "outer": found["outer"].data,
        "a.csv": "人,1".encode(),
        "b.csv": b"1,2\r\n3,4\r\n",
        "c.csv": b"xxxx",
    }


@pytest.mark.parametrize("newline", [b"\r\n", b"\n", b"\r"])
def test_any_line_break_will_do(newline):
    headers = b"Content-Disposition: attachment; filename=a.xlsx"
    data = one_attachment(headers, base64.encodebytes(FORM).replace(b"\n", b"\r\n")).replace(b"\r\n", newline)
    assert unfolded(data)["a.xlsx"].data == FORM


def test_a_mail_that_is_nothing_but_the_form():
    headers = b"Content-Type: application/vnd.ms-excel; name=a.xls\r\nContent-Transfer-Encoding: base64"
    assert unfolded(raw_mail(headers, base64.encodebytes(FORM)))["a.xls"].data == FORM


def test_an_attached_mail_is_one_by_its_type_though_it_says_little():
    inner = one_attachment(b"Content-Disposition: attachment; filename=a.xlsx", base64.encodebytes(FORM))
    inner = inner.partition(b"1.0\r\n")[2]
    body = b"--o\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--o--"
    found = unfolded(raw_mail(b"Content-Type: multipart/mixed; boundary=o", body))
    assert list(found) == ["outer", "attachment-1.eml", "attachment-1.eml/a.xlsx"]
    assert found["attachment-1.eml"].data == inner
    assert found["attachment-1.eml/a.xlsx"].data == FORM


def test_mails_sent_on_as_a_digest_are_opened():
    inner = one_attachment(b"Content-Disposition: attachment; filename=a.xlsx", base64.encodebytes(FORM))
    digest = raw_mail(b"Content-Type: multipart/digest; boundary=d", b"--d\r\n\r\n" + inner + b"\r\n--d--")
    assert unfolded(digest)["attachment-1.eml/a.xlsx"].data == FORM


def test_headers_made_to_cost_time_cost_none():
    start = b"From: a\r\nMIME-Version: 1.0\r\n"
    before = time.process_time()
    for data in (b"X-A: b\n" + b" \n" * MB, b"Content-Type: multipart/mixed" + b";" * MB, b"a:\n" * MB):
        assert codes(start + data) == {"outer": ""}
    assert time.process_time() - before < 2


def test_what_mails_are_locked_or_wrapped_in_is_named():
    signed = raw_mail(b"Content-Type: application/pkcs7-mime; name=smime.p7m", b"x")
    pgp = raw_mail(b"Content-Type: multipart/encrypted; boundary=b", b"--b\r\n\r\nx")
    assert codes(signed) == codes(pgp) == {"outer": "FIL003"}
    tnef = unfolded(one_attachment(b"Content-Type: application/ms-tnef; name=winmail.dat"))
    assert (tnef["winmail.dat"].problem.code, tnef["winmail.dat"].accompanying) == ("FIL013", False)


def test_multiparts_without_end_are_not_followed():
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
        for depth in range(2000)
    )
    assert codes(raw_mail(b"X-A: b", b"")[:-4] + b"\r\n" + nested) == {"outer": "FIL024"}
    many = b"--b\n\n" * 2_000_000
    assert codes(raw_mail(b"Content-Type: multipart/mixed; boundary=b", many)) == {"outer": "FIL036"}


# Outlook's mails


@pytest.mark.usefixtures("_in_taipei")
@pytest.mark.parametrize("ansi", [False, True])
def test_an_outlook_mail_gives_its_attachments_who_sent_them_and_when(ansi):
    large = FORM + bytes(9000)
    found = unfolded(
        outlook([attached("人事室.xlsx", FORM, ansi=ansi), attached("許.xlsx", large, ansi=ansi)])
    )
    assert list(found) == ["outer", "人事室.xlsx", "許.xlsx"]
    assert [one.data for one in found.values()][1:] == [FORM, large]
    assert {one.sender for one in found.values()} == {"王小明 <ming@example.gov.tw>"}
    assert {one.sent_at for one in found.values()} == {MORNING}


def test_mails_in_outlook_mails_are_opened_once():
    third = outlook_tree([attached("deep.xlsx", FORM)])
    second = outlook_tree([attached("a.xlsx", FORM), embedded("再前信", third)], sender="李小華")
    found = unfolded(outlook([embedded("前信", second), attached("x.eml", mail({"c.xlsx": FORM}))]))
    assert list(found) == [
        "outer", "前信.msg", "前信.msg/a.xlsx", "前信.msg/再前信.msg", "x.eml", "x.eml/c.xlsx",
    ]  # fmt: skip
    assert found["前信.msg"].container
    assert found["前信.msg/a.xlsx"].sender == "李小華 <ming@example.gov.tw>"
    assert found["前信.msg/再前信.msg"].problem.code == "FIL024"


def test_what_an_outlook_mail_does_not_really_hold_is_named():
    broken = {"__substg1.0_3707001F": "a.xlsx".encode("utf-16-le")}
    attachments = [
        broken,
        attached("link.xlsx", b"", method=7),
        attached("empty.xlsx", b""),
        attached("object", b"", method=6),
        embedded("note", {"contents": b""}),
    ]
    assert codes(outlook(attachments)) == {
        "outer": "",
        "a.xlsx": "FIL002",
        "link.xlsx": "FIL001",
        "empty.xlsx": "FIL011",
        "object": "FIL013",
        "note.msg": "FIL013",
    }


def test_a_damaged_outlook_mail_is_damaged():
    good = outlook([attached("a.xlsx", FORM + bytes(9000))])
    assert is_container(good)
    assert codes(good, limits=Limits(members=0)) == {"outer": "FIL036"}
    assert codes(good, limits=Limits(whole=5000)) == {"outer": "FIL012"}
    assert codes(good, limits=Limits(file=5000)) == {"outer": "FIL012"}
    tree = {**outlook_tree([], 32), **{f"s{number}": b"" for number in range(8000)}}
    assert codes(ole_file(tree)) == {"outer": "FIL036"}


def test_a_mail_that_outlook_signed_is_opened_and_one_it_encrypted_is_not():
    def classed(name: str, *attachments):
        kind = {"__substg1.0_001A001F": name.encode("utf-16-le")}
        storages = {f"__attach_version1.0_#{number:08X}": one for number, one in enumerate(attachments)}
        return ole_file({**outlook_tree([], 32), **kind, **storages})

    inner = one_attachment(b"Content-Disposition: attachment; filename=a.xlsx", base64.encodebytes(FORM))
    kind = {"__substg1.0_370E001F": "multipart/signed".encode("utf-16-le")}
    entity = {**attached("smime.p7m", inner.partition(b"1.0\r\n")[2]), **kind}
    assert unfolded(classed("IPM.Note.SMIME.MultipartSigned", entity))["a.xlsx"].data == FORM
    assert codes(classed("IPM.Note.SMIME", attached("smime.p7m", b"x"))) == {"outer": "FIL003"}


# Anything at all

WHOLE = [
    zipped({"a.zip": zipped({"人事室.xlsx": b"x" * 30}), "b.eml": mail({"c.csv": b"1"})}),
    mail({"a.zip": zipped({"b.xlsx": b"x"}), "c.eml": mail({"人事室.csv": b"1"})}),
    one_attachment(b"Content-Disposition: attachment; filename*0*=big5''%A4;\r\n filename*1=b; filename=c"),
    outlook([attached("人事室.xlsx", b"x", ansi=True), embedded("信", outlook_tree([attached("b", b"y")]))]),
    raw_zip([encrypted(b"a.xlsx", b"xyz", b"1234"), Entry(b"b", extra=pack("<HH", 0x7075, 9))]),
]


def is_shown(letter: str) -> bool:
    """Whether a letter can be shown, or is one of those that people's names really hold."""
    return (
        letter.isprintable()
        or letter in "\u3000\u200c\u200d\u200e\u200f"
        or unicodedata.category(letter) == "Co"
    )


def is_sound(data: bytes) -> bool:
    found = unfold("outer", data, LIMITS, ("1234",))
    paths = [one.path.split("/") for one in found]
    assert all(part not in ("", ".", "..") for path in paths for part in path)
    assert all(map(is_shown, "".join(map("".join, paths))))
    assert all(not one.data for one in found if one.problem)
    return found[0].path == "outer"


@settings(deadline=None, max_examples=200)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\3\4", b"From: a\nTo: b\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]),
)
def test_no_bytes_raise(data, beginning):
    assert is_sound(beginning + data)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.floats(0, 0.999), st.binary(max_size=4)), max_size=6))
def test_no_damage_raises(data, changes):
    for where, what in changes:
        at = int(where * len(data))
        data = data[:at] + what + data[at + len(what) :]
    assert is_sound(data)


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(WHOLE), st.floats(0, 1))
def test_nothing_cut_off_raises(data, where):
    assert is_sound(data[: int(where * len(data))])
