import pytest

from outreach.services.offices.leaving import says_left


@pytest.mark.parametrize(
    "text",
    [
        "Hei! Jeg har sluttet i Alver kommune. Ta kontakt med postmottaket.",
        "Eg har no slutta som ordførar.",
        "Kari Nordmann er ikke\r\nlenger ansatt her.",
        "Eg jobbar ikkje lenger i kommunen.",
        "Hun har gått av som ordfører.",
        "Denne e-postadressen er ikke lenger i bruk.",
        "I no longer work at the municipality.",
        "She has left the council.",
        "Jeg slutter i stillingen 1. desember.",
        "Min siste arbeidsdag var 1. november.",
        "Ikke lenger i stillingen",
        "Eg har bytta jobb.",
    ],
)
def test_leaving_is_recognised(text):
    assert says_left(text)


@pytest.mark.parametrize(
    "text",
    [
        "Jeg er på ferie og leser ikke e-post før 3. august.",
        "Eg er i permisjon til 1. februar.",
        "Møtet har slutt klokka 15.",
        "I am out of office until Monday.",
        "Krisesenteret har sluttet å ta imot menn.",
        "Vi har ikke lenger medlem i utvalget.",
        "",
    ],
)
def test_being_away_is_not_leaving(text):
    assert not says_left(text)


def test_what_a_person_writes_of_others_is_no_leaving():
    of_others = ["Kari Ås har sluttet i kommunen.", "Hun er ikke lenger ansatt.", "Jeg har sluttet å røyke."]
    assert not any(says_left(text, by_machine=False) for text in of_others)
    of_myself = ["Jeg har sluttet i kommunestyret.", "Eg er ikkje lenger ordførar.", "Jeg har gått av som ordfører."]
    assert all(says_left(text, by_machine=False) for text in of_myself)
