import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.models import DateAlert
from courses.services.date_alerts import ASKS_A_DAY
from courses.views.date_alerts import ASKS_AN_HOUR
from taushet.models import Message
from taushet.services.links import issue_link, revoke_link
from tests.factories.courses import BookingFactory, CourseFactory, DateAlertFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = pytest.mark.django_db

ASK = "/kurs/varsel/"
SENTENCE = "Now open the e-mail we send to kari@bodo.test and press the button in it. Only then will you be told."


def ask(client, **fields):
    return client.post(ASK, {"varsel-email": "kari@bodo.test"} | {f"varsel-{k}": v for k, v in fields.items()})


def said(response):
    return [str(message) for message in response.context["messages"]]


def link(alert, purpose, ending=""):
    return f"/varsel/{issue_link(purpose, alert.pk)}/{ending}"


@pytest.fixture
def process_cache(settings):
    """The cache that each process keeps, as it is outside the tests."""
    settings.CACHES = settings.CACHES | {
        "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "date-alerts"}
    }


@pytest.mark.parametrize("count", [1, 3, 51])
def test_the_form_costs_no_query_on_the_list(client, django_assert_num_queries, process_cache, count):
    SessionFactory.create_batch(count)
    client.get(reverse("courses:course_list"))

    with django_assert_num_queries(2):
        response = client.get(reverse("courses:course_list"))

    assert 'id="id_varsel-email"' in response.text


def test_the_form_costs_no_query_on_a_course(client, django_assert_num_queries, process_cache):
    course = CourseFactory()
    client.get(course.get_absolute_url())

    with django_assert_num_queries(2):
        response = client.get(course.get_absolute_url())

    assert f'<input type="hidden" name="varsel-course" value="{course.slug}"' in response.text


def test_pages_that_show_the_form_set_no_cookie(client):
    course = CourseFactory()

    for address in (reverse("courses:course_list"), course.get_absolute_url(), ASK):
        assert client.get(address).cookies == {}


def test_the_form_knows_the_county_the_list_is_narrowed_to(client):
    county = MunicipalityFactory().county

    response = client.get(reverse("courses:course_list"), {"county": county.pk})

    assert response.context["alert_form"]()["county"].value() == county.pk


def test_an_unpublished_course_has_no_form(client):
    sign_in(client, StaffFactory())

    response = client.get(CourseFactory(is_published=False).get_absolute_url())

    assert response.status_code == 200
    assert "varsel-email" not in response.text


def test_a_wish_is_taken_and_leads_back(client, english):
    county = MunicipalityFactory().county

    response = ask(client, county=county.pk)

    assert response.url == reverse("courses:course_list")
    assert said(client.get(response.url)) == [SENTENCE]
    assert DateAlert.objects.values_list("email", "county", "course", "language").get() == (
        "kari@bodo.test",
        county.pk,
        None,
        "en",
    )


def test_a_wish_for_a_course_leads_back_to_it(client):
    course = CourseFactory()

    response = ask(client, course=course.slug)

    assert response.url == course.get_absolute_url()
    assert DateAlert.objects.get().course == course


def test_the_answer_is_the_same_whatever_is_known_of_an_address(client, english):
    DateAlertFactory(email="kari@bodo.test")
    BookingFactory(contact_email="kari@bodo.test")

    assert [said(client.get(ask(client).url)) for _time in range(3)] == [[SENTENCE]] * 3


def test_it_works_without_cookies_from_any_page():
    strict = Client(enforce_csrf_checks=True)

    assert ask(strict).status_code == 302
    assert DateAlert.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"email": ""}, {"email": ["Write an e-mail address."]}),
        ({"email": "kari"}, {"email": ["This is not an e-mail address. It looks like name@municipality.no."]}),
        (
            {"email": "kari@bodo.test\nBcc: all@bodo.test"},
            {"email": ["Write this on one line, without line breaks or other control characters."]},
        ),
        (
            {"email": "k" * 250 + "@bodo.test"},
            {"email": ["This is too long: 260 characters, and there is room for 254."]},
        ),
        ({"county": "99"}, {"county": ["There is no county with this number. Choose one from the list."]}),
        ({"county": "\x00"}, {"county": ["Null characters are not allowed."]}),
        (
            {"course": "ukjent"},
            {"course": ["This course is no longer there. Ask for the dates of all courses instead."]},
        ),
    ],
)
def test_wrong_input_is_said_beside_its_field_and_nothing_is_lost(client, fields, errors, english):
    county = MunicipalityFactory().county

    response = ask(client, **{"county": county.pk} | fields)

    assert response.context["form"].errors == errors
    assert not DateAlert.objects.exists()
    if "county" not in fields:
        assert f'<option value="{county.pk}" selected>' in response.text


def test_an_unpublished_course_cannot_be_asked_for(client):
    ask(client, course=CourseFactory(is_published=False).slug)

    assert not DateAlert.objects.exists()


def test_one_place_on_the_net_may_ask_so_often_in_an_hour(client):
    answers = [ask(client, email=f"a{number}@bodo.test").status_code for number in range(ASKS_AN_HOUR + 1)]

    assert answers == [302] * ASKS_AN_HOUR + [429]


def test_too_many_asks_for_an_address_are_answered_the_same_and_send_nothing(client, english):
    for _number in range(ASKS_A_DAY + 2):
        response = ask(client, course=CourseFactory().slug)

    assert said(client.get(response.url))[-1] == SENTENCE
    assert Message.objects.count() == ASKS_A_DAY


def test_opening_the_link_confirms_nothing_and_pressing_the_button_does(client):
    alert = DateAlertFactory(confirmed_at=None)
    address = link(alert, "alert-confirm", "bekreft/")

    client.get(address)
    client.head(address)
    alert.refresh_from_db()
    assert alert.confirmed_at is None

    response = client.post(address)
    alert.refresh_from_db()
    assert alert.is_live
    assert response.url == link(alert, "alert")
    assert client.get(address).url == link(alert, "alert")


def test_the_confirming_form_cannot_be_posted_from_another_site():
    alert = DateAlertFactory(confirmed_at=None)

    response = Client(enforce_csrf_checks=True).post(link(alert, "alert-confirm", "bekreft/"))

    alert.refresh_from_db()
    assert response.status_code == 403
    assert alert.confirmed_at is None


def test_the_page_lists_what_fits_without_naming_it(client, english):
    session = SessionFactory(municipality=MunicipalityFactory(name="Bodø"), course__title_nb="Avverge og varsle")
    SessionFactory()
    alert = DateAlertFactory(course=session.course, county=session.municipality.county)

    response = client.get(link(alert, "alert"))

    assert [row[0] for row in response.context["rows"]] == [session]
    assert session.get_absolute_url() in response.text
    assert "Avverge" not in response.text
    assert "Taushet tar liv" not in response.text
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_page_do_not_grow(client, django_assert_num_queries, count):
    SessionFactory.create_batch(count, municipality=MunicipalityFactory())
    address = link(DateAlertFactory(), "alert")

    with django_assert_num_queries(3):
        client.get(address)


def test_opening_the_stop_link_stops_nothing_and_pressing_the_button_does(client, english):
    alert = DateAlertFactory()
    address = link(alert, "alert-stop", "stopp/")

    client.get(address)
    client.head(address)
    alert.refresh_from_db()
    assert alert.is_live

    response = client.post(address)
    alert.refresh_from_db()
    assert alert.is_live is False
    assert response.status_code == 200
    assert "We do not write to you about new dates again." in response.text
    assert "You are not told of new dates any more" in client.get(address).text


def test_a_mail_program_stops_with_one_post_and_no_cookie():
    alert = DateAlertFactory()
    address = link(alert, "alert-stop", "stopp/")
    program = Client(enforce_csrf_checks=True)

    answers = [program.post(address, {"List-Unsubscribe": "One-Click"}).status_code for _time in range(2)]

    alert.refresh_from_db()
    assert answers == [200, 200]
    assert alert.is_live is False


def test_the_page_of_a_stopped_wish_says_so(client, english):
    SessionFactory()
    alert = DateAlertFactory(stopped_at=timezone.now())

    response = client.get(link(alert, "alert"))

    assert "You are not told of new dates any more" in response.text
    assert response.context["rows"] == []


@pytest.mark.parametrize(
    ("purpose", "ending"),
    [
        ("alert-stop", ""),
        ("alert-confirm", ""),
        ("alert", "bekreft/"),
        ("alert-stop", "bekreft/"),
        ("alert-confirm", "stopp/"),
        ("booking", ""),
        ("booking", "stopp/"),
    ],
)
def test_a_link_opens_its_own_pages_only(client, purpose, ending):
    alert = DateAlertFactory(confirmed_at=None)

    for answer in (client.get(link(alert, purpose, ending)), client.post(link(alert, purpose, ending))):
        assert answer.status_code in {404, 405}
    alert.refresh_from_db()
    assert (alert.confirmed_at, alert.stopped_at) == (None, None)


@pytest.mark.parametrize("ending", ["", "bekreft/", "stopp/"])
def test_a_wrong_and_a_closed_link_get_the_same_answer(client, ending):
    alert = DateAlertFactory()
    addresses = [link(alert, purpose, ending) for purpose in ("alert", "alert-confirm", "alert-stop")]
    for purpose in ("alert", "alert-confirm", "alert-stop"):
        revoke_link(purpose, alert.pk)

    for address in (*addresses, f"/varsel/ukjent/{ending}", f"/varsel/{'x' * 3000}/{ending}"):
        response = client.get(address)
        assert response.status_code == 404
        assert response.templates[0].name == "courses/link_lost.html"


def test_the_pages_speak_the_language_of_the_wish(client):
    response = client.get(link(DateAlertFactory(language="nn"), "alert"))

    assert response.headers["Content-Language"] == "nn"
    assert '<html lang="nn">' in response.text
