import pytest
from django.http import QueryDict
from django.utils import translation

from courses.forms.booking_contacts import SecondContactForm
from courses.forms.bookings import BookingForm
from courses.forms.participants import SignUpForm
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import MunicipalityFactory

pytestmark = pytest.mark.django_db


def typed(session, **changes):
    """What a browser sends for a form it was shown, with some fields typed otherwise."""
    form = BookingForm(session=session)
    return {
        "request_key": form["request_key"].value(),
        "shown_price": form["shown_price"].value(),
        "municipality": changes.pop("municipality", None) or MunicipalityFactory().number,
        "seats": "2",
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "22 33 11 60",
        "reference_later": "on",
    } | changes


def form_for(session, **changes):
    return BookingForm(as_post(typed(session, **changes)), session=session)


def as_post(data):
    post = QueryDict(mutable=True)
    post.update(data)
    return post


def test_what_is_right_becomes_clean():
    form = form_for(SessionFactory(), contact_email=" KARI@bodo.test ", takes_part="on")

    assert form.is_valid(), form.errors
    assert form.cleaned_data["contact_email"] == "kari@bodo.test"
    assert form.cleaned_data["contact_phone"] == "+4722331160"
    assert form.cleaned_data["takes_part"] is True
    assert len(form.cleaned_data["request_key"]) == 22


BAD = [
    ("seats", "0", "Tallet må være 1 eller mer.", "Talet må vere 1 eller meir.", "The number must be 1 or more."),
    ("seats", "-2", "Tallet må være 1 eller mer.", "Talet må vere 1 eller meir.", "The number must be 1 or more."),
    (
        "seats",
        "mange",
        "Skriv antallet plasser med sifre, for eksempel 4.",
        "Skriv talet på plassar med siffer, til dømes 4.",
        "Write the number of seats with digits, such as 4.",
    ),
    (
        "seats",
        "",
        "Skriv hvor mange plasser dere trenger.",
        "Skriv kor mange plassar de treng.",
        "Write how many seats you need.",
    ),
    (
        "municipality",
        "9999",
        "Det finnes ingen kommune med dette nummeret. Velg en fra listen.",
        "Det finst ingen kommune med dette nummeret. Vel ein frå lista.",
        "There is no municipality with this number. Choose one from the list.",
    ),
    ("contact_name", "", "Skriv et navn.", "Skriv eit namn.", "Write a name."),
    (
        "contact_name",
        "x" * 4000,
        "Dette er for langt: 4000 tegn, og det er plass til 120.",
        "Dette er for langt: 4000 teikn, og det er plass til 120.",
        "This is too long: 4000 characters, and there is room for 120.",
    ),
    (
        "contact_name",
        "Kari\r\nBcc: alle@test.example",
        "Skriv dette på én linje, uten linjeskift eller andre styretegn.",
        "Skriv dette på éi linje, utan linjeskift eller andre styreteikn.",
        "Write this on one line, without line breaks or other control characters.",
    ),
    (
        "contact_name",
        "12345",
        "Skriv et navn med bokstaver.",
        "Skriv eit namn med bokstavar.",
        "Write a name with letters.",
    ),
    (
        "contact_name",
        "Vinn på www.vinn.test",
        "Skriv et navn her, ikke en adresse.",
        "Skriv eit namn her, ikkje ei adresse.",
        "Write a name here, not an address.",
    ),
    (
        "contact_email",
        "kari",
        "Dette er ikke en e-postadresse. Den ser slik ut: navn@kommune.no.",
        "Dette er ikkje ei e-postadresse. Ho ser slik ut: namn@kommune.no.",
        "This is not an e-mail address. It looks like name@municipality.no.",
    ),
    (
        "contact_phone",
        "12",
        "Dette er ikke et telefonnummer. Norske numre har åtte sifre. Utenlandske begynner med +.",
        "Dette er ikkje eit telefonnummer. Norske nummer har åtte siffer. Utanlandske byrjar med +.",
        "This is not a phone number. Norwegian numbers have eight digits; begin foreign ones with +.",
    ),
    (
        "payer_organisation_number",
        "974760674",
        "Kontrollsifferet stemmer ikke, så ett av sifrene må være feil. Sjekk nummeret en gang til.",
        "Kontrollsifferet stemmer ikkje, så eitt av siffera må vere feil. Sjekk nummeret ein gong til.",
        "The check digit does not fit, so one of the digits must be wrong. Compare it with your source.",
    ),
]


@pytest.mark.parametrize(("field", "value", "nb", "nn", "en"), BAD)
def test_what_is_wrong_gets_one_sentence_beside_its_field_and_stays_as_it_was_typed(field, value, nb, nn, en):
    session = SessionFactory(price=500)

    for language, sentence in (("nb", nb), ("nn", nn), ("en", en)):
        with translation.override(language):
            payer = {"payer_kind": "other", "payer_name": "NAV", "payer_organisation_number": "974 760 673"}
            form = form_for(session, **payer | {field: value})

            assert not form.is_valid()
            assert {name: list(errors) for name, errors in form.errors.items()} == {field: [sentence]}
            assert form[field].value() == value
            assert form["contact_role"].value() is None


def test_other_payer_needs_name_and_number():
    form = form_for(SessionFactory(price=500), payer_kind="other")

    assert not form.is_valid()
    assert set(form.errors) == {"payer_name", "payer_organisation_number"}


def test_what_another_payer_has_to_say_is_not_called_optional():
    form = form_for(SessionFactory(price=500), payer_kind="other")

    optional = [field.name for field in form.who_pays if "(valgfritt)" in field.as_field_group()]

    assert not {"payer_name", "payer_organisation_number"} & set(optional)


@pytest.mark.parametrize("kind", ["", "somebody"])
def test_who_pays_has_to_be_chosen(kind):
    form = form_for(SessionFactory(price=500), payer_kind=kind)

    assert form.errors == {"payer_kind": ["Velg hvem som betaler."]}


def test_what_was_typed_about_another_payer_does_not_count_when_the_municipality_pays():
    wrong = {"payer_name": "x" * 999, "payer_organisation_number": "12"}
    form = form_for(SessionFactory(price=500), payer_kind="municipality", **wrong)

    assert form.is_valid(), form.errors
    assert (form.cleaned_data["payer_name"], form.cleaned_data["payer_organisation_number"]) == ("", "")


def test_free_session_does_not_ask_who_pays():
    form = BookingForm(session=SessionFactory(price=0))

    assert form.who_pays == []
    assert "invoice_reference" not in form.fields


@pytest.mark.parametrize("key", ["", "selvlaget", "abc:def"])
def test_key_that_is_not_ours_is_replaced_and_nothing_typed_is_lost(key):
    form = form_for(SessionFactory(), request_key=key)

    assert not form.is_valid()
    assert form.non_field_errors() == ["Skjemaet var ikke helt da det kom fram. Se over det og send det en gang til."]
    again = BookingForm(as_post({name: form[name].value() or "" for name in form.fields}), session=form.session)
    assert again.is_valid(), again.errors


def test_key_of_another_session_is_not_taken():
    form = form_for(SessionFactory(), request_key=BookingForm(session=SessionFactory())["request_key"].value())

    assert not form.is_valid()


def test_each_form_shown_has_a_key_of_its_own():
    session = SessionFactory()

    keys = {BookingForm(session=session)["request_key"].value() for _turn in range(3)}

    assert len(keys) == 3


@pytest.mark.parametrize(("name", "email", "field"), [("Per", "", "email"), ("", "per@bodo.test", "name")])
def test_half_a_second_contact_is_refused(name, email, field):
    form = SecondContactForm({"name": name, "email": email})

    assert not form.is_valid()
    assert set(form.errors) == {field}


def test_sign_up_asks_for_nothing_about_the_person_s_life():
    assert set(SignUpForm(about="x").fields) == {"request_key", "name", "email", "workplace", "role"}
