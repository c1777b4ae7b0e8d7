"""What every test may use."""

import pytest

from taushet.translations import compile_translations


@pytest.fixture(scope="session", autouse=True)
def compiled_translations():
    """Let pages speak Norwegian in a fresh clone."""
    compile_translations()
