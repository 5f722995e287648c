"""What people attach to the cells of a returned workbook besides values: pictures and comments."""

from qpexcel.attached.model import Attached, Comment, Picture
from qpexcel.attached.read import attached_to, may_hold

__all__ = ["Attached", "Comment", "Picture", "attached_to", "may_hold"]
