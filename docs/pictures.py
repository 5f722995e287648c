"""Make the pictures of the READMEs from the demo.

Run as `python docs/pictures.py`. Needs LibreOffice, poppler-utils and Noto Sans CJK TC, which stands
in for 微軟正黑體.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from qpexcel.demo import run_demo
from qpexcel.workspace import Workspace

HERE = Path(__file__).parent
PAPER, MARGIN = (11.69, 8.27), 0.45  # A4 across, and what is cut off its edges; inches
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <test name="family"><string>微軟正黑體</string></test>
    <edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK TC</string></edit>
  </match>
</fontconfig>
"""


@dataclass(frozen=True)
class Crop:
    """What of the page is drawn: dots an inch, and the upper share of its height."""

    resolution: int
    height: float


def main() -> None:
    """Run the demo and draw the overview and a form that came back."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = run_demo(Workspace(folder / "demo")).workspace
        (folder / "fonts.conf").write_text(FONTS, encoding="utf-8")
        form = on_one_page(workspace.returned / "總務科.xlsx", folder / "form.xlsx")
        draw(workspace.master, HERE / "overview.png", folder, Crop(104, 0.86))
        draw(form, HERE / "form.png", folder, Crop(150, 0.62))


def on_one_page(book: Path, copy: Path) -> Path:
    """Copy a workbook, its first sheet as it looks on a wide screen: in one piece."""
    opened = openpyxl.load_workbook(book)
    opened.worksheets[0].page_setup.fitToWidth = 1
    opened.worksheets[0].print_title_cols = None
    opened.save(copy)
    return copy


def draw(book: Path, picture: Path, folder: Path, crop: Crop) -> None:
    """Draw the first page of a workbook as it prints."""
    profile = (folder / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
    command += ["--outdir", str(folder), str(book)]
    environment = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    subprocess.run(command, check=True, capture_output=True, timeout=180, env=environment)
    margin = round(MARGIN * crop.resolution)
    width, height = (round(side * crop.resolution) for side in PAPER)
    numbers = {"-r": crop.resolution, "-l": 1, "-x": margin, "-y": margin, "-W": width - 2 * margin}
    numbers["-H"] = round(height * crop.height)
    options = [part for name, number in numbers.items() for part in (name, str(number))]
    pages, target = str(folder / f"{book.stem}.pdf"), str(picture.with_suffix(""))
    subprocess.run(["pdftoppm", "-png", "-singlefile", *options, pages, target], check=True, timeout=60)


if __name__ == "__main__":
    main()
