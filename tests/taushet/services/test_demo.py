import pytest

from courses.models import EInvoice, Invoice, Payment
from taushet.models import Mark
from taushet.services.demo import (
    DemonstrationRefused,
    is_loopback,
    load_demonstration,
    refuse_mailer_or_open_host,
    refuse_real_database,
)
from tests.factories.taushet import UserFactory


@pytest.fixture
def demonstration(settings):
    settings.DEMO = True


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "[::]", "no-such-host.invalid"])
def test_a_host_open_to_others_is_refused(demonstration, host):
    with pytest.raises(DemonstrationRefused):
        refuse_mailer_or_open_host(host)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "[::1]"])
def test_this_machine_is_loopback(host):
    assert is_loopback(host)


def test_a_configured_mailer_is_refused(demonstration, settings):
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}}

    with pytest.raises(DemonstrationRefused, match="TAUSHET_MAILER"):
        refuse_mailer_or_open_host("localhost")


def test_nothing_is_a_demonstration_unless_it_is_switched_on():
    with pytest.raises(DemonstrationRefused, match="make run"):
        refuse_mailer_or_open_host("localhost")


def test_a_database_with_people_is_refused(db, demonstration):
    UserFactory()

    with pytest.raises(DemonstrationRefused, match="not marked"):
        refuse_real_database()


def test_a_marked_database_is_taken(db, demonstration):
    UserFactory()
    Mark.objects.create(name=Mark.DEMONSTRATION)

    refuse_real_database()


def test_a_second_start_loads_nothing(db, demonstration, django_assert_num_queries):
    lines = []
    load_demonstration(lines.append)

    with django_assert_num_queries(2):
        loaded = load_demonstration(lines.append)

    assert not loaded
    assert len(lines) == len(set(lines)) > 5
    # Loading takes long, so what it has of money is looked at here
    paid = Payment.objects.get(way=Payment.Way.CARD)
    assert Invoice.objects.with_balance().get(pk=paid.invoice_id).left == 0
    assert EInvoice.objects.filter(state="refused").count() == 1
