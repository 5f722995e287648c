"""Make the Word templates that come with the program: `python docs/templates/make.py`."""

from __future__ import annotations

from pathlib import Path

from final import final
from meeting import meeting
from notice import notice

HERE = Path(__file__).parent
FOLDER = HERE.parent.parent / "workbook_templates" / "documents"
TEMPLATES = {"meeting": meeting, "final": final, "notice": notice}
LANGUAGES = ("zh-TW", "en")


def main(folder: str | Path = FOLDER) -> None:
    """Write every template in both languages."""
    for name, write in TEMPLATES.items():
        for language in LANGUAGES:
            write(language).save(Path(folder) / language / f"{name}.docx")


if __name__ == "__main__":
    main()
