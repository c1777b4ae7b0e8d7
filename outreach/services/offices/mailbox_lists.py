"""A list of the municipalities' central mail-boxes: what it changes, and writing exactly that."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from municipalities.services.place_cells import Place, Places
from outreach.models import Body, Mandate
from outreach.services.offices.council_reading import PRIVATE_HOSTS, Part
from outreach.services.offices.council_steps import STATES
from outreach.services.offices.council_writing import stored
from outreach.services.offices.offices import ADDRESS_FIELDS, set_address, set_mailbox
from taushet.models import User
from taushet.tables.cells import clean_text
from taushet.tables.reading import Row

PARTS = (Part.PLACE, Part.EMAIL, Part.SOURCE)
LONGEST_SOURCE = 300


@dataclass
class MailboxStep:
    """What one line becomes."""

    state: str
    line: int
    place_text: str
    email: str
    source: str
    on: Place | None = None
    mandate: Mandate | None = None
    told: list[str] = field(default_factory=list)
    row = True
    party = ""
    candidates = ()

    @property
    def name(self) -> str:
        return self.email

    @property
    def place(self) -> str:
        return self.on.label if self.on else self.place_text

    @property
    def offices(self) -> list[str]:
        return [str(Mandate.Role.MAILBOX.label)]

    @property
    def sign(self) -> list:
        """What a fingerprint covers, also the address that stands now."""
        before = [self.mandate.pk, self.mandate.email, str(self.mandate.email_checked_on)] if self.mandate else []
        return [self.state, self.line, self.email, self.source, self.on.key if self.on else "", before]


@dataclass
class MailboxPlan:
    """All lines of a list of mail-boxes."""

    steps: list[MailboxStep]
    as_of: date
    warnings: list[str] = field(default_factory=list)

    def of(self, state: str) -> list[MailboxStep]:
        return [step for step in self.steps if step.state == state]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(step.state for step in self.steps)
        return {state: counted[state] for state in STATES}

    @property
    def going(self) -> list[MailboxStep]:
        return [step for step in self.steps if step.state in {"new", "changed", "checked"}]

    @property
    def writes(self) -> bool:
        return bool(self.going)


def plan_mailboxes(rows: list[Row], parts: list[str], *, as_of: date, source: str) -> MailboxPlan:
    """Return what a list changes. A line that is not clear, or older than what is known, changes nothing."""
    places = Places()
    steps = [read_line(row, parts, places, source) for row in rows]
    groups: dict[str, list[MailboxStep]] = defaultdict(list)
    for step in steps:
        if step.state != "faulty":
            groups[step.on.key].append(step)
    held = {
        mandate.body.municipality_id or f"f{mandate.body.county_id}": mandate
        for mandate in Mandate.objects.in_office()
        .filter(role=Mandate.Role.MAILBOX, body__kind__in=[Body.Kind.MUNICIPALITY, Body.Kind.COUNTY])
        .select_related("body")
        .order_by("pk")
    }
    for key, group in groups.items():
        judge(group, held.get(key), as_of)
    return MailboxPlan(steps, as_of)


def read_line(row: Row, parts: list[str], places: Places, source: str) -> MailboxStep:
    said = {part: clean_text(cell) for part, cell in zip(parts, row.cells, strict=False) if part}
    place = places.find(said.get(Part.PLACE, ""))
    email = said.get(Part.EMAIL, "").removeprefix("mailto:").lower()
    step = MailboxStep("new", row.number, said.get(Part.PLACE, ""), email, said.get(Part.SOURCE, "") or source, place)
    if place is None:
        step.told.append(places.why_unknown(step.place_text))
    try:
        validate_email(email)
    except ValidationError:
        wrong = _("“%(text)s” is not one valid e-mail address.") % {"text": email[:80]}
        step.told.append(wrong if email else _("The address is missing."))
    if PRIVATE_HOSTS.search(email):
        step.told.append(_("This looks like a private address, not a central mail-box."))
    if len(step.source) > LONGEST_SOURCE:
        step.told.append(_("The source is too long."))
    step.state = "faulty" if step.told else "new"
    return step


def judge(group: list[MailboxStep], mandate: Mandate | None, as_of: date) -> None:
    """Say what the lines about one place become: the first of those that agree counts."""
    if len({step.email for step in group}) > 1:
        for step in group:
            step.state = "faulty"
            step.told.append(_("Several lines give this municipality different addresses."))
        return
    for again in group[1:]:
        again.state = "same"
    step = group[0]
    step.mandate = mandate
    if mandate is None:
        return
    checked = mandate.email_checked_on
    if mandate.email == step.email:
        step.state = "checked" if checked is None or checked < as_of else "same"
    elif checked is not None and checked > as_of:
        step.state = "faulty"
        step.told.append(_("What we know is newer."))
    else:
        step.state = "changed"
        step.told.append(_("It was %(value)s.") % {"value": mandate.email or "–"})


def write_mailboxes(plan: MailboxPlan, *, by: User) -> dict:
    """Write a plan in the caller's transaction; returns what is needed to take it back."""
    written = {"people": [], "mandates": [], "changed": [], "ended": []}
    for step in plan.going:
        values = dict(zip(ADDRESS_FIELDS, (step.email, step.source, plan.as_of), strict=True))
        before = {name: stored(getattr(step.mandate, name)) for name in values} if step.mandate else {}
        mandate = write_mailbox(step, plan.as_of, by)
        if before:
            written["changed"].append([mandate.pk, before, {name: stored(value) for name, value in values.items()}])
        else:
            written["mandates"].append(mandate.pk)
    return written


def write_mailbox(step: MailboxStep, as_of: date, by: User) -> Mandate:
    if step.on.municipality:
        return set_mailbox(step.on.municipality, email=step.email, source=step.source, checked_on=as_of, by=by)
    mandate = step.mandate
    if mandate is None:
        county = {"kind": Body.Kind.COUNTY, "county": step.on.county}
        body, _created = Body.objects.get_or_create(**county, defaults={"name": step.on.name})
        mandate = Mandate.objects.create(body=body, role=Mandate.Role.MAILBOX, source=step.source)
    return set_address(mandate, email=step.email, source=step.source, checked_on=as_of, by=by)
