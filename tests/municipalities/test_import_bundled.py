from django.core.management import call_command

from municipalities.models import County, CrisisCentre, Indicator, Municipality, Unit


def test_import_loads_the_357_municipalities_with_their_payers(db):
    call_command("import_municipalities", verbosity=0)

    karasjok = Municipality.objects.get(number="5610")
    assert Municipality.objects.current().count() == 357
    assert County.objects.count() == 15
    assert CrisisCentre.objects.count() == 35
    assert Unit.objects.filter(kind=Unit.Kind.MUNICIPALITY).count() == 357
    assert set(Indicator.objects.values_list("key", flat=True)) == {"action-plan", "courses-held"}
    assert karasjok.display_name == "Karasjok – Kárášjohka"
    assert karasjok.official_name == "Kárášjohka - Karasjok"
    assert karasjok.is_sami_area
    assert karasjok.units.get().organisation_number == karasjok.organisation_number
