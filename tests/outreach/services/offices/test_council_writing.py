"""What a list has written: told when something changed meanwhile, taken back, and not kept."""

from datetime import date

import pytest

from outreach.exceptions import AlreadyWritten, CannotUndo, ContentChanged
from outreach.models import Letter, Mandate, OfficeImport, Politician
from outreach.services.offices import office_imports
from tests.outreach.services.offices.test_councils import FIRST, LATER, counts, put_in, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_what_changes_meanwhile_is_told_and_nothing_is_written(alver, staff):
    one, other = put_in(staff, *FIRST), put_in(staff, *FIRST)
    seen = office_imports.fingerprint(office_imports.plan_of(one))
    write(other, staff)

    with pytest.raises(ContentChanged):
        office_imports.write_import(one, seen=seen, by=staff)

    assert Politician.objects.count() == 4


def test_an_import_is_taken_back_until_somebody_has_worked_with_it(alver, staff):
    write(put_in(staff, *FIRST), staff)
    before = list(Mandate.objects.order_by("pk").values())
    later = write(put_in(staff, *FIRST[:1], "Alver;Ny Mann;V;;", as_of=LATER), staff)
    assert list(Mandate.objects.order_by("pk").values()) != before

    office_imports.undo_import(later, by=staff)

    assert list(Mandate.objects.order_by("pk").values()) == before
    with pytest.raises(CannotUndo):
        office_imports.undo_import(later, by=staff)
    assert not Letter.objects.exists()


def test_whoever_is_known_to_leave_later_is_in_office_until_then(alver, staff):
    write(put_in(staff, *FIRST), staff)
    known, gone = date(2027, 1, 1), date(2026, 11, 10)
    council = Mandate.objects.filter(role="councillor")
    council.filter(politician__last_name__in=["Nordmann", "Hansen"]).update(ends_on=known)
    council.filter(politician__last_name="Ås").update(ends_on=gone)

    same = put_in(staff, *FIRST)
    assert counts(same) == {"same": 4}  # of a day on which all three sat there
    later = put_in(staff, FIRST[0], "Alver;Ny Mann;H;;", FIRST[3], as_of=LATER)
    assert counts(later) == {"new": 1, "ended": 1, "checked": 1, "same": 1}
    written = write(later, staff)

    assert dict(council.values_list("politician__last_name", "ends_on")) == {
        "Nordmann": known,
        "Hansen": LATER,
        "Ås": gone,
        "Mann": None,
    }
    office_imports.undo_import(written, by=staff)
    assert dict(council.values_list("politician__last_name", "ends_on")) == {
        "Nordmann": known,
        "Hansen": known,
        "Ås": gone,
    }


def test_lists_are_not_kept(alver, staff):
    waiting, written = put_in(staff, *FIRST), put_in(staff, *FIRST)
    write(written, staff)

    office_imports.empty_imports(office_imports.timezone.now().replace(year=2027))

    assert list(OfficeImport.objects.order_by("pk").values_list("content", "written", "decisions")) == [
        ([], {}, {}),
        ([], {}, {}),
    ]
    with pytest.raises(AlreadyWritten):
        office_imports.choose_columns(waiting, {})
