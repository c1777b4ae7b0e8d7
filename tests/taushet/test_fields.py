import pytest
from django import forms
from django.utils import translation

from taushet.fields import CleanCharField, OrganisationNumberField, PhoneField, WholeNumberField, WorkEmailField


def error_of(field, value):
    with pytest.raises(forms.ValidationError) as caught, translation.override("en"):
        field.clean(value)
    with translation.override("en"):
        return caught.value.messages


@pytest.mark.parametrize(
    "value",
    [
        "Kari\r\nBcc: alle@test.example",
        "Kari\nNordmann",
        "Kari\rNordmann",
        "Kari\tNordmann",
        "Kari\x07",
        "Kari\x00",
        "Kari\x9bNordmann",
        "Kari\u2028Nordmann",
        "Kari\u202enamdroN",
    ],
)
@pytest.mark.parametrize("field_class", [CleanCharField, WorkEmailField, PhoneField, OrganisationNumberField])
def test_control_characters_are_refused_in_every_text_field(field_class, value):
    assert error_of(field_class(max_length=60), value) == [
        "Write this on one line, without line breaks or other control characters."
    ]


def test_text_is_stripped_and_composed():
    assert CleanCharField(max_length=20).clean("  Ska\u030anland  ") == "Skånland"


def test_sami_letters_are_kept():
    assert CleanCharField(max_length=30).clean("Kárášjohka č đ ŋ š ŧ ž") == "Kárášjohka č đ ŋ š ŧ ž"


def test_too_long_text_says_how_long_it_is():
    assert error_of(CleanCharField(max_length=120), "x" * 4000) == [
        "This is too long: 4000 characters, and there is room for 120."
    ]


@pytest.mark.parametrize("value", ["", "   ", None, "\r\n"])
def test_empty_text_asks_to_be_filled_in(value):
    assert error_of(CleanCharField(max_length=20), value) == ["Fill in this field."]


def test_optional_text_may_be_empty():
    assert CleanCharField(max_length=20, required=False).clean(None) == ""


def test_browser_is_not_told_to_cut_the_text():
    assert "maxlength" not in CleanCharField(max_length=20).widget.attrs


def test_address_is_kept_in_lower_case():
    assert WorkEmailField().clean(" Kari.Nordmann@Kommune.EXAMPLE ") == "kari.nordmann@kommune.example"


@pytest.mark.parametrize("value", ["kari", "kari@", "@kommune.example", "kari@kommune", "to@a.example, en@b.example"])
def test_what_is_no_address_is_refused(value):
    assert error_of(WorkEmailField(), value) == ["This is not an e-mail address. It looks like name@municipality.no."]


def test_too_long_address_says_so():
    assert error_of(WorkEmailField(), "a" * 300 + "@kommune.example") == [
        "This is too long: 316 characters, and there is room for 254."
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("22331160", "+4722331160"),
        ("22 33 11 60", "+4722331160"),
        ("+47 22 33 11 60", "+4722331160"),
        ("0047 22331160", "+4722331160"),
        ("(+47) 412 34 567", "+4741234567"),
        ("+46 8 12345678", "+46812345678"),
    ],
)
def test_phone_is_kept_in_the_international_form(typed, kept):
    assert PhoneField().clean(typed) == kept


@pytest.mark.parametrize("typed", ["12", "1234567", "ring meg", "22331160 Kari", "22331160 ext. 5", "+47 0000 0000"])
def test_what_is_no_phone_number_is_refused(typed):
    assert error_of(PhoneField(), typed) == [
        "This is not a phone number. Norwegian numbers have eight digits; begin foreign ones with +."
    ]


def test_kept_phone_is_shown_in_pairs_again():
    assert PhoneField().prepare_value("+4722331160") == "22 33 11 60"


def test_typed_phone_is_shown_as_it_was_typed():
    assert PhoneField().prepare_value("22x") == "22x"


@pytest.mark.parametrize("typed", ["974760673", "974 760 673", "NO 974 760 673 MVA", "974\u00a0760\u00a0673"])
def test_organisation_number_is_kept_as_nine_digits(typed):
    assert OrganisationNumberField().clean(typed) == "974760673"


def test_wrong_check_digit_is_named_as_such():
    assert error_of(OrganisationNumberField(), "974760674") == [
        "The check digit does not fit, so one of the digits must be wrong. Compare it with your source."
    ]


@pytest.mark.parametrize("typed", ["12345678", "97476067X", "kommunen", "९७४७६०६७३"])
def test_what_is_no_organisation_number_is_refused(typed):
    assert error_of(OrganisationNumberField(), typed) == [
        "An organisation number has nine digits, such as 974 760 673."
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("0", "The number must be 1 or more."),
        ("-3", "The number must be 1 or more."),
        ("31", "The number can be 30 at most."),
        ("99999999999999999999999", "The number can be 30 at most."),
        ("to", "Write a whole number with digits, such as 4."),
        ("2,5", "Write a whole number with digits, such as 4."),
        ("", "Write a number."),
    ],
)
def test_number_outside_its_limits_is_refused(typed, sentence):
    assert error_of(WholeNumberField(min_value=1, max_value=30), typed) == [sentence]
