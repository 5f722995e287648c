"""The compound files that tests write are read by olefile as they were meant."""

from __future__ import annotations

from io import BytesIO

import olefile
from ole_writer import ole_file


def test_streams_and_storages_come_back_as_they_were_written():
    many = {f"s{number:03}": bytes([number % 256]) * number for number in range(300)}
    large = bytes(range(256)) * 4_000
    inner = {"Workbook": large, "empty": b"", "deeper": {"small": b"x" * 4095, "limit": b"y" * 4096}}
    with olefile.OleFileIO(BytesIO(ole_file({**many, "內層": inner}))) as file:
        read = {"/".join(path): file.openstream(path).read() for path in file.listdir()}
        assert file.parsing_issues == []
    expected = {**many, "內層/Workbook": large, "內層/empty": b""}
    assert read == {**expected, "內層/deeper/small": b"x" * 4095, "內層/deeper/limit": b"y" * 4096}
