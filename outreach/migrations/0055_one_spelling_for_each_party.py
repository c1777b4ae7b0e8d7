"""Write the registered parties of offices in their one short form, as new offices are written."""

from django.db import migrations

SHORT = {
    "Ap": ("a", "ap", "dna", "arbeiderpartiet", "arbeidarpartiet", "det norske arbeiderparti"),
    "FrP": ("frp", "fremskrittspartiet", "framstegspartiet"),
    "H": ("h", "høyre", "høgre"),
    "INP": ("inp", "industri- og næringspartiet"),
    "K": ("k", "konservativt"),
    "KrF": ("krf", "kristelig folkeparti", "kristeleg folkeparti"),
    "Lib": ("lib", "liberalistene", "liberalistane"),
    "MDG": ("mdg", "miljøpartiet de grønne", "miljøpartiet dei grøne"),
    "ND": ("nd", "norgesdemokratene", "noregsdemokratane"),
    "PF": ("pf", "pasientfokus"),
    "PP": ("pp", "pensjonistpartiet"),
    "R": ("r", "rødt", "raudt", "partiet rødt"),
    "SV": ("sv", "sosialistisk venstreparti", "sv - sosialistisk venstreparti", "sosialistisk venstreparti (sv)"),
    "Sp": ("sp", "senterpartiet"),
    "V": ("v", "venstre"),
}
WORDS = {word: short for short, words in SHORT.items() for word in words}


def shorten(apps, schema_editor):
    Mandate = apps.get_model("outreach", "Mandate")
    for party in set(Mandate.objects.exclude(party="").order_by().values_list("party", flat=True)):
        short = WORDS.get(party.strip().casefold(), party.strip())
        if short != party:
            Mandate.objects.filter(party=party).update(party=short)


class Migration(migrations.Migration):
    dependencies = [("outreach", "0041_start_a_submission_once")]

    operations = [migrations.RunPython(shorten, migrations.RunPython.noop)]
