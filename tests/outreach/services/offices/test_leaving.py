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
        "",
    ],
)
def test_being_away_is_not_leaving(text):
    assert not says_left(text)
