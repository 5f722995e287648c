"""xlsxwriter's worksheet, made to write a hundred thousand rows as any other sheet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from xlsxwriter.worksheet import Worksheet


class StreamedWorksheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A worksheet that takes our formulas as they are, and keeps shared texts when it writes row by row.

    xlsxwriter looks through every formula for some thirty functions that Excel 2010 does not have; over a
    hundred thousand formulas that takes longer than everything else together. With `constant_memory` it puts
    each text into its cell, which Excel rewrites; the table of shared texts is as small as their variety.
    """

    constant_memory: bool

    def _prepare_formula(self, formula: str, _expand: bool = False) -> str:  # noqa: FBT001, FBT002
        return formula.removeprefix("=")

    def _write_string(self, row: int, *rest: Any) -> Any:  # noqa: ANN401 - passed on as it is
        with self._sharing(row):
            return super()._write_string(row, *rest)

    def _write_url(self, row: int, *rest: Any) -> Any:  # noqa: ANN401 - passed on as it is
        with self._sharing(row):
            return super()._write_url(row, *rest)

    def _write_single_row(self, current_row_num: int = 0) -> None:
        with self._sharing():
            super()._write_single_row(current_row_num)

    @contextmanager
    def _sharing(self, row: int = -1) -> Iterator[None]:
        """Treat texts as the numbers they have in the table of shared ones; write the rows before first."""
        streamed = self.constant_memory
        if streamed and row > self.previous_row:
            self._write_single_row(row)
        self.constant_memory = False
        try:
            yield
        finally:
            self.constant_memory = streamed
