import pytest
from django import forms
from django.utils import timezone

from municipalities.fields import MunicipalityChoiceField
from municipalities.services.telling_apart import tell_apart
from tests.factories.municipalities import CountyFactory, MunicipalityFactory


class PlaceForm(forms.Form):
    municipality = MunicipalityChoiceField()


def test_options_stand_in_groups_by_county(db):
    nordland = CountyFactory(number="18", name="Nordland")
    MunicipalityFactory(number="1818", name="Herøy", county=nordland)
    MunicipalityFactory(number="1515", name="Herøy", county=CountyFactory(number="15", name="Møre og Romsdal"))
    MunicipalityFactory(number="1875", name="Hamarøy", parallel_names=["Hábmer"], county=nordland)

    tell_apart()

    html = str(PlaceForm()["municipality"])

    assert '<optgroup label="Møre og Romsdal"><option value="1515">Herøy (Møre og Romsdal)</option></optgroup>' in html
    assert '<option value="1875">Hamarøy – Hábmer</option><option value="1818">Herøy (Nordland)</option>' in html


def test_chosen_municipality_is_selected_after_a_faulty_post(db):
    municipality = MunicipalityFactory()

    form = PlaceForm({"municipality": municipality.number})

    assert form.is_valid()
    assert form.cleaned_data == {"municipality": municipality}
    assert f'<option value="{municipality.number}" selected>' in str(form["municipality"])


def test_new_name_is_shown_at_once(db):
    municipality = MunicipalityFactory(name="Gamlenavn")
    assert "Gamlenavn" in str(PlaceForm()["municipality"])

    municipality.name = "Nynavn"
    municipality.save()

    assert "Nynavn" in str(PlaceForm()["municipality"])
    assert "Gamlenavn" not in str(PlaceForm()["municipality"])


@pytest.mark.parametrize("number", ["9999", "abc", "0", "' or 1=1 --", "x" * 5000, "03\x0001", "0301\r\n"])
def test_unknown_number_is_refused_and_harmless(db, number):
    MunicipalityFactory(number="0301")

    form = PlaceForm({"municipality": number})

    assert not form.is_valid()
    assert len(form.errors["municipality"]) == 1
    assert " selected" not in str(form["municipality"])


def test_name_that_was_typed_and_is_none_of_ours_is_kept_and_named(db):
    MunicipalityFactory(name="Bodø")

    form = PlaceForm({"municipality": "", "municipality_typed": " Atlantis <b> "})

    assert form.errors == {"municipality": ["Vi finner ingen kommune som heter «Atlantis <b>». Velg en fra listen."]}
    assert 'data-typed="Atlantis &lt;b&gt;"' in str(form["municipality"])


def test_what_was_chosen_counts_before_what_was_typed(db):
    bodo = MunicipalityFactory(name="Bodø")

    form = PlaceForm({"municipality": bodo.number, "municipality_typed": "Atlantis"})

    assert form.is_valid()
    assert form.cleaned_data == {"municipality": bodo}
    assert "data-typed" not in str(form["municipality"])


def test_municipality_that_has_ended_is_named_and_refused(db):
    ended = MunicipalityFactory(name="Halsa", valid_to=timezone.localdate())

    form = PlaceForm({"municipality": ended.number})

    assert form.errors["municipality"] == ["Halsa er ikke lenger egen kommune. Velg kommunen den er en del av nå."]
    assert f'<option value="{ended.number}" selected>Halsa</option>' in str(form["municipality"])


@pytest.mark.parametrize("count", [1, 30])
def test_options_cost_one_query(db, django_assert_num_queries, count):
    MunicipalityFactory.create_batch(count)
    str(PlaceForm()["municipality"])

    with django_assert_num_queries(1):
        html = str(PlaceForm()["municipality"])

    assert html.count("<option") == count + 1
