"""Lists put in in the browser: looked over, decided on, written once, taken back."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from outreach.models import Body, Mandate, OfficeImport, Politician
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.outreach import MandateFactory, PoliticianFactory
from tests.outreach.official import official, official_representative

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LIST = "Sted;Den valgte;Liste;Verv\nAlver;Kari Nordmann;Ap;Ordfører\nAlver;Per Hansen;H;\nAlver;=HYPERLINK(1);H;\n"
SOURCE = {"source": "alver.example", "as_of": "2026-11-20", "is_whole": "yes"}


def at(name, imported):
    return reverse(f"outreach:office_import_{name}", args=[imported.pk])


def upload(client, content, name="liste.csv", **changes):
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return client.post(reverse("outreach:office_import_councils"), SOURCE | changes | {"file": file}, follow=True)


def write(client, page):
    imported = page.context["imported"]
    return client.post(at("write", imported), {"seen": page.context["write_form"]["seen"].value()}, follow=True)


def counts(page):
    return {key: count for key, _label, count in page.context["tabs"] if count}


def test_a_list_goes_from_file_to_offices(client, author, said):
    MunicipalityFactory(name="Alver")
    namesake = MandateFactory(politician=PoliticianFactory(first_name="Per", last_name="Hansen")).politician

    page = upload(client, LIST)
    assert counts(page) == {"faulty": 3}  # nothing says which column holds the names
    imported = page.context["imported"]
    columns = {"column0": "place", "column1": "name", "column2": "party", "column3": "role", "has_heading": "on"}
    twice = client.post(at("columns", imported), columns | {"column3": "party"})
    assert list(twice.context["columns"].errors) == ["column3"]
    page = client.post(at("columns", imported), columns, follow=True)
    assert counts(page) == {"doubtful": 1, "faulty": 1, "new": 1}
    assert b"=HYPERLINK(1)" in client.get(f"{at('detail', imported)}?show=faulty").content

    page = client.post(at("decide", imported), {"line3": str(namesake.pk)}, follow=True)
    assert counts(page) == {"faulty": 1, "new": 2}
    assert not Mandate.objects.filter(role="councillor").exists()
    done = write(client, page)

    assert said(done) == ["The list is written."]
    assert Mandate.objects.get(role="councillor", party="H").politician == namesake
    assert Mandate.objects.get(role="mayor").source == "alver.example"
    again = client.post(at("write", imported), {"seen": page.context["write_form"]["seen"].value()}, follow=True)
    assert "already" in said(again)[0]
    undone = client.post(at("undo", imported), follow=True)
    assert said(undone) == ["The list is taken back."]
    assert list(Politician.objects.all()) == [namesake]


def test_whether_a_list_is_whole_is_chosen_and_many_who_leave_are_confirmed(client, author, said):
    MunicipalityFactory(name="Alver")
    lines = [f"Alver;Kari Nummer{chr(97 + number)};Ap" for number in range(14)]
    head = "Kommune;Navn;Parti"
    asked = client.get(reverse("outreach:office_import_councils"))
    assert "checked" not in asked.text.partition("<main")[2]
    lacks = upload(client, "\n".join([head, *lines]), is_whole="")
    errors = lacks.context["form"].errors
    assert (list(errors), errors["is_whole"]) == (["is_whole", "file"], ["Choose whether everybody is in the list."])
    write(client, upload(client, "\n".join([head, *lines]), is_whole="no"))
    held = Mandate.objects.filter(role="councillor", ends_on=None)
    assert held.count() == 14

    part = upload(client, "\n".join([head, *lines[:3]]), is_whole="no")
    assert (counts(part), "said to hold some only" in part.text) == ({"same": 3}, True)
    whole = upload(client, "\n".join([head, *lines[:3]]))
    assert "said to hold everybody. By what stands in it, 11 offices end on" in whole.text
    assert "I have looked: 11 offices end." in whole.text
    refused = write(client, whole)
    assert refused.context["write_form"].errors == {"ends_many": ["Look at who leaves, and tick that you have."]}
    assert (refused.context["state"], len(refused.context["page"])) == ("ended", 11)
    assert held.count() == 14
    few = upload(client, "\n".join([head, *lines[:4]]))
    assert "I have looked" not in few.text  # ten can be looked through
    seen = {"seen": whole.context["write_form"]["seen"].value(), "ends_many": "on"}
    done = client.post(at("write", whole.context["imported"]), seen, follow=True)

    assert said(done) == ["The list is written."]
    assert held.count() == 3

    write(client, upload(client, f"{head};Verv\nAlver;Per Berg;Ap;Ordfører", is_whole="no"))
    faulty = upload(client, f"{head};Verv\nAlver;Eva Dal;Ap;Ordfører\nAlver;;Ap;").text
    assert "Nobody in Alver is put down as having left" in faulty
    assert "By what stands in it, 1 office ends" in faulty


def test_all_that_are_left_may_be_said_to_be_others(client, author):
    MunicipalityFactory(name="Alver")
    for name in ("Nordmann", "Hansen"):
        PoliticianFactory(first_name="Kari" if name == "Nordmann" else "Per", last_name=name)
    page = upload(client, LIST.replace("Den valgte", "Navn").replace("Sted", "Kommune"))
    assert counts(page) == {"doubtful": 2, "faulty": 1}
    asked = list(client.get(page.request["PATH_INFO"], {"show": "doubtful"}).context["decisions"])
    assert all(re.match(r"Line \d+ · ", field.help_text) for field in asked)  # below the name, above the choice
    assert len(asked) == 2

    page = client.post(at("decide", page.context["imported"]), {"all": "another"}, follow=True)

    assert counts(page) == {"faulty": 1, "new": 2}


def test_another_tab_meanwhile_is_told(client, author, said):
    MunicipalityFactory(name="Alver")
    content = LIST.replace("Den valgte", "Navn").replace("Sted", "Kommune")
    first, second = upload(client, content), upload(client, content)
    write(client, first)

    page = write(client, second)

    assert said(page) == ["Offices have changed since you looked it over. This is how it looks now."]
    assert (counts(page), Politician.objects.count()) == ({"faulty": 1, "same": 2}, 2)


@pytest.mark.parametrize(
    ("content", "changes", "field"),
    [
        (b"", {}, "file"),
        (b"%PDF-1.7 ...", {}, "file"),
        (b"a;b\n" * 1_400_000, {}, "file"),
        (LIST, {"as_of": "2026-11-24"}, "as_of"),
        (LIST, {"source": ""}, "source"),
    ],
)
def test_what_cannot_be_read_is_told(client, author, content, changes, field):
    page = upload(client, content, **changes)

    assert list(page.context["form"].errors) in ([field], [field, "file"])
    assert not OfficeImport.objects.exists()


def test_the_storting_is_put_in_from_its_files(client, author, said):
    namesake = MandateFactory(politician=PoliticianFactory(first_name="Bård", last_name="Hoksrud")).politician
    files = official([official_representative(), official_representative(id="DEF", fornavn="Ola")])
    address = reverse("outreach:office_import_storting")

    def put_in(**changes):
        uploads = {name: SimpleUploadedFile(f"{name}.json", content) for name, content in (files | changes).items()}
        return client.post(address, {"seats": "2", **uploads}, follow=True)

    broken = put_in(regjering=b'{"regjeringsmedlemmer_liste": [')
    assert broken.context["form"].non_field_errors() == [
        "regjering cannot be read (line 1): it is cut off, or it is another kind of file.",
        "Choose all three files again.",
    ]
    assert put_in(dagensrepresentanter=json.dumps({}).encode()).context["form"].errors
    page = put_in()
    assert counts(page)["doubtful"] == 1
    assert said(write(client, page)) == ["There is nothing to write."]
    page = client.post(at("decide", page.context["imported"]), {"lineBÅH": str(namesake.pk)}, follow=True)
    done = write(client, page)
    assert said(done) == ["The list is written."]

    namesake.refresh_from_db()
    assert namesake.external_id == "storting:BÅH"
    assert Politician.objects.count() == 3
    assert not put_in().context["plan"].writes
    files["dagensrepresentanter"] = official([official_representative(vara_representant=True)])["dagensrepresentanter"]
    files["dagensrepresentanter"] = files["dagensrepresentanter"].replace(b"1767603600000", b"1767430800000")
    older = client.post(
        address, {"seats": "1"} | {name: SimpleUploadedFile(name, one) for name, one in files.items()}, follow=True
    ).context["plan"]
    assert [warning.split(".")[0] for warning in older.warnings] == ["This export is of 3"]
    (step,) = older.of("changed")[:1]
    assert (step.name, step.place, step.told) == ("Bård Hoksrud", "Stortinget", ["substitute: no → yes"])
    emails = Mandate.objects.filter(politician=namesake, role__in=["representative", "member"]).values_list("email")
    assert emails.distinct().count() == 1  # a member of a committee is reached as the representative is

    later = write(
        client,
        put_in(
            dagensrepresentanter=official(
                [official_representative(id="DEF", fornavn="Ola"), official_representative(id="GHI", fornavn="Eva")]
            )["dagensrepresentanter"]
        ),
    )
    assert Mandate.objects.filter(politician=namesake, ends_on=None).count() == 1  # the office of before
    gone = Mandate.objects.get(politician=namesake, role="representative")
    Mandate.objects.filter(pk=gone.pk).update(ends_on="2026-11-30")
    refused = client.post(at("undo", later.context["imported"]), follow=True)
    assert said(refused) == ["Some of the offices that ended have been changed since."]
    Mandate.objects.filter(pk=gone.pk).update(ends_on=gone.ends_on)
    assert said(client.post(at("undo", later.context["imported"]), follow=True)) == ["The list is taken back."]
    assert said(client.post(at("undo", done.context["imported"]), follow=True)) == ["The list is taken back."]
    assert (list(Politician.objects.all()), Mandate.objects.count()) == ([namesake], 1)
    namesake.refresh_from_db()
    assert namesake.external_id == ""
    assert not Body.objects.filter(external_id__startswith="storting:").exists()
