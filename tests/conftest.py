"""What every test may ask for."""

from __future__ import annotations

import pytest
from hypothesis import settings
from office_programs import LibreOffice

# How long an example takes says nothing of the code: other tests run beside it.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory):
    """One LibreOffice for the tests of this worker, with a profile of its own; started when first used."""
    program = LibreOffice(tmp_path_factory.mktemp("libreoffice"))
    yield program
    program.close()
