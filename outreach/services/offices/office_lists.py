"""Who holds office in one municipality, in the groups a reader looks for."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from municipalities.models import Municipality
from municipalities.names import sort_key
from outreach.models import Mandate
from outreach.services.privacy.objections import tell_silent

Role = Mandate.Role
LEADERS = (Role.DEPUTY_MAYOR, Role.DIRECTOR, Role.GROUP_LEADER)
GROUPED = (*LEADERS, Role.MAYOR, Role.MAILBOX, Role.COUNCILLOR, Role.SUBSTITUTE)


@dataclass(frozen=True)
class Offices:
    """Everybody in office in a municipality, fetched once."""

    mandates: list[Mandate]

    def first(self, role: str) -> Mandate | None:
        return next((one for one in self.mandates if one.role == role), None)

    def by_party(self, role: str) -> list[tuple[str, list[Mandate]]]:
        """Return those with a role, the largest party first."""
        groups: dict[str, list[Mandate]] = {}
        for one in self.mandates:
            if one.role == role:
                groups.setdefault(one.party or str(_("No party")), []).append(one)
        return sorted(groups.items(), key=lambda group: (-len(group[1]), sort_key(group[0])))

    @property
    def leaders(self) -> list[Mandate]:
        """Deputy mayor, director and group leaders, in this order."""
        return sorted(
            (one for one in self.mandates if one.role in LEADERS), key=lambda one: (LEADERS.index(one.role), one.party)
        )

    @property
    def council(self) -> list[tuple[str, list[Mandate]]]:
        """The councillors by party, which is by party group, each with whether it is the one who leads the group."""
        leaders = {one.politician_id for one in self.mandates if one.role == Role.GROUP_LEADER}
        for one in self.mandates:
            one.leads_group = one.politician_id in leaders
        return self.by_party(Role.COUNCILLOR)

    @property
    def substitutes(self) -> list[tuple[str, list[Mandate]]]:
        return self.by_party(Role.SUBSTITUTE)

    @property
    def others(self) -> list[Mandate]:
        """Those in boards and committees."""
        return [one for one in self.mandates if one.role not in GROUPED]


def offices_within(municipality: Municipality) -> Offices:
    """Return who holds office in a municipality today, in five queries however many there are."""
    held = Mandate.objects.in_office().within(municipality).select_related("politician", "body")
    rows = list(held.prefetch_related("leaves__substitute__politician"))
    # Politicians of demonstrations and imports come in any order; Norwegians expect å after z.
    rows.sort(
        key=lambda one: sort_key(f"{one.politician.last_name} {one.politician.first_name}" if one.politician else "")
    )
    tell_silent(rows)
    return Offices(rows)
