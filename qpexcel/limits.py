"""What one returned file may cost before it is turned away, whatever is in it."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one file. Sizes are bytes, times seconds.

    They fit what was measured on five thousand real files: good ones reach 170-fold compression, so
    there is no limit on the ratio, and some need more than 1 GiB of memory to be read.
    """

    file: int = 50 * MB  # as it lies in the folder, in an archive or in a mail
    entries: int = 5_000  # parts of a workbook
    members: int = 500  # files in an archive or a mail
    part: int = 400 * MB  # one part of a workbook, inflated
    whole: int = 512 * MB  # all parts of a workbook, or all files of an archive, inflated
    seconds: int = 60  # of reading
    memory: int = 2048 * MB  # of the process that reads
    answer: int = 32 * MB  # what is kept of what was read
