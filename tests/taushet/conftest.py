import pytest

from tests.servers.kinds import registrations as kinds
from tests.servers.smtp import smtp_server


@pytest.fixture
def mailbox(settings):
    """A real mail server that this process may send to."""
    with smtp_server() as (mailbox, mailers):
        settings.OUTGOING_MAIL = True
        settings.MAILERS = mailers
        yield mailbox


@pytest.fixture(autouse=True)
def forgetful_kinds():
    yield
    kinds.ANSWERS.clear()
    kinds.TOLD.clear()
