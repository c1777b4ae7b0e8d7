"""Several demands in one letter: each said once, closed once, and named together."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from outreach.models import LegalHook, Letter, LetterDemand
from outreach.services.demands.pairs import confirm_all
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.mailings import submit_mailing
from taushet.models import Message
from tests.factories.outreach import (
    demand_version,
    mailing,
    place,
    staff,
)
from tests.factories.taushet import StaffFactory, sign_in
from tests.outreach.services.mailings.test_drafting import FIRST, SECOND, whys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_several_demands_stand_in_one_letter_with_each_source_once():
    demands = (demand_version(1, letter=FIRST), demand_version(2, letter=SECOND))
    texts = {
        "opening_nb": "Vi skriver til {{ recipient }} i {{ county }}.",
        "opening_nn": "Hei",
        "subject_nb": "To krav",
    }

    letter = mailing(place(name="Asker", county__name="Akershus"), demands=demands, texts=texts).letters.get()

    assert letter.subject == "To krav"
    assert letter.text == (
        "Til ordføreren i Asker kommune\n\n"
        "Vi skriver til Asker i Akershus.\n\n"
        "1. title nb\n\nFørste krav [1] [2]\n\n"
        "2. title nb\n\nHar ikke plan [2].\n\n"
        "Med vennlig hilsen\nTaushet tar liv\nKrisesentersekretariatet\n\n"
        "Kilder\n\n"
        "[1] Loven § 1. https://lov.example/1\n"
        "[2] Handlingsplan: nei. Opplyst av kommunen, 1. november 2026.\n"
    )
    assert list(letter.letter_demands.values_list("demand_version", "position", "is_taken")) == [
        (demands[0].pk, 0, False),
        (demands[1].pk, 1, False),
    ]


def test_each_demand_of_a_letter_reaches_an_office_once():
    asker, one, two = place(), demand_version(1), demand_version(2)
    both = [mailing(asker, demands=(one, two)), mailing(asker, demands=(two,))]
    waiting = [submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash) for draft in both]
    seen = {"seen_hash": waiting[0].content_hash, "is_public_confirmed": True}

    approve_mailing(waiting[0], approver=staff("approve_mailing"), **seen)

    taken = LetterDemand.objects.filter(is_taken=True)
    assert set(taken.values_list("demand_version", flat=True)) == {one.pk, two.pk}
    assert whys(mailing(asker, version=two).letters.get()) == ["already_sent"]
    with pytest.raises(IntegrityError), transaction.atomic():  # also for whoever goes past the services
        waiting[1].letters.update(status="queued", message=Message.objects.get())
    Letter.objects.filter(mailing=waiting[0]).update(status="cancelled")
    assert not LetterDemand.objects.filter(is_taken=True).exists()


CLOSING = (
    "\n\nSvar til oss\n\nVi ber om svar innen fire uker. Det dere lover, følger vi opp: {{ demand_url }}\n\n"
    "Brevet og svaret er offentlige dokumenter.\n\nMed vennlig hilsen\n{{ senders }}"
)


def test_several_demands_close_once_and_are_named_together(client, settings):
    one = demand_version(1, letter=FIRST.split("\n\nMed")[0] + CLOSING.replace("fire uker", "fire (4) uker"))
    two = demand_version(2, letter=SECOND + CLOSING.replace("dokumenter.", "dokumenter.\n\nKurs: {{ courses_url }}"))
    for version, matter in ((one, "plan"), (two, "kurs")):
        type(version).objects.filter(pk=version.pk).update(
            subject_nb=f"Til {{{{ municipality }}}} kommune: krav om {matter}", title_nb=f"Ha {matter}"
        )
        version.refresh_from_db()
        confirm_all(version, by=None)
    LegalHook.objects.create(
        key="lov-igjen", kind="law", citation_nb="Loven § 1", citation_nn="Lova § 1", url="https://lov.example/1"
    )

    made = mailing(place(name="Asker"), demands=(one, two))
    letter = made.letters.get()

    assert letter.subject == "Til Asker kommune: krav om plan og om kurs"
    pages = [f"{settings.BASE_URL}/krav/krav-{number}/" for number in (1, 2)]
    assert letter.text == (
        "Til ordføreren i Asker kommune\n\n"
        "Dette brevet inneholder to krav:\n\n1. Ha plan\n2. Ha kurs\n\n"
        "1. Ha plan\n\nFørste krav [1] [2]\n\n"
        "2. Ha kurs\n\nHar ikke plan [2].\n\n"
        "Svar til oss\n\n"
        f"Vi ber om svar innen fire (4) uker. Det dere lover, følger vi opp: {pages[0]} og {pages[1]}\n\n"
        "Brevet og svaret er offentlige dokumenter.\n\n"
        f"Kurs: {settings.BASE_URL}/kurs/\n\n"
        "Med vennlig hilsen\nTaushet tar liv\nKrisesentersekretariatet\n\n"
        "Kilder\n\n"
        "[1] Loven § 1. https://lov.example/1\n"
        "[2] Handlingsplan: nei. Opplyst av kommunen, 1. november 2026.\n"
    )
    three = mailing(place(name="Moss", language_form="nn"), demands=(one, two, demand_version(3)))
    assert three.letters.get().subject == "Til Moss kommune: tre krav om arbeidet mot vald i nære relasjonar"
    sign_in(client, StaffFactory())
    for page in (reverse("outreach:mailing_list"), made.get_absolute_url()):
        assert "Ha plan · Ha kurs" in client.get(page).text
