"""A politician is told everything we hold, and nothing that a mail says of others."""

import json
from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from outreach.models import Leave, OfficeImport
from outreach.services.offices.office_tasks import open_task
from outreach.services.offices.offices import end_office
from outreach.services.privacy.objections import object_for
from outreach.services.privacy.subject_access import tell_all
from taushet.services.delivery import suppress
from taushet.services.sending import send_all_due
from tests.factories.outbox import write
from tests.factories.outreach import staff
from tests.factories.replies import answer_to, receive
from tests.factories.taushet import StaffFactory, sign_in
from tests.outreach.services.mailings.test_occasions import to_mayors, with_mayor

pytestmark = [pytest.mark.django_db]


def test_leaves_tasks_addresses_choices_and_lists_are_told_and_what_concerns_others_is_not(client, clock, mailbox):
    municipality = with_mayor("Kari", email="ordforer@k.example")
    sent = to_mayors(municipality, with_mayor("Ola"))
    send_all_due()
    letters = list(sent.letters.order_by("pk"))
    kari = next(one for one in letters if one.to_name.startswith("Kari"))
    person = kari.mandate.politician
    Leave.objects.create(mandate=kari.mandate, starts_on=date(2026, 11, 1))
    suppress(kari.to_email, "bounce")
    open_task(kari.mandate, "bounce", message=write(to_email=kari.to_email))
    sent.picks.create(mandate=kari.mandate, is_added=False)
    rows = [[1, "Fornavn", "Etternavn"], [2, "Kari", "Nordmann"], [3, "Ola", "Nordmann"]]
    OfficeImport.objects.create(
        kind="councils", source="liste.xlsx", as_of=date(2026, 11, 1), content=rows, created_by=staff()
    )
    members = [
        {"fornavn": name, "etternavn": "Nordmann", "parti": {"navn": "Ap"}, "foedselsdato": "1970-01-01"}
        for name in ("Kari", "Ola", "Karin")
    ]
    OfficeImport.objects.create(
        kind="storting",
        source="eksport",
        as_of=date(2026, 11, 1),
        content={"representanter.json": json.dumps({"versjon": "1.6", "liste": members})},
        created_by=staff(),
    )
    text = "Hei.\n\nKari Nordmann har permisjon.\n\nOla er syk."
    receive(client, answer_to(*letters, text=text, sender="sekretariat@annet.example"), answer_to(kari, text="Fra meg"))
    objection = object_for(person, source="staff", by=staff(), note="Nei")

    told = tell_all(person, by=staff())
    assert [one["away_from"] for one in told["leaves"]] == ["2026-11-01"]
    assert [one["address"] for one in told["tasks"]] == [kari.to_email]
    assert kari.to_email in [one["address"] for one in told["closed_addresses"]]
    assert [one["put_in"] for one in told["choices"]] == [False]
    assert [one["text"] for one in told["lists_that_wait"]] == [
        "2 · Kari · Nordmann",
        "Kari · Nordmann · 1970-01-01",
    ]
    assert [(one["text"].strip(), one["left_out"]) for one in told["replies"]] == [
        ("Kari Nordmann har permisjon.", True),
        ("Fra meg", False),
    ]
    end_office(kari.mandate, on=timezone.localdate(), by=None)
    receive(client, answer_to(sender=kari.to_email, subject="Fra den som kom etter", text="Nei takk."))
    assert "Fra den som kom etter" not in [one["subject"] for one in tell_all(person, by=staff())["replies"]]
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    sign_in(client, StaffFactory(roles=["campaign"]))
    page = client.get(reverse("outreach:politician_told", args=[person.pk])).text
    for words in ("What the mail says of others, who got letters too.", objection.note):
        assert words in page
    assert "Ola er syk." not in page
