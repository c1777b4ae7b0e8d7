"""How payers write their references, and what Enhetsregisteret says of an organisation."""

import json

import pytest

from municipalities.forms.units import PayerForm
from municipalities.services.entity_register import (
    NoSuchOrganisation,
    RegisterAway,
    look_up,
    look_up_unknown,
)
from municipalities.services.references import fits
from tests.factories.municipalities import UnitFactory

NUMBER = "974760673"
FOUND = {
    "organisasjonsnummer": NUMBER,
    "navn": "SALTEN KRISESENTER IKS",
    "organisasjonsform": {"kode": "IKS"},
    "forretningsadresse": {"adresse": ["c/o Bodø", "Storgata 1"], "postnummer": "8006", "poststed": "BODØ"},
    "registrertIForetaksregisteret": True,
    "registrertIMvaregisteret": False,
}


@pytest.mark.parametrize(
    ("masks", "reference", "is_fit"),
    [
        ("", "anything at all", True),
        ("B######", "b104711", True),
        ("B######", "B10471", False),
        ("B######", "104711", False),
        ("????, ??????", "HOLM", True),
        ("????, ??????", "HOLMEN", True),
        ("????, ??????", "HOLME", False),
        ("###-##", "123-45", True),
        ("###-##", "12345", False),
        ("**", "ø1", True),
        ("#", "٣", False),
        ("?" * 60, "a" * 59 + "1", False),
    ],
)
def test_reference_is_held_against_the_masks(masks, reference, is_fit):
    assert fits(reference, masks) == is_fit


@pytest.mark.django_db
@pytest.mark.parametrize("masks", ["?" * 61, "#,#,#,#,#,#"])
def test_masks_are_bounded(masks):
    assert "reference_masks" in PayerForm({"reference_masks": masks}, instance=UnitFactory()).errors


@pytest.mark.django_db
def test_example_must_be_written_like_the_mask():
    form = PayerForm({"reference_masks": "B######", "reference_example": "4711"}, instance=UnitFactory())

    assert "reference_example" in form.errors


@pytest.fixture
def register(shelf, settings):
    settings.ENTITY_REGISTER = shelf.address("", host="localhost")
    return shelf


def missing(handler):
    handler.give(404)


def test_organisation_is_looked_up_also_as_a_part_of_another(register):
    register.answers[f"/enheter/{NUMBER}"] = missing
    register.answers[f"/underenheter/{NUMBER}"] = json.dumps(FOUND).encode()

    found = look_up(NUMBER)

    assert (found.name, found.form, found.street) == ("SALTEN KRISESENTER IKS", "IKS", "c/o Bodø, Storgata 1")
    assert (found.postal_code, found.city, found.is_in_business_register) == ("8006", "BODØ", True)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (missing, NoSuchOrganisation),
        (json.dumps(FOUND | {"slettedato": "2024-01-01"}).encode(), NoSuchOrganisation),
        (lambda handler: handler.give(500), RegisterAway),
        (b"no json", RegisterAway),
        (b"[]", RegisterAway),
        (json.dumps(FOUND | {"organisasjonsnummer": "910000004"}).encode(), RegisterAway),
    ],
)
def test_unknown_and_ended_are_told_from_a_register_that_is_away(register, answer, error):
    for place in ("enheter", "underenheter"):
        register.answers[f"/{place}/{NUMBER}"] = answer

    with pytest.raises(error):
        look_up(NUMBER)


@pytest.mark.django_db
def test_units_that_nobody_has_looked_up_are_filled_in_later(register):
    unit = UnitFactory(kind="company", organisation_number=NUMBER)
    register.answers[f"/enheter/{NUMBER}"] = lambda handler: handler.give(503)
    away = look_up_unknown()
    register.answers[f"/enheter/{NUMBER}"] = json.dumps(FOUND).encode()

    assert (away, look_up_unknown(), look_up_unknown()) == (0, 1, 0)
    unit.refresh_from_db()
    assert (unit.name, unit.city, unit.is_in_business_register) == ("SALTEN KRISESENTER IKS", "BODØ", True)
