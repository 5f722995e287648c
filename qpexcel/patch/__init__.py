"""Changing a workbook that somebody else saved, without losing anything that is in it."""

from qpexcel.patch.model import Form, Mark, Patch, UnpatchableWorkbookError
from qpexcel.patch.workbook import patch_workbook

__all__ = ["Form", "Mark", "Patch", "UnpatchableWorkbookError", "patch_workbook"]
