"""What every test may ask for."""

from __future__ import annotations

import pytest
from office_programs import LibreOffice


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory):
    """One LibreOffice for the tests of this worker, with a profile of its own; started when first used."""
    program = LibreOffice(tmp_path_factory.mktemp("libreoffice"))
    yield program
    program.close()
