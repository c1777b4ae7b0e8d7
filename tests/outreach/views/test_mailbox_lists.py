"""Central mail-boxes from a list, lists thrown away, and lists so large that the worker writes them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.urls import reverse

from municipalities.models import Municipality
from outreach.models import Mandate, OfficeImport, Politician
from outreach.services.offices import large_lists, office_imports
from outreach.services.offices.offices import current_mandate
from taushet.services.jobs import run_all_due_jobs
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.outreach import place
from tests.outreach.views.test_office_imports import SOURCE, at, counts, upload, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def put_in(client, content):
    file = SimpleUploadedFile("postmottak.csv", content.encode())
    values = {name: value for name, value in SOURCE.items() if name != "is_whole"}
    return client.post(reverse("outreach:office_import_mailboxes"), values | {"file": file}, follow=True)


def test_mail_boxes_come_from_a_list_and_can_be_taken_back(client, author, said):
    for number, name in enumerate(("Alver", "Bodø", "Eide", "Fet"), 1):
        if number == 1:
            MunicipalityFactory(number="6101", name=name)
        else:
            place(number=f"610{number}", name=name)  # post@k6102.example, checked on 1 November
    lines = ["Kommune;E-post;Kilde", "6101;Post@Alver.example;alver.example/kontakt", "Bodø;post@k6102.example;"]
    lines += [
        "6103;ny@eide.example;",
        "6104;fet@gmail.com;",
        "9999;a@b.example;",
        "Fet;a@fet.example;",
        "Fet;b@fet.example;",
    ]

    later = SOURCE | {
        "as_of": "2031-01-01",
        "file": SimpleUploadedFile("postmottak.csv", b"Kommune;E-post\n6101;a@b.no"),
    }
    errors = client.post(reverse("outreach:office_import_mailboxes"), later).context["form"].errors
    assert errors["file"] == ["Choose the file again. It is not kept when something else has to be put right."]
    page = put_in(client, "\n".join([*lines[:1], "6103;;"]))
    assert "The address is missing." in page.text
    OfficeImport.objects.all().delete()
    page = put_in(client, "\n".join(lines))
    assert counts(page) == {"faulty": 4, "new": 1, "changed": 1, "checked": 1}
    assert said(write(client, page)) == ["The list is written."]

    new = current_mandate(Municipality.objects.get(pk="6101"), "mailbox")
    assert (new.email, new.email_source) == ("post@alver.example", "alver.example/kontakt")
    changed = current_mandate(Municipality.objects.get(pk="6103"), "mailbox")
    assert (changed.email, changed.email_source) == ("ny@eide.example", "alver.example")
    imported = OfficeImport.objects.get()
    client.post(at("undo", imported))
    changed.refresh_from_db()
    assert (changed.email, Mandate.objects.filter(pk=new.pk).exists()) == ("post@k6103.example", False)
    example = b"".join(client.get(reverse("outreach:office_import_example", args=["postmottak"])))
    assert example.decode("utf-8-sig").startswith("Kommune;E-post;Kilde")


def test_a_list_that_is_not_to_be_used_is_thrown_away(client, author, said):
    MunicipalityFactory(name="Alver")
    imported = upload(client, "Kommune;Navn;Parti\nAlver;Kari Nord;Ap\n").context["imported"]

    page = client.post(at("discard", imported), follow=True)

    imported.refresh_from_db()
    assert (said(page), imported.content, imported.is_waiting) == (["The list is thrown away."], [], False)
    assert "Not used" in page.text
    assert said(client.post(at("discard", imported), follow=True))[0].startswith("This list has been written already")


def test_a_large_list_is_worked_out_once_and_written_by_the_worker(client, author, said, monkeypatch):
    for module in (large_lists, office_imports):
        monkeypatch.setattr(module, "LARGE", 2)
    MunicipalityFactory(name="Alver")
    page = upload(client, "Kommune;Navn;Parti\nAlver;Kari Nord;Ap\nAlver;Ola Ås;H\nAlver;Ola Ås;H\n")
    imported = page.context["imported"]
    assert counts(page) == {"doubtful": 2, "new": 1}
    with monkeypatch.context() as kept:
        kept.setattr(office_imports, "plan_of", None)  # nothing is worked out again
        again = client.get(at("detail", imported))
    assert again.context["write_form"]["seen"].value() == page.context["write_form"]["seen"].value()
    page = client.post(at("decide", imported), {"line3": "another", "line4": "skip"}, follow=True)
    assert counts(page) == {"doubtful": 1, "new": 2}

    page = write(client, page)
    assert page.context["imported"].is_being_written
    assert "0 of 2 lines are written." in page.text
    part = client.get(at("detail", imported), headers={"HX-Request": "true"})
    assert (part.text.strip()[:18], part.headers.get("HX-Refresh")) == ('<div id="progress"', None)
    assert said(client.post(at("discard", imported), follow=True)) == ["This list is being written."]
    other = put_in(client, "Kommune;E-post\nAlver;post@alver.example")
    assert said(write(client, other)) == ["Another list is being written just now. Try again in a minute."]
    run_all_due_jobs()
    imported.refresh_from_db()
    assert (imported.counts["new"], imported.plans, Mandate.objects.count()) == (2, {}, 2)

    assert client.get(at("detail", imported), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"

    stale = upload(client, "Kommune;Navn;Parti\nAlver;Kari Nord;Ap\nAlver;Per Li;H\n")
    Mandate.objects.filter(politician__last_name="Nord").delete()
    waits = stale.context["imported"]
    write(client, stale)
    run_all_due_jobs()
    waits.refresh_from_db()
    assert waits.refusal.startswith("Offices have changed")
    assert not waits.is_being_written
    assert b"Offices have changed" in client.get(at("detail", waits)).content


def test_a_large_list_that_breaks_off_leaves_nothing_behind(client, author, monkeypatch):
    for module in (large_lists, office_imports):
        monkeypatch.setattr(module, "LARGE", 2)
    monkeypatch.setattr(large_lists, "PIECE", 1)
    places = [MunicipalityFactory(name=name) for name in ("Alver", "Eide", "Fet")]
    page = upload(
        client, "\n".join(["Kommune;Navn;Parti", *[f"{place.name};Kari {place.name};Ap" for place in places]])
    )
    write(client, page)
    done = []

    def breaks(execute, sql, *rest):
        if sql.startswith('INSERT INTO "outreach_mandate"'):
            done.append(OfficeImport.objects.get().done)
            if len(done) == 3:
                raise OperationalError
        return execute(sql, *rest)

    with connection.execute_wrapper(breaks):
        run_all_due_jobs()

    imported = OfficeImport.objects.get()
    assert (done, imported.done, imported.written, imported.is_waiting) == ([0, 1, 2], 0, {}, True)
    assert (Mandate.objects.count(), Politician.objects.count()) == (0, 0)
    page = client.get(at("detail", imported))
    assert "nothing was written. Try again." in page.text
    write(client, page)
    run_all_due_jobs()
    imported.refresh_from_db()
    assert (imported.done, imported.total, imported.counts["new"], Mandate.objects.count()) == (3, 3, 3, 3)
    client.post(at("undo", imported))
    assert (Mandate.objects.count(), Politician.objects.count()) == (0, 0)
