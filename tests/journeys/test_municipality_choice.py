"""The municipality choice by keyboard, by mouse and without script, on the page of courses."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories.courses import SessionFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def choice(norway, page):
    """The open catalogue with the focus in the choice."""
    page.goto("/kurs/")
    box = page.get_by_role("combobox", name="Kommune")
    box.focus()
    return box


def hits(page):
    return page.locator("municipality-choice [role=option]")


def value(page):
    return page.locator("select[name=municipality]").input_value()


def test_typing_narrows_the_list_and_tells_how_many(choice, page, accessible):
    choice.press_sequentially("karas")

    expect(choice).to_have_attribute("aria-expanded", "true")
    expect(hits(page)).to_have_text(["Karasjok – Kárášjohka Finnmark"])
    expect(page.locator("municipality-choice [role=status]")).to_have_text("1 kommune passer.")
    accessible(page)


def test_letters_may_be_typed_as_the_keyboard_has_them(choice, page):
    first_hit = {
        "unjarga": "Nesseby – Unjárga Finnmark",
        "Gáivuotna": "Kåfjord – Gáivuotna – Kaivuono Troms",
        "porsangu": "Porsanger – Porsáŋgu – Porsanki Finnmark",
        "aal": "Ål Buskerud",
        "soerfold": "Sørfold – Fuolldá Nordland",
        "nord fron": "Nord-Fron Innlandet",
        "5628": "Tana – Deatnu Finnmark",
        "ås": "Ås Akershus",
    }

    for typed, first in first_hit.items():
        choice.fill(typed)

        expect(hits(page).first).to_have_text(first)


def test_places_with_the_same_name_are_told_apart(choice, page):
    choice.fill("herøy")

    expect(hits(page)).to_have_text(["Herøy Møre og Romsdal", "Herøy Nordland"])
    choice.press("ArrowDown")
    choice.press("ArrowDown")
    choice.press("Enter")
    expect(choice).to_have_value("Herøy (Nordland)")
    assert value(page) == "1818"


def test_arrows_enter_and_escape(choice, page):
    choice.press("ArrowDown")
    expect(hits(page)).to_have_count(357)
    expect(hits(page).first).to_have_class("is-active")
    choice.press("ArrowUp")
    last = hits(page).last
    expect(choice).to_have_attribute("aria-activedescendant", last.get_attribute("id"))
    choice.press("Escape")
    expect(choice).to_have_attribute("aria-expanded", "false")
    assert value(page) == ""

    choice.fill("berg")
    choice.press("ArrowDown")
    choice.press("Enter")
    expect(choice).to_have_value("Bergen")
    assert value(page) == "4601"

    choice.press("Escape")
    expect(choice).to_have_value("")
    assert value(page) == ""


def test_nothing_found_is_said_and_enter_keeps_the_text(choice, page):
    choice.fill("xyz")

    expect(hits(page)).to_have_text(["Ingen kommune passer til det du har skrevet."])
    choice.press("Enter")
    expect(choice).to_have_value("xyz")
    assert page.url.endswith("/kurs/")


def test_leaving_with_a_whole_name_chooses_it(choice, page):
    choice.fill("bodø")
    choice.press("Tab")

    expect(choice).to_have_value("Bodø")
    assert value(page) == "1804"


def test_leaving_with_half_a_name_asks_for_a_choice(choice, page):
    choice.fill("nord")
    choice.press("Tab")

    assert value(page) == ""
    assert choice.evaluate("box => box.validationMessage") == "Velg en kommune fra listen."


def test_name_of_no_municipality_is_given_back_and_named(choice, page, accessible):
    session = SessionFactory()
    page.goto(session.get_absolute_url())
    box = page.get_by_role("combobox", name="Kommune")
    box.fill("Atlantis")

    page.locator("#booking button.ds-button").first.click()

    expect(page.locator("#booking .error-summary")).to_contain_text("Vi finner ingen kommune som heter «Atlantis».")
    expect(box).to_have_value("Atlantis")
    accessible(page)


def test_mouse_chooses_and_the_form_sends_the_number(choice, page):
    page.get_by_role("button", name="Vis alle kommuner").click()
    hits(page).filter(has_text="Hamarøy").click()
    expect(choice).to_have_value("Hamarøy – Hábmer")
    page.locator("form.filters button[type=submit]").click()

    expect(page).to_have_url(re.compile("municipality=1875"))
    page.reload()
    expect(page.get_by_role("combobox", name="Kommune")).to_have_value("Hamarøy – Hábmer")


def test_narrow_screen_has_room_for_the_list(norway, new_page, accessible):
    page = new_page(width=390, language="nn")
    page.goto("/kurs/")
    box = page.get_by_role("combobox", name="Kommune")
    box.click()
    box.fill("troms")

    frame = page.locator("municipality-choice [role=listbox]").bounding_box()
    assert frame["x"] >= 0
    assert frame["x"] + frame["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)


def test_select_works_without_script(norway, new_page):
    page = new_page(scripts=False)
    page.goto("/kurs/")

    page.get_by_label("Kommune").select_option("Karasjok – Kárášjohka")
    page.locator("form.filters button[type=submit]").click()

    expect(page).to_have_url(re.compile("municipality=5610"))
    expect(page.get_by_label("Kommune")).to_have_value("5610")
