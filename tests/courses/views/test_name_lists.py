import io
import re
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from courses.models import Booking, Participant
from courses.services.booking_changes import change_seats
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory

pytestmark = pytest.mark.django_db

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
CHOSEN = re.compile(r'<select name="(column\d+)".*?</select>', re.DOTALL)
LINES = "Navn;E-post;Arbeidssted;Rolle\n"
KARI = LINES + "Kari Nordmann;kari@bodo.test;NAV;leder"


@pytest.fixture
def booking():
    return BookingFactory(seats=3)


def address(booking, name, purpose="booking"):
    return reverse(f"courses:{name}", args=[issue_link(purpose, booking.pk)])


def put_in(client, booking, text="", file=None):
    return client.post(address(booking, "name_list"), {"text": text} | ({"file": file} if file else {}))


def form_of(response, **changes):
    """Return what a browser would send of the preview as it stands."""
    page = response.content.decode()
    fields = dict(HIDDEN.findall(page))
    for select in CHOSEN.finditer(page):
        chosen = re.search(r'value="(\w*)" selected', select[0])
        fields[select[1]] = chosen[1] if chosen else ""
    if re.search(r'name="has_heading"[^>]*checked', page):
        fields["has_heading"] = "on"
    return fields | changes


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def faults_in(response):
    rows = re.findall(r'data-label="Linje">(\d+)</th>\s*<td data-label="Feil">(.*?)</td>', response.content.decode())
    return {int(number): fault for number, fault in rows}


def named(booking):
    return list(booking.participants.order_by("pk").values_list("name", "email", "workplace", "role"))


def test_list_is_looked_over_and_then_saved(client, booking):
    preview = put_in(client, booking, KARI + "\nPer Hansen;PER@bodo.test;;")

    assert Participant.objects.count() == 0
    assert "2 navn kan lagres." in text_of(preview)
    assert "Kari Nordmann kari@bodo.test NAV leder" in text_of(preview)

    saved = client.post(address(booking, "name_list_save"), form_of(preview))

    assert saved.url == address(booking, "booking_detail")
    assert named(booking) == [
        ("Kari Nordmann", "kari@bodo.test", "NAV", "leder"),
        ("Per Hansen", "per@bodo.test", "", ""),
    ]
    assert set(Message.objects.values_list("to_email", flat=True)) == {"kari@bodo.test", "per@bodo.test"}


def test_saving_twice_saves_once(client, booking):
    form = form_of(put_in(client, booking, KARI))

    client.post(address(booking, "name_list_save"), form)
    again = client.post(address(booking, "name_list_save"), form)

    assert Participant.objects.count() == 1
    assert again.url == address(booking, "booking_detail")


def test_list_saved_in_a_second_tab_is_told_first_what_has_happened(client, booking):
    preview = put_in(client, booking, KARI)
    change_seats(booking, 4)

    told = client.post(address(booking, "name_list_save"), form_of(preview))
    between = named(booking)
    saved = client.post(address(booking, "name_list_save"), form_of(told))

    assert "Bestillingen er endret" in text_of(told)
    assert re.search(r"Det du skrev, står under\. Trykk «Lagre \d navn», eller gå tilbake\.", text_of(told))
    assert "Plasser: 3 før, 4 nå" in text_of(told)
    assert (between, saved.url) == ([], address(booking, "booking_detail"))
    assert named(booking) == [("Kari Nordmann", "kari@bodo.test", "NAV", "leder")]


def test_list_with_other_columns_still_knows_what_it_was_looked_over_with(client, booking):
    preview = put_in(client, booking, KARI)
    change_seats(booking, 4)
    checked = client.post(address(booking, "name_list_check"), form_of(preview))

    client.post(address(booking, "name_list_save"), form_of(checked))

    assert named(booking) == []


def test_second_contact_may_and_a_receipt_may_not(client, booking):
    assert client.get(address(booking, "name_list", "booking-second")).status_code == 200
    for name in ("name_list", "name_list_check", "name_list_save"):
        assert client.post(address(booking, name, "booking-receipt")).status_code == 404
        assert client.post(address(booking, name, "signup")).status_code == 404


def test_spreadsheet_is_read_and_its_guess_can_be_changed(client, booking):
    book = Workbook()
    for row in (["Etternavn", "Fornavn", "Stilling"], ["Nordmann", "Kari", "leder"]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)

    preview = put_in(client, booking, file=SimpleUploadedFile("liste.exe", file.getvalue()))
    form = form_of(preview)
    assert (form["column0"], form["column1"], form["column2"]) == ("surname", "forename", "role")

    form["column2"] = "workplace"
    unseen = client.post(address(booking, "name_list_save"), form)
    assert "Du har valgt andre kolonner." in text_of(unseen)
    assert Participant.objects.count() == 0

    checked = client.post(address(booking, "name_list_check"), form)
    client.post(address(booking, "name_list_save"), form_of(checked))
    assert named(booking) == [("Kari Nordmann", "", "leder", "")]


def test_title_over_merged_cells_is_no_participant_and_hides_no_heading(client, booking):
    book = Workbook()
    rows = ["Deltakere"], [None], ["Navn", "E-post", "Stilling"], ["Kari Nordmann", " <mailto:kari@bodo.test>", "leder"]
    for row in rows:
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    file = io.BytesIO()
    book.save(file)

    preview = put_in(client, booking, file=SimpleUploadedFile("navn.xlsx", file.getvalue()))
    client.post(address(booking, "name_list_save"), form_of(preview))

    assert "Det som står over overskriftene, er utelatt." in text_of(preview)
    assert named(booking) == [("Kari Nordmann", "kari@bodo.test", "", "leder")]


def test_names_pasted_from_outlook(client, booking):
    preview = put_in(client, booking, "Nordmann, Kari <kari@bodo.test>; Hansen, Per <per@bodo.test>")

    client.post(address(booking, "name_list_save"), form_of(preview))

    assert named(booking) == [("Kari Nordmann", "kari@bodo.test", "", ""), ("Per Hansen", "per@bodo.test", "", "")]


def test_faults_are_told_by_line_and_can_be_left_out(client):
    booking = BookingFactory(seats=10)
    ParticipantFactory(booking=booking, name="Står Her", email="her@bodo.test")
    preview = put_in(
        client,
        booking,
        LINES + ";uten@bodo.test\nKari;feil-adresse\nPer;per@bodo.test\n\nPål;per@bodo.test\nStår Der;her@bodo.test\n"
        "står her;\nÅse;\nÅSE;\nwww.x.no;\n" + "x" * 121,
    )

    assert faults_in(preview) == {
        2: "Navn: Skriv et navn.",
        3: "E-post på jobben: Dette er ikke en e-postadresse. La feltet stå tomt om du ikke vet den.",
        6: "Den samme e-postadressen står på linje 4.",
        7: "her@bodo.test står på listen fra før.",
        8: "står her står på listen fra før.",
        10: "Det samme navnet står på linje 9.",
        11: "Navn: Skriv et navn her, ikke en adresse.",
        12: "Navn: Dette er for langt: 121 tegn, og det er plass til 120.",
    }

    form = form_of(preview)
    refused = client.post(address(booking, "name_list_save"), form)
    assert "Kryss av for å hoppe over linjene med feil" in text_of(refused)
    assert Participant.objects.count() == 1

    client.post(address(booking, "name_list_save"), form | {"leave_out": "on"})
    assert [name for name, *_rest in named(booking)] == ["Står Her", "Per", "Åse"]


def test_more_names_than_seats_is_said_and_nothing_saved(client, booking):
    preview = put_in(client, booking, "Kari\nPer\nPål\nÅse")

    assert "4 navn, men bare 3 ledige plasser. Ingenting kan lagres ennå. Legg inn færre navn" in text_of(preview)
    assert "kan lagres" not in text_of(preview).replace("Ingenting kan lagres ennå", "")
    assert "Lagre 4 navn" not in text_of(preview)

    refused = client.post(address(booking, "name_list_save"), form_of(preview))
    assert "3 plasser i bestillingen mangler navn" in text_of(refused)
    assert Participant.objects.count() == 0


def test_full_booking_says_so_of_a_list(client, booking):
    for _number in range(3):
        ParticipantFactory(booking=booking)

    preview = put_in(client, booking, "Kari\nPer")

    assert "Alle plassene i bestillingen har navn. Ingenting kan lagres ennå." in text_of(preview)


def test_a_pasted_list_is_given_back_to_be_corrected(client, booking):
    shown = form_of(put_in(client, booking, "Kari;kari@bodo.test\nPer"))
    checked = form_of(client.post(address(booking, "name_list_check"), shown))

    again = client.post(address(booking, "name_list_again"), checked)
    strange = client.post(address(BookingFactory(), "name_list_again"), checked)

    assert again.context["form"]["text"].value() == "Kari;kari@bodo.test\nPer"
    assert f'action="{address(booking, "name_list")}"' in again.text
    assert strange.status_code == 302


def test_columns_that_cannot_be_are_refused(client, booking):
    form = form_of(put_in(client, booking, KARI))

    twice = client.post(address(booking, "name_list_save"), form | {"column2": "email"})
    nameless = client.post(address(booking, "name_list_save"), form | {"column0": ""})
    unknown = client.post(address(booking, "name_list_save"), form | {"column0": "salary"})

    assert "To kolonner er valgt som «E-post på jobben». Velg én av dem." in text_of(twice)
    assert "Velg hvilken kolonne navnene står i." in text_of(nameless)
    assert unknown.status_code == 200
    assert Participant.objects.count() == 0


def test_file_that_has_to_be_chosen_again_is_said_so_beside_the_field(client, booking):
    both = put_in(client, booking, "Kari", SimpleUploadedFile("liste.csv", KARI.encode()))
    text_alone = put_in(client, booking, "\n")

    again = "Velg filen på nytt. Den blir ikke tatt vare på når noe må rettes."
    assert both.context["form"].errors["file"] == [again]
    assert both.context["form"]["text"].value() == "Kari"
    assert "file" not in text_alone.context["form"].errors


@pytest.mark.parametrize(
    ("text", "file", "sentence"),
    [
        ("", None, "Lim inn en liste, eller velg en fil."),
        ("Kari", b"Per", "Lim inn listen eller velg en fil, ikke begge deler."),
        ("", b"", "Det står ingenting i tabellen."),
        ("", b"PK\x03\x04...", "Dette er ikke en tabell vi kan lese."),
        ("", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>", "Dette er ikke en tabell vi kan lese."),
        ("", b"x" * (1024 * 1024 + 5), "Filen er større enn 1 MB."),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(client, booking, text, file, sentence):
    answer = put_in(client, booking, text, SimpleUploadedFile("liste.csv", file) if file is not None else None)

    assert answer.status_code == 200
    assert sentence in text_of(answer)


def test_a_list_works_only_on_the_page_of_its_own_booking(client, booking):
    form = form_of(put_in(client, booking, KARI))
    other = BookingFactory()

    for name in ("name_list_check", "name_list_save"):
        assert client.post(address(other, name), form).url == address(other, "name_list")
        assert client.post(address(booking, name), form | {"table": form["table"] + "x"}).url == address(
            booking, "name_list"
        )
        assert client.post(address(booking, name), {}).url == address(booking, "name_list")
    assert Participant.objects.count() == 0


def test_a_list_left_open_for_hours_is_asked_for_again(client, booking, monkeypatch):
    form = form_of(put_in(client, booking, KARI))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3 * 3600 + 1)

    assert client.post(address(booking, "name_list_save"), form).url == address(booking, "name_list")


def test_form_without_its_key_is_shown_again(client, booking):
    form = form_of(put_in(client, booking, KARI)) | {"request_key": "made-up"}

    assert "Skjemaet var ikke helt" in text_of(client.post(address(booking, "name_list_save"), form))
    assert Participant.objects.count() == 0


def test_what_a_list_says_is_never_markup(client, booking):
    preview = put_in(client, booking, LINES + '<script>alert(1)</script>;kari@bodo.test;<b>;"<i>"')

    assert "<script>alert" not in preview.content.decode()
    assert "<b>" not in preview.content.decode()


def test_booking_without_seats_takes_no_list(client):
    cancelled = BookingFactory(state=Booking.State.CANCELLED)

    assert client.get(address(cancelled, "name_list")).url == address(cancelled, "booking_detail")
    form = form_of(put_in(client, cancelled, KARI))
    answer = client.post(address(cancelled, "name_list_save"), form)

    assert "Denne bestillingen har ingen plasser lenger." in text_of(answer)
    assert Participant.objects.count() == 0


def test_nobody_can_make_us_read_lists_without_end(client, booking, monkeypatch):
    monkeypatch.setattr("courses.views.name_lists.LISTS_AN_HOUR", 2)

    assert [put_in(client, booking, KARI).status_code for _turn in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(("good", "bad"), [(3, 1), (460, 40)])
def test_long_lists_are_looked_over_quickly_and_with_the_same_queries(client, good, bad, django_assert_num_queries):
    booking = BookingFactory(seats=500, session=SessionFactory(capacity=500))
    lines = [f"Deltaker {number // 26}{chr(97 + number % 26)};d{number}@bodo.test;NAV;leder" for number in range(good)]
    faulty = [f"Feil {number};ikke-adresse" for number in range(bad)]
    path = address(booking, "name_list")

    started = time.monotonic()
    with django_assert_num_queries(7):
        preview = client.post(path, {"text": LINES + "\n".join(lines + faulty)})
    seconds = time.monotonic() - started

    assert f"{good} navn kan lagres. {bad} linje" in text_of(preview)
    assert set(faults_in(preview)) == set(range(good + 2, good + bad + 2))
    assert seconds < 2


def test_hundreds_of_names_are_saved_at_once(client):
    booking = BookingFactory(seats=460, session=SessionFactory(capacity=460))
    preview = put_in(client, booking, "\n".join(f"Kari Nordmann;d{number}@bodo.test" for number in range(460)))

    client.post(address(booking, "name_list_save"), form_of(preview))
    in_the_request = (booking.participants.count(), Message.objects.count())
    run_all_due_jobs()

    assert in_the_request == (460, 0)
    assert Message.objects.values("to_email").distinct().count() == Message.objects.count() == 460
