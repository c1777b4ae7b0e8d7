from urllib.parse import urlencode

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .bodies import Body


class Politician(models.Model):
    """A person in political office, with nothing but what the office makes public."""

    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    external_id = models.CharField(
        _("number in the source"), max_length=60, blank=True, help_text=_("Such as storting:ABC.")
    )
    is_demonstration = models.BooleanField(_("demonstration"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("politician")
        verbose_name_plural = _("politicians")
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="politician_external_id_once"
            ),
            models.CheckConstraint(
                condition=~Q(last_name="") | Q(erased_at__isnull=False), name="politician_named_until_erased"
            ),
        ]

    def __str__(self):
        return f"{self.first_name} {self.last_name}".strip() or str(_("(erased)"))


class MandateQuerySet(models.QuerySet):
    def in_office(self, on=None):
        """Those that hold on a day (Oslo date, today when none is given)."""
        day = on or timezone.localdate()
        return self.not_ended(day).filter(Q(starts_on=None) | Q(starts_on__lte=day))

    def not_ended(self, on):
        """Those that have not ended on a day, also where it is known when they will."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on))

    def serving(self, on=None):
        """Those that hold on a day and are not on leave then."""
        day = on or timezone.localdate()
        return self.in_office(day).exclude(Exists(Leave.objects.on(day).filter(mandate=OuterRef("pk"))))

    def of_municipality(self, municipality):
        """The offices of the municipality itself: its mail-box, mayor and director."""
        return self.filter(body__kind=Body.Kind.MUNICIPALITY, body__municipality=municipality)

    def within(self, municipality):
        """Every office in the municipality, also those in its council, boards, committees and groups."""
        return self.filter(body__municipality=municipality)


class Mandate(models.Model):
    """An office in a body with the person who holds it, from one day to another.

    The central mail-box of a municipality is an office that nobody holds by name.
    """

    class Role(models.TextChoices):
        REPRESENTATIVE = "representative", _("Representative")
        MEMBER = "member", _("Committee member")
        MINISTER = "minister", _("Minister")
        MAYOR = "mayor", _("Mayor")
        DEPUTY_MAYOR = "deputy_mayor", _("Deputy mayor")
        COUNCILLOR = "councillor", _("Councillor")
        SUBSTITUTE = "substitute", _("Substitute councillor")
        GROUP_LEADER = "group_leader", _("Group leader")
        COMMITTEE_LEADER = "committee_leader", _("Committee leader")
        BOARD_MEMBER = "board_member", _("Member of the executive board")
        DIRECTOR = "director", _("Municipal director")
        STATE_ADMINISTRATOR = "state_administrator", _("State administrator")
        PRESIDENT = "president", _("President of the Sámi Parliament")
        MAILBOX = "mailbox", _("Central mail-box")

    # In which kinds of body each office is held.
    HELD_IN = {
        Role.REPRESENTATIVE: (Body.Kind.STORTING, Body.Kind.SAMETINGET),
        Role.MEMBER: (Body.Kind.COMMITTEE, Body.Kind.COUNCIL_COMMITTEE),
        Role.MINISTER: (Body.Kind.MINISTRY,),
        Role.MAYOR: (Body.Kind.MUNICIPALITY, Body.Kind.COUNTY),
        Role.DEPUTY_MAYOR: (Body.Kind.MUNICIPALITY, Body.Kind.COUNTY),
        Role.COUNCILLOR: (Body.Kind.COUNCIL,),
        Role.SUBSTITUTE: (Body.Kind.COUNCIL,),
        Role.GROUP_LEADER: (Body.Kind.PARTY_GROUP,),
        Role.COMMITTEE_LEADER: (Body.Kind.COMMITTEE, Body.Kind.COUNCIL_COMMITTEE),
        Role.BOARD_MEMBER: (Body.Kind.EXECUTIVE,),
        Role.DIRECTOR: (Body.Kind.MUNICIPALITY, Body.Kind.COUNTY),
        Role.STATE_ADMINISTRATOR: (Body.Kind.STATE_ADMINISTRATION,),
        Role.PRESIDENT: (Body.Kind.SAMETINGET,),
        # A council, a board and a committee of one are reached through their municipality or county.
        Role.MAILBOX: tuple(kind for kind in Body.Kind if kind not in Body.LOCAL),
    }
    # An office that one person has at a time; whoever gets it follows somebody.
    SINGLE = (Role.MAYOR, Role.DIRECTOR, Role.STATE_ADMINISTRATOR, Role.MAILBOX)

    politician = models.ForeignKey(
        Politician,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="mandates",
        verbose_name=_("politician"),
    )
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="mandates", verbose_name=_("body"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    title = models.CharField(_("title"), max_length=120, blank=True, help_text=_("Such as Barne- og familieminister."))
    party = models.CharField(_("party"), max_length=80, blank=True)
    constituency = models.CharField(_("constituency"), max_length=60, blank=True)
    period = models.CharField(_("election period"), max_length=20, blank=True, help_text=_("Such as 2023–2027."))
    is_substitute = models.BooleanField(_("substitute"), null=True, blank=True)
    starts_on = models.DateField(
        _("in office from"), null=True, blank=True, help_text=_("Empty when the source does not tell.")
    )
    ends_on = models.DateField(
        _("no longer in office from"), null=True, blank=True, help_text=_("The first day without the office.")
    )
    email = models.EmailField(_("public office e-mail"), blank=True)
    email_source = models.CharField(_("where the address is from"), max_length=300, blank=True)
    email_checked_on = models.DateField(_("address checked"), null=True, blank=True)
    external_id = models.CharField(_("number in the source"), max_length=160, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    is_demonstration = models.BooleanField(_("demonstration"), default=False)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        ordering = ["body", "role", "pk"]
        # Who else has an address: asked for every letter that is about to leave.
        indexes = [models.Index(Lower("email"), name="mandate_by_address")]
        constraints = [
            models.CheckConstraint(
                condition=Q(role="mailbox", politician=None) | ~Q(role="mailbox") & Q(politician__isnull=False),
                name="mandate_held_by_someone_unless_mailbox",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="mandate_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(email="") | ~Q(email_source="") & Q(email_checked_on__isnull=False),
                name="mandate_address_has_source_and_date",
            ),
            models.UniqueConstraint(
                fields=["body", "role"],
                condition=Q(ends_on=None, role__in=["mayor", "mailbox"]),
                name="mandate_one_mayor_and_mailbox_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["body", "role", "politician"],
                condition=Q(ends_on=None, role__in=["councillor", "substitute", "group_leader", "deputy_mayor"]),
                name="mandate_once_in_the_same_office",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id="") & Q(ends_on=None),
                name="mandate_external_id_once_in_office",
            ),
        ]

    def __str__(self):
        return f"{self.label}, {self.body}"

    @property
    def label(self) -> str:
        """The office and who holds it, as staff read it."""
        office = self.title or self.get_role_display()
        return f"{office} {self.politician}" if self.politician else str(office)

    def is_in_office(self, on) -> bool:
        """Whether the office is held on a day."""
        return (self.starts_on is None or self.starts_on <= on) and not self.has_ended(on)

    def has_ended(self, on) -> bool:
        """Whether the office is no longer held on a day; one that is known to end later has not."""
        return self.ends_on is not None and self.ends_on <= on

    @property
    def office(self) -> str:
        """What the office is called."""
        return self.title or str(self.get_role_display())

    @property
    def group_query(self) -> str:
        """What the list of politicians is asked for to show the group that this office leads; else nothing.

        A group is those elected for one party, so nobody is put in as a member of it: who sits in the same council or
        parliament for the party is. Nothing where it cannot be asked for.
        """
        body = self.body
        if self.role != self.Role.GROUP_LEADER or not self.party:
            return ""
        if body.municipality_id:
            where = {"municipality": body.municipality_id, "role": self.Role.COUNCILLOR}
        elif body.county_id:
            where = {"level": "county", "county": body.county_id, "role": self.Role.COUNCILLOR}
        else:
            where = {"level": "national", "role": self.Role.REPRESENTATIVE}
        return urlencode(where | {"party": self.party})

    @property
    def leave_today(self) -> "Leave | None":
        """The leave that lasts today, if any; reads `leaves`, so fetch them first in lists."""
        today = timezone.localdate()
        return next((leave for leave in self.leaves.all() if leave.lasts(today)), None)


class LeaveQuerySet(models.QuerySet):
    def on(self, day):
        """Those that last on a day (Oslo date)."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)


class Leave(models.Model):
    """That somebody in office is away from it for a time, and who meets instead."""

    mandate = models.ForeignKey(Mandate, on_delete=models.CASCADE, related_name="leaves", verbose_name=_("office"))
    starts_on = models.DateField(_("away from"))
    ends_on = models.DateField(_("back on"), null=True, blank=True, help_text=_("Empty when nobody knows yet."))
    substitute = models.ForeignKey(
        Mandate,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="meets_for",
        verbose_name=_("who meets instead"),
    )

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="leave_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(substitute=None) | ~Q(substitute=F("mandate")), name="leave_substitute_is_another"
            ),
        ]

    def __str__(self):
        return f"{self.mandate_id}: {self.starts_on}"

    def lasts(self, on) -> bool:
        """Whether the leave covers a day."""
        return self.starts_on <= on and (self.ends_on is None or self.ends_on > on)
