"""A municipality that lists are about, and who puts them in."""

import pytest

from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory


@pytest.fixture
def alver():
    return MunicipalityFactory(name="Alver")


@pytest.fixture
def staff():
    return StaffFactory()
