import pytest

from outreach.models import Letter
from outreach.services.replies.reply_addresses import (
    ALPHABET,
    letter_of_address,
    make_reply_token,
    read_reply_token,
    reply_address,
)
from tests.factories.outreach import mailing, place


@pytest.mark.django_db
def test_an_answer_finds_its_letter_however_the_address_is_written(settings, clock):
    draft = mailing(place(), place(), place())
    for letter in draft.letters.all():
        for settings.REPLY_DOMAIN in ("", "svar.example"):
            address = reply_address(letter)
            name, _at, domain = address.partition("@")
            token = name[-19:]
            written = [
                address,
                address.upper(),
                f"Taushet tar liv <{address}>",
                f'"Å, Ø" <annen@kommune.example>, {address}; tredje@kommune.example',
                token,
                token.replace("-", ""),
                token.replace("-", " ").replace("0", "O").replace("1", "l"),
                f"{name.replace('-', '').replace('+', '').replace('0', 'o').replace('1', 'I')}@{domain}",
            ]

            assert domain == settings.REPLY_DOMAIN or domain == settings.OUTREACH_FROM.rpartition("@")[2]
            assert {text: letter_of_address(text) for text in written} == dict.fromkeys(written, letter)


def test_a_token_with_one_wrong_sign_or_two_swapped_names_nothing():
    token = make_reply_token(4711)
    wrong = {
        token[:place] + sign + token[place + 1 :] for place in range(16) for sign in ALPHABET if sign != token[place]
    }
    swapped = {token[:at] + token[at + 1] + token[at] + token[at + 2 :] for at in range(15)} - {token}

    assert read_reply_token(token) == 4711
    assert {read_reply_token(text) for text in wrong | swapped} == {None}


@pytest.mark.django_db
def test_what_names_no_letter_of_ours_finds_none(settings, clock):
    letter = mailing().letters.get()
    ours = reply_address(letter)
    nobody = Letter.objects.order_by("pk").last().pk + 1

    assert letter_of_address(make_reply_token(nobody)) is None
    assert [letter_of_address(text) for text in ("", "@", "krav@kampanje.example", "a" * 5000, "İ" * 16)] == [None] * 5
    settings.LINK_KEY = "another"
    assert letter_of_address(ours) is None
