"""Work for the worker. Each task may run twice, so each is one that can."""

from django.tasks import task

from courses.services import (
    busy_reading,
    card_checkouts,
    crediting,
    date_alerts,
    due_mails,
    evaluations,
    holds,
    invoice_references,
    invoicing,
    offers,
    planned_mails,
    refund_retries,
    request_offers,
    stripe_comparison,
    stripe_events,
    surplus,
    trainer_offers,
)
from municipalities.services import entity_register


@task()
def expire_holds() -> int:
    card_checkouts.close_checkouts()  # first Stripe says who has paid
    return holds.expire_holds()


@task()
def close_checkouts() -> int:
    return card_checkouts.close_checkouts()


@task()
def follow_surplus() -> int:
    return surplus.follow_surplus()


@task()
def take_up_forgotten_events() -> int:
    return stripe_events.enqueue_forgotten()


@task()
def take_up_forgotten_refunds() -> int:
    return refund_retries.take_up_forgotten()


@task(priority=-10)
def compare_with_stripe() -> int:
    return stripe_comparison.compare_with_stripe()


@task()
def tell_of_new_dates() -> int:
    return date_alerts.tell_of_new_dates()


@task()
def run_waiting_lists() -> dict[str, int]:
    """Take back offers whose time is up, offer what is free, close the lists of sessions that have begun."""
    return {"lapsed": offers.lapse_offers(), "offered": offers.offer_left_over(), "ended": offers.end_lines()}


@task(priority=-10)
def ask_for_evaluations() -> int:
    return evaluations.ask_for_evaluations()


@task(priority=-10)
def release_answers() -> int:
    return evaluations.release_answers()


@task()
def lapse_request_offers() -> int:
    return request_offers.lapse_offers()


@task()
def lapse_trainer_offers() -> int:
    return trainer_offers.lapse_trainer_offers()


@task()
def write_due_mails() -> int:
    return due_mails.write_due_mails()


@task(priority=-10)
def plan_unplanned_mails() -> int:
    return planned_mails.plan_unplanned()


@task(priority=-10)
def read_due_calendars() -> int:
    return busy_reading.enqueue_due()


@task()
def run_invoicing() -> dict[str, int]:
    """Credit what has changed, ask for references that are missing, issue what is due."""
    return {
        "credited": crediting.follow_changed(),
        "asked": invoice_references.ask_for_missing(),
        **invoicing.issue_due_invoices(),
    }


@task(priority=-10)
def look_up_payers() -> int:
    """Ask Enhetsregisteret for the payers that nobody could look up when they were put in."""
    return entity_register.look_up_unknown()
