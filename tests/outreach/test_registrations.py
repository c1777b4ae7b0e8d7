import pytest

from taushet.registries import today_cards
from tests.factories.outreach import mailing
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db


def test_card_shows_only_the_own_drafts_that_nobody_sent_back():
    staff = StaffFactory()
    own = mailing(author=staff)
    mailing()
    returned = mailing(author=staff)
    returned.return_note = "Se på avsnitt to."
    returned.save()

    assert [url for _text, url in today_cards["drafts"].items(staff)] == [own.get_absolute_url()]
