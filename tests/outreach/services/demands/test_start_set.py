"""The demands the project comes with: eight local, five national, true to their sources, and letters that are whole."""

import re
from datetime import date

import pytest

from municipalities.models import Indicator
from municipalities.services.facts import set_fact
from outreach.models import Demand, DemandVersion, LegalHook
from outreach.services.demands.demands import load_demands
from outreach.services.demands.pairs import is_confirmed
from tests.factories.outreach import indicators, mailing, place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_the_start_set_is_whole_and_says_nothing_the_sources_do_not():
    indicators()
    load_demands()

    versions = list(DemandVersion.objects.sendable().select_related("demand").prefetch_related("hooks"))
    assert [version.demand.level for version in sorted(versions, key=lambda v: v.demand.number)] == ["local"] * 8 + [
        "national"
    ] * 5
    blocks = ("title", "summary", "text", "subject", "letter")
    for version in versions:
        assert is_confirmed(version)
        assert all(getattr(version, f"{block}_{code}") for block in blocks for code in ("nb", "nn"))
        assert all(version.__dict__[f"{block}_nb"] != version.__dict__[f"{block}_nn"] for block in ("text", "letter"))
        # Every source a letter names is a hook of the demand, and every fact one it needs.
        known = {hook.key for hook in version.hooks.all()} | {need.indicator.key for need in version.needed_facts.all()}
        assert set(re.findall(r'note\("([^"]+)"\)', version.letter_nb + version.letter_nn)) <= known
        # Nynorsk has none of the words that give bokmål away, and the other way round.
        assert not re.search(r"\b(ikke|hvor|hva|hjelpen|noe|kommuner|fra)\b", version.text_nn + version.letter_nn)
        assert not re.search(r"\b(ikkje|kvar|kva|hjelpa|noko|kommunar|frå)\b", version.text_nb + version.letter_nb)
    every = " ".join(version.text_nb + version.letter_nb for version in versions)
    assert "§ 8" not in every
    assert "sterkt kritikkverdig" not in every
    for version in versions:
        law = {hook.kind for hook in version.hooks.all()} & {"law", "convention"}
        assert law, version.demand.slug
    assert LegalHook.objects.filter(checked_on=None).count() == 0


def test_loading_again_changes_nothing_that_staff_have_changed():
    indicators()
    load_demands()
    LegalHook.objects.filter(key="straffeloven-196").update(meaning_nb="Vår egen forklaring.")
    Indicator.objects.filter(key="equal-offer").update(fresh_days=100)
    Demand.objects.filter(number=5).update(slug="vart-eige-namn")
    said = []

    load_demands(said.append)

    assert said == []
    assert LegalHook.objects.get(key="straffeloven-196").meaning_nb == "Vår egen forklaring."
    assert Indicator.objects.get(key="equal-offer").fresh_days == 100
    assert (Demand.objects.count(), Demand.objects.get(number=5).slug) == (13, "vart-eige-namn")


def test_each_local_letter_is_whole_whether_the_fact_says_yes_or_no():
    indicators()
    load_demands()
    places = {}
    for form in ("nb", "nn"):
        for answer in ("yes", "no", "unknown"):
            places[form, answer] = place(language_form=form)
    for version in DemandVersion.objects.current().filter(demand__level="local").exclude(demand__number=1):
        need = version.needed_facts.get().indicator
        for (_form, answer), municipality in places.items():
            if answer != "unknown":
                set_fact(municipality, need, value=answer, observed_on=date(2026, 11, 1), source="Nettsiden")

        made = mailing(*places.values(), version=version)

        letters = {letter.municipality_id: letter for letter in made.letters.all()}
        for form in ("nb", "nn"):
            yes, no, unknown = (letters[places[form, answer].pk] for answer in ("yes", "no", "unknown"))
            assert [reason["field"] for reason in unknown.held_for] == [need.key]
            assert yes.text != no.text
            for letter in (yes, no):
                assert letter.status == "ready", letter.held_for
                assert not re.search(r"[{}]|None|\n\n\n", letter.text)
                assert letter.text.startswith("Til ordfør")
                reply = "Svar til oss\n\nVi ber om " + ("eit" if form == "nn" else "et")
                assert reply in letter.text
