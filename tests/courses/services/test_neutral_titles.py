import pytest

from courses.services.neutral_titles import telling_word
from tests.factories.courses import CourseFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Kommunens ansvar for å stanse vold", "vold"),
        ("Samling om partnerdrap", "partnerdrap"),
        ("Valdsutsette i kommunen", "Valdsutsette"),
        ("KRISESENTERET i Bodø", "KRISESENTERET"),
        ("Når du må gripe inn", "gripe"),
        ("Kommune på kurs", "Kommune"),
        ("When the municipality steps in", "municipality"),
        ("Kurs i Volda", ""),
        ("Kurs i mars, Valdres", ""),
        ("Fagdag", ""),
        ("", ""),
    ],
)
def test_a_word_that_tells_is_found_whatever_language_the_course_says_it_in(title, found):
    course = CourseFactory(
        title_nb="Fagdag om når kommunen må gripe inn",
        title_nn="Når kommunen må gripa inn",
        title_en="Municipality duty",
    )

    assert telling_word(title, course) == found


def test_without_a_course_only_the_list_counts():
    assert [telling_word("Kommunens ansvar", None), telling_word("Mot mishandling", None)] == ["", "mishandling"]
