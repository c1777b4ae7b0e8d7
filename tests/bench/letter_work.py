"""A mailing of 9 400 letters: drafted, frozen, listed, and its audience counted; run inside `tests.bench.inside`."""

import gc
import resource
import statistics
import time
from datetime import date
from itertools import cycle

from django.test import Client
from django.urls import reverse

from municipalities.models import Fact, Indicator, Municipality
from outreach.models import Body, DemandVersion, Letter, Mailing, Mandate, Politician
from outreach.services.demands.demands import load_demands
from outreach.services.mailings.audiences import Audience, look
from outreach.services.mailings.mailings import Plan, create_mailing, submit_mailing
from taushet.services.jobs import run_all_due_jobs
from tests.bench.letters import LETTERS
from tests.factories.taushet import StaffFactory, sign_in

ROUNDS = 20
PARTIES = ("Arbeiderpartiet", "Høyre", "Senterpartiet", "Rødt", "Bygdelista")
DAY = date(2026, 11, 1)
EVERYBODY = Audience(roles=(Mandate.Role.COUNCILLOR,), everywhere=True)


def seed_offices() -> dict:
    """Give every municipality its share of 9 400 people with an address each, and the facts a letter needs."""
    load_demands()
    plan = Indicator.objects.get(key="action-plan")
    places = list(Municipality.objects.current())
    bodies = Body.objects.bulk_create(Body(kind="council", name=place.name, municipality=place) for place in places)
    Fact.objects.bulk_create(
        Fact(municipality=place, indicator=plan, value=value, observed_on=DAY, source="Måling")
        for place, value in zip(places, cycle(["yes", "no"]), strict=False)
    )
    people = Politician.objects.bulk_create(
        Politician(first_name="Åse", last_name=f"Øyen {number}") for number in range(LETTERS)
    )
    Mandate.objects.bulk_create(
        Mandate(
            politician=person,
            body=bodies[number % len(bodies)],
            role=Mandate.Role.COUNCILLOR,
            party=PARTIES[number % len(PARTIES)],
            email=f"folkevalgt{number}@maling.example",
            email_source="måling",
            email_checked_on=DAY,
        )
        for number, person in enumerate(people)
    )
    return {"places": len(places)}


def dry_run() -> dict:
    """Draft every letter as the worker does; give the seconds and the peak of the memory."""
    version = DemandVersion.objects.sendable().get(demand__slug="plan-og-opplaering")
    started = time.monotonic()
    mailing = create_mailing(
        Plan("Måling", (version,), EVERYBODY), author=StaffFactory(email="maling-forfatter@maling.example")
    )
    run_all_due_jobs()
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    forms = dict.fromkeys(mailing.letters.filter(status="ready").values_list("language", flat=True).distinct())
    return {"seconds": seconds, "megabytes": peak, "letters": mailing.letters.going().count(), "forms": sorted(forms)}


def freeze() -> dict:
    """Freeze the letters as they were read; give the seconds."""
    mailing = Mailing.objects.get(title="Måling")
    started = time.monotonic()
    submit_mailing(mailing, by=mailing.author, seen_hash=mailing.content_hash)
    run_all_due_jobs()
    seconds = time.monotonic() - started
    mailing.refresh_from_db()
    return {"seconds": seconds, "status": mailing.status}


def letter_list() -> dict:
    """Read the list of the letters, narrowed in several ways; give the 95th percentile of the milliseconds."""
    mailing = Mailing.objects.get(title="Måling")
    client = Client(headers={"host": "127.0.0.1", "HX-Request": "true"})
    sign_in(client, StaffFactory(email="maling-leser@maling.example"))
    path = reverse("outreach:mailing_detail", args=[mailing.pk])
    asked = [{}, {"q": "øyen 12"}, {"status": "submitted"}, {"sort": "nn"}, {"county": "46"}, {"page": "100"}]
    gc.collect()
    gc.freeze()  # as a web process does before it answers
    times = [timed(lambda query=query: read(client, path, query)) for query in asked * ROUNDS]
    counts = [timed(lambda audience=audience: look(audience, day=DAY)) for audience in audiences() * ROUNDS]
    return {"list": percentile(times), "count": percentile(counts), "letters": Letter.objects.count()}


def read(client: Client, path: str, query: dict[str, str]) -> None:
    response = client.get(path, query)
    if response.status_code != 200 or not response.content:
        raise RuntimeError(f"The list answered {response.status_code} to {query}.")


def audiences() -> list[Audience]:
    roles = (Mandate.Role.COUNCILLOR,)
    return [
        EVERYBODY,
        Audience(roles=roles, everywhere=True, parties=("Ap", "H")),
        Audience(roles=roles, counties=("46", "50")),
        Audience(roles=roles, everywhere=True, indicator="action-plan", indicator_is="equals", indicator_value="no"),
        Audience(roles=roles, everywhere=True, indicator="action-plan", indicator_is="lacks"),
        Audience(roles=roles, everywhere=True, had_course="no"),
        Audience(level="national", roles=(Mandate.Role.REPRESENTATIVE, Mandate.Role.MINISTER)),
    ]


def timed(work) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def percentile(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
