"""Offices, demands and mailings for the tests."""

from datetime import date, datetime

import factory
from django.contrib.auth.models import Permission

from municipalities.models import Indicator, Municipality
from municipalities.services.facts import set_fact
from outreach.models import Body, Consultation, Demand, LegalHook, Mandate, Politician
from outreach.services.consultations.submissions import start_submission
from outreach.services.demands.wordings import publish_version
from outreach.services.mailings.audiences import Audience
from outreach.services.mailings.mailings import Plan, create_mailing
from outreach.services.offices.offices import set_mailbox
from outreach.services.replies.publishing import TEXTS, save_draft
from taushet.workdays import OSLO

from .municipalities import MunicipalityFactory
from .taushet import UserFactory

LETTER = (
    "{{ greeting }}\n\n{% if fact.action_plan %}Plan: ja{% else %}Plan: nei{% endif %} {{ note('action-plan') }}, "
    "kurs: {{ fact.courses_held }} {{ note('lov') }}\n\n{{ demand_url }}"
)


class PoliticianFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Politician

    first_name = "Kari"
    last_name = factory.Sequence(lambda n: f"Nordmann {n}")


class BodyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Body

    kind = Body.Kind.COMMITTEE
    name = factory.Sequence(lambda n: f"Komité {n}")


class MandateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Mandate

    politician = factory.SubFactory(PoliticianFactory)
    body = factory.SubFactory(BodyFactory)
    role = Mandate.Role.MEMBER


def staff(*permissions, **values):
    """A person with these permissions of outreach."""
    user = UserFactory(**values)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="outreach", codename__in=permissions))
    return user


def indicators():
    """The two facts the demand of the tests needs."""
    names = {"name_nb": "Handlingsplan", "name_nn": "Handlingsplan på nynorsk", "name_en": "Action plan"}
    plan, _created = Indicator.objects.get_or_create(
        key="action-plan", defaults={**names, "kind": "yes_no", "fresh_days": 730}
    )
    counted = {"name_nb": "Kurs", "name_nn": "Kurs på nynorsk", "name_en": "Courses"}
    courses, _created = Indicator.objects.get_or_create(
        key="courses-held", defaults={**counted, "kind": "number", "knowledge_key": "courses_held"}
    )
    return [plan, courses]


def demand_version(number=1, letter=LETTER, *, needs=(), **hook):
    """A published demand in both forms, with one hook and two facts."""
    values = {"kind": "law", "citation_nb": "Loven § 1", "citation_nn": "Lova § 1", "url": "https://lov.example/1"}
    law, _created = LegalHook.objects.update_or_create(
        key="lov", defaults={**values, "meaning_nb": "Skal.", "meaning_nn": "Skal.", **hook}
    )
    demand, _created = Demand.objects.get_or_create(number=number, defaults={"slug": f"krav-{number}"})
    texts = {f"{name}_{code}": f"{name} {code}" for name in ("title", "summary", "text") for code in ("nb", "nn")} | {
        "subject_nb": "Krav til {{ municipality }} på bokmål",
        "subject_nn": "Krav til {{ municipality }} på nynorsk",
        "letter_nb": letter,
        "letter_nn": letter,
    }
    return publish_version(demand, texts=texts, hooks=[law], indicators=[*indicators(), *needs])


def wording_draft(version, by=None, **texts):
    """The next wording of a demand, as it is written: like the published one unless told otherwise."""
    same = {name: getattr(version, name) for name in TEXTS}
    links = {"hooks": version.hooks.all(), "indicators": [needed.indicator for needed in version.needed_facts.all()]}
    return save_draft(version.demand, texts=same | texts, by=by or UserFactory(), **links)


def consultation(**values):
    """A consultation of a ministry, open until 1 March 2027."""
    defaults = {
        "origin": "ministry",
        "title": "Endringer i krisesenterlova",
        "held_by": "Barne- og familiedepartementet",
        "answer_by": datetime(2027, 3, 1, 23, 59, tzinfo=OSLO),
        "answer_by_is_day": True,
    }
    return Consultation.objects.create(**defaults | values)


def submission(by=None, version=None, **values):
    """A draft of our answer to a consultation, from one demand."""
    defaults = {
        "title": "Innspill",
        "versions": [version or demand_version()],
        "figures": [],
        "indicators": indicators()[:1],
        "language": "nb",
        "senders": "kss",
    }
    about = values.pop("consultation", None) or consultation()
    return start_submission(about, by=by or UserFactory(), **defaults | values)


def place(plan="no", address=True, **values):
    """A municipality with an address and a known action plan, unless told otherwise."""
    municipality = MunicipalityFactory(**values)
    if address:
        set_mailbox(
            municipality,
            email=f"post@k{municipality.number}.example",
            source="nettsiden",
            checked_on=date(2026, 11, 1),
            by=None,
        )
    if plan:
        set_fact(municipality, indicators()[0], value=plan, observed_on=date(2026, 11, 1), source="Opplyst av kommunen")
    return municipality


def plan(*places, version=None, recipient="mailbox", **values):
    """What staff decide: one demand to an office in these municipalities, unless told otherwise."""
    places = places or (place(),)
    audience = Audience(roles=(recipient,), municipalities=tuple(sorted(one.pk for one in places)))
    made = {"title": "Høst", "demands": (version or demand_version(),), "audience": audience}
    return Plan(**made | values)


def mailing(*places, author=None, **values):
    """A draft to these municipalities."""
    return create_mailing(plan(*places, **values), author=author or UserFactory())


def places_of(mailing):
    """The municipalities a mailing names one by one."""
    return Municipality.objects.filter(pk__in=mailing.audience.get("municipalities", []))
