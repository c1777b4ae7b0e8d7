import io
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from openpyxl import load_workbook

from courses.models import ExpenseClaim, Outlay
from courses.registrations.road import expenses_to_settle
from courses.services import expenses
from courses.services.assignments import assign_trainer, withdraw_assignment
from courses.services.expenses import ExpensesSettled
from courses.services.trainers import register_trainer
from taushet.tables.writing import write_csv, write_xlsx
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory
from tests.rivals import at_once


@pytest.fixture
def assignment(db):
    session = SessionFactory(course__title_nb="Kurs", municipality=MunicipalityFactory(name="Bodø"))
    trainer = register_trainer(TrainerUserFactory(name="Karim", email="karim@kurs.test"), courses=[session.course])
    return assign_trainer(session, trainer=trainer, by=StaffFactory())


def claim(assignment, *outlays, kilometres=120, note=""):
    rows = [(what, Decimal(amount)) for what, amount in outlays]
    by = assignment.trainer.user
    return expenses.claim_expenses(assignment, kilometres=kilometres, note=note, outlays=rows, by=by)


def test_trainer_changes_it_until_it_is_settled_as_it_was_seen(assignment):
    staff = StaffFactory()
    first = claim(assignment, ("Ferge", "99.50"), ("Buss", "45"))
    seen = first.changed_at
    second = claim(assignment, ("Ferge", "110.50"), kilometres=80)
    assert (second.pk, second.outlay_total, list(expenses_to_settle(staff)) != []) == (
        first.pk,
        Decimal("110.50"),
        True,
    )

    with pytest.raises(ExpensesSettled):
        expenses.settle_expenses(first, seen=seen, by=staff)
    expenses.settle_expenses(first, seen=second.changed_at, by=staff)

    for refused in (
        lambda: claim(assignment, ("Hotell", "2000")),
        lambda: expenses.settle_expenses(first, seen=second.changed_at, by=staff),
    ):
        with pytest.raises(ExpensesSettled):
            refused()
    assert list(expenses_to_settle(staff)) == []
    expenses.reopen_expenses(first, by=staff)
    assert claim(assignment, kilometres=90).kilometres == 90
    assert Outlay.objects.count() == 0


def test_lists_that_leave_have_a_row_for_each_thing_and_cells_that_compute_nothing(assignment):
    row = claim(assignment, ("=1+1", "99.50"), ("@ferge", "45"), note="=HYPERLINK()")
    with translation.override("nb"):
        heading, rows = expenses.expense_table(ExpenseClaim.objects.all(), by=StaffFactory(), ending="csv")
        table = b"".join(write_csv(heading, list(rows))).decode("utf-8-sig").splitlines()
        heading, rows = expenses.expense_table(ExpenseClaim.objects.all(), by=StaffFactory(), ending="xlsx")
        sheet = load_workbook(io.BytesIO(write_xlsx(heading, rows).read())).active

    start = f"{timezone.localtime(assignment.session.first_starts_at):%d.%m.%Y %H:%M}"
    head = f"{row.pk};Karim;karim@kurs.test;Kurs;{start};Bodø"
    assert table[1:] == [
        f"{head};Med egen bil;120;;'=HYPERLINK();",
        f"{head};'=1+1;;99,50;'=HYPERLINK();",
        f"{head};'@ferge;;45,00;'=HYPERLINK();",
    ]
    cells = [[cell.value for cell in line][6:10] for line in sheet.iter_rows(min_row=2)]
    assert cells == [
        ["Med egen bil", 120, None, "=HYPERLINK()"],
        ["=1+1", None, 99.5, "=HYPERLINK()"],
        ["@ferge", None, 45, "=HYPERLINK()"],
    ]
    assert {cell.data_type for line in sheet.iter_rows(min_row=2) for cell in line} & {"f"} == set()


def test_who_was_taken_off_may_still_write_what_it_cost(assignment):
    trainer = assignment.trainer
    withdraw_assignment(assignment, by=StaffFactory())

    assert list(expenses.assignments_to_claim(trainer, assignment.session.first_starts_at)) == [assignment]
    assert list(expenses.assignments_to_claim(trainer, assignment.session.last_ends_at + timedelta(days=400))) == []


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_expenses_takes_few_queries(assignment, count, django_assert_num_queries):
    for number in range(count):
        session = SessionFactory(
            course=assignment.session.course, first_starts_at=timezone.now() + timedelta(days=50 + number)
        )
        claim(assign_trainer(session, trainer=assignment.trainer, by=StaffFactory()), ("Buss", "45"))

    with django_assert_num_queries(2):
        assert len([row.outlay_total for row in expenses.claims_with_rows()]) == count


def test_expenses_go_five_years_after_the_year(assignment):
    row = claim(assignment, ("Buss", "45"))
    over = assignment.session.last_ends_at

    assert expenses.erase_expenses(over + timedelta(days=5 * 365)) == 0
    assert expenses.erase_expenses(over + timedelta(days=6 * 367)) == 2
    assert not ExpenseClaim.objects.filter(pk=row.pk).exists()


def settle_or_change(thing):
    kind, assignment, row, seen, by = thing
    if kind == "settle":
        expenses.settle_expenses(row, seen=datetime.fromisoformat(seen), by=by)
    else:
        claim(assignment, ("Hotell", "2000"))
    return kind


@pytest.mark.django_db(transaction=True)
def test_what_is_settled_is_what_was_seen_even_at_the_same_moment(assignment):
    row, staff = claim(assignment, ("Buss", "45")), StaffFactory()
    seen = row.changed_at.isoformat()

    outcomes = at_once(
        settle_or_change, [("settle", assignment, row, seen, staff), ("change", assignment, row, seen, staff)]
    )

    row.refresh_from_db()
    won = next(one for one in outcomes if isinstance(one, str))
    assert len([one for one in outcomes if isinstance(one, str)]) == 1, outcomes
    assert (row.settled_at is not None, row.outlay_total) == (
        (True, Decimal(45)) if won == "settle" else (False, Decimal(2000))
    )
