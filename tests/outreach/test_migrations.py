"""What migrations make of rows that older releases wrote, and that there is a way back."""

from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from outreach import migrations
from outreach.models import Objection, Reply
from outreach.services.consultations.submission_approvals import approve_submission, mark_delivered
from outreach.services.consultations.submission_log import submission_log
from outreach.services.consultations.submissions import submission_hash, submit_submission
from outreach.services.mailings.mailings import change_mailing, submit_mailing
from outreach.services.privacy.objections import object_for
from outreach.services.replies.sorting import sort_reply, unsort_reply
from outreach.triggers import install_triggers
from taushet import migrations as taushet_migrations
from taushet.models import DeliveryEvent, Suppression
from taushet.services.delivery import suppress
from tests.factories.outreach import PoliticianFactory, consultation, mailing, place, staff, submission
from tests.factories.replies import reply_with_file, sent_letters
from tests.factories.taushet import UserFactory
from tests.outreach.services.mailings.test_approvals import plan_of
from tests.outreach.services.mailings.test_occasions import to_mayors, with_mayor

pytestmark = pytest.mark.usefixtures("clock")


def operations_of(number, package=migrations):
    [name] = [module.name for module in iter_modules(package.__path__) if module.name.startswith(number)]
    return import_module(f"{package.__name__}.{name}").Migration.operations


def run(number, package=migrations):
    """Do what a data migration does, with the rows there are."""
    for operation in operations_of(number, package):
        operation.code(apps, None)


@pytest.mark.django_db
def test_replies_keep_whose_address_they_have_also_when_an_older_sorting_is_undone():
    first, second = sent_letters(place(), place())
    reply = reply_with_file()
    proven = {"from_email": first.to_email.upper(), "is_from_office": True, "sender_check": "pass"}
    Reply.objects.filter(pk=reply.pk).update(**proven, verified_at=timezone.now())
    for letter in (first, second):
        reply.links.create(letter=letter, how="token")
    run("0078")
    told = {first.pk: True, second.pk: False}
    assert dict(reply.links.values_list("letter", "is_from_office")) == told

    reply = sort_reply(reply, kind="answer", letters=[second.pk], by=UserFactory())
    for link in reply.before["links"]:
        del link["is_from_office"]  # as it was put down before links said so
    reply.save()
    unsort_reply(reply, by=UserFactory())
    assert dict(reply.links.values_list("letter", "is_from_office")) == told


@pytest.mark.django_db
def test_wishes_outlive_new_spellings_and_the_opening_of_offices():
    addresses = [
        "ordforer@a.example",
        "per.nordmann@b.example",
        "leder@c.example",
        "post@d.example",
        "ordforer@e.example",
    ]
    letters = list(to_mayors(*(with_mayor("Per", one) for one in addresses)).letters.order_by("pk"))
    told, own, objected, room, took_back = sorted(letters, key=lambda one: addresses.index(one.to_email))
    for letter in letters:
        suppress(letter.to_email, "wish", purpose="outreach")
    object_for(objected.mandate.politician, source="one-click")
    for letter in (told, own, room, took_back):
        DeliveryEvent.objects.create(
            message=letter.message, provider="x", event_id=letter.pk, kind="unsubscribed", happened_at=timezone.now()
        )
    Objection.objects.create(politician=took_back.mandate.politician, source="one-click", withdrawn_at=timezone.now())
    Suppression.objects.create(email="a@bærum.example", cause="wish")
    Suppression.objects.create(email="b@bærum.example", cause="complaint")
    Suppression.objects.create(email="b@xn--brum-voa.example", cause="complaint")

    for _time in range(2):
        run("0011", taushet_migrations)
        run("0087")
        run("0090")

    closed = set(Suppression.objects.values_list("email", flat=True))
    assert closed == {own.to_email, "a@xn--brum-voa.example", "b@xn--brum-voa.example"}
    standing = Objection.objects.filter(withdrawn_at=None).values_list("politician", "source")
    people = [(told, "provider"), (own, "provider"), (objected, "one-click")]
    assert set(standing) == {(letter.mandate.politician_id, source) for letter, source in people}


@pytest.mark.django_db
def test_what_two_approve_has_the_hands_and_the_case_it_had():
    draft, colleague, second = mailing(), staff("change_mailing"), staff("approve_submission")
    draft = change_mailing(draft, plan_of(draft, title="Vinter"), by=colleague)
    waiting = submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)
    waiting.editors.clear()
    run("0075")
    run("0092")
    assert waiting.hands == {waiting.author_id, colleague.pk}

    about, ours = consultation(title="Saken", reference="26/1"), []
    for _number in range(3):
        one = submission(by=colleague, consultation=about)
        one = submit_submission(one, by=colleague, seen_hash=one.content_hash, has_checked=True)
        ours.append(one)
    for one in ours[1:]:
        seen = one.content_hash
        approve_submission(one, approver=second, seen_hash=seen, is_public_confirmed=True, has_checked=True)
    mark_delivered(ours[2], on=timezone.localdate(), url="", by=colleague)
    type(one).objects.update(case_title="", addressee="", reference="")
    for _time in range(2):
        run("0082")
        run("0091")
    for one in ours:
        one.refresh_from_db()
        assert (one.case_title, one.reference) == ("Saken", "26/1")
    assert [one.status for one in ours] == ["draft", "draft", "approved"]
    assert [one.content_hash == submission_hash(one) for one in ours] == [True, True, True]
    assert [len([line for line in submission_log(one) if line.who is None]) for one in ours] == [1, 1, 0]
    assert ours[2].approvals.get().voided_at is None


def test_every_migration_can_go_back():
    for package in (migrations, taushet_migrations):
        for module in iter_modules(package.__path__):
            for operation in operations_of(module.name, package):
                assert operation.reversible, (module.name, operation)


@pytest.mark.django_db
def test_on_the_way_back_what_guards_a_column_lets_it_go_and_the_rest_stands():
    """PostgreSQL drops no column that a trigger asks about, and SQLite would refuse every change afterwards."""
    told = Objection.objects.create(politician=PoliticianFactory(), source="provider")
    before, editor = triggers(), connection.schema_editor(atomic=False)
    for number in ("0086", "0080"):
        operations_of(number)[-1].reverse_code(apps, editor)
    told.refresh_from_db()
    assert told.source == "one-click"  # older releases know no other word of the recipient's

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE outreach_commitmentchange DROP COLUMN refused_why")
        install_triggers(connection)
        assert set(before) - set(triggers()) == {"commitment_change_stays_as_it_was"}
        cursor.execute("UPDATE outreach_commitmentchange SET status = status")
        cursor.execute("ALTER TABLE outreach_commitmentchange ADD COLUMN refused_why varchar(300) NOT NULL DEFAULT ''")
    install_triggers(connection)
    assert triggers() == before


def triggers():
    """Return what the triggers there are say, by name."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal")
        return dict(cursor.fetchall())
