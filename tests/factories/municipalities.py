"""Municipalities for the tests, invented so that no test depends on the real registry."""

import factory
from django.utils import timezone

from municipalities.models import (
    ContactPerson,
    County,
    CrisisCentre,
    Fact,
    Indicator,
    Membership,
    Municipality,
    Unit,
)

from .taushet import UserFactory


class CountyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = County
        django_get_or_create = ["number"]

    number = factory.Sequence(lambda n: f"{60 + n % 39}")  # no county has the number 99
    name = factory.LazyAttribute(lambda county: f"Fylke {county.number}")
    sort_key = factory.LazyAttribute(lambda county: county.name.lower())
    language_form = "neutral"


class MunicipalityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Municipality

    county = factory.SubFactory(CountyFactory)
    number = factory.Sequence(lambda n: f"{6000 + n}")
    name = factory.LazyAttribute(lambda place: f"Kommune {place.number}")
    official_name = factory.SelfAttribute("name")
    sort_key = factory.LazyAttribute(lambda place: place.name.lower())
    language_form = "nb"


class UnitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Unit

    municipality = factory.SubFactory(MunicipalityFactory)
    name = factory.LazyAttribute(lambda unit: f"{unit.municipality.name} kommune")
    kind = Unit.Kind.MUNICIPALITY


class IndicatorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Indicator

    key = factory.Sequence(lambda n: f"indicator-{n}")
    name_nb = factory.LazyAttribute(lambda indicator: f"Måltall {indicator.key}")
    name_nn = factory.LazyAttribute(lambda indicator: f"Måltal {indicator.key}")
    name_en = factory.LazyAttribute(lambda indicator: f"Measure {indicator.key}")
    kind = Indicator.Kind.YES_NO


class FactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Fact

    municipality = factory.SubFactory(MunicipalityFactory)
    indicator = factory.SubFactory(IndicatorFactory)
    value = "yes"
    observed_on = factory.LazyFunction(timezone.localdate)
    source = "Kommunens nettsted"


class CrisisCentreFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CrisisCentre

    name = factory.Sequence(lambda n: f"Krisesenter {n}")


class ContactPersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ContactPerson

    municipality = factory.SubFactory(MunicipalityFactory)
    name = factory.Sequence(lambda n: f"Kontakt {n}")
    email = factory.Sequence(lambda n: f"kontakt{n}@test.example")


class MembershipFactory(factory.django.DjangoModelFactory):
    """A proposed membership, or a confirmed one: `MembershipFactory(confirmed=True)`."""

    class Meta:
        model = Membership

    class Params:
        confirmed = factory.Trait(
            confirmed_at=factory.LazyFunction(timezone.now),
            confirmed_by=factory.SubFactory(UserFactory),
        )

    user = factory.SubFactory(UserFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
