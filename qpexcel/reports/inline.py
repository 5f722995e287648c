"""Drawings that stand in a line of a Word document where its template says {{ name }}."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

from docx.parts.story import StoryPart

from qpexcel.containers.names import printable

EMU_PER_CM = 360_000


class Rendering(Protocol):
    """What renders a template: docxtpl's DocxTemplate."""

    current_rendering_part: StoryPart


class Inline(ABC):
    """A drawing, put into the document each time it is asked for its words."""

    def __init__(self, template: Rendering) -> None:
        self._template = template

    @abstractmethod
    def _drawn(self, part: StoryPart) -> str:
        """Add to the part's package what the drawing needs; return its wp:inline."""

    def __html__(self) -> str:
        inline = self._drawn(self._template.current_rendering_part)
        # In what it has rendered, docxtpl makes {_{ into {{.
        kept = inline.replace("{", "&#123;").replace("}", "&#125;")
        return f'</w:t></w:r><w:r><w:drawing>{kept}</w:drawing></w:r><w:r><w:t xml:space="preserve">'

    def __str__(self) -> str:
        return self.__html__()


def one_line(text: str) -> str:
    """Return a text on one line as XML can hold it, with U+FFFD for control characters."""
    return printable(" ".join(text.split()))
