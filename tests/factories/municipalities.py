"""Municipalities for the tests, invented so that no test depends on the real registry."""

import factory

from municipalities.models import County, Municipality, Unit


class CountyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = County
        django_get_or_create = ["number"]

    number = factory.Sequence(lambda n: f"{60 + n % 40}")
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
