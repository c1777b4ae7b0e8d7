"""What people bring into the registries."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from taushet import roles
from taushet.demonstration import load_people
from taushet.models import User
from taushet.registries import (
    SEND,
    Decision,
    DemonstrationPart,
    LinkKind,
    MessageKind,
    RolePermissions,
    SearchSource,
    demonstration_parts,
    link_kinds,
    message_kinds,
    role_permissions,
    search_sources,
)
from taushet.searches import holds
from taushet.services.people import has_accepted


def only_to_people_with_access(message):
    """A code or an invitation for somebody who has been shut out meanwhile does not leave."""
    if User.objects.filter(email=message.to_email, is_active=False).exists():
        return Decision("cancel", gettext_noop("The person has been deactivated."))
    return SEND


def only_while_waited_for(message):
    user = User.objects.filter(email=message.to_email).first()
    if user is None or has_accepted(user):
        return Decision("cancel", gettext_noop("The invitation is no longer needed."))
    return only_to_people_with_access(message)


def find_people(user, text):
    """Find those who can sign in, by name or address."""
    found = User.objects.filter(holds(text, "name", "email")).prefetch_related("groups").order_by("name", "email")
    for person in found[:20]:
        detail = " · ".join([person.email, *map(str, person.role_labels)])
        yield str(person), detail, person.get_absolute_url()


search_sources.register(SearchSource("people", _("People with access"), "taushet.view_user", find_people))
message_kinds.register(
    MessageKind("sign-in", _("Sign-in and changes to it"), before_sending=only_to_people_with_access, sealed=True)
)
message_kinds.register(
    MessageKind("person-invitation", _("Invitation to a person"), before_sending=only_while_waited_for)
)
link_kinds.register(LinkKind("invite", "invitation", on_main_host=True))
role_permissions.register(
    RolePermissions(
        "people",
        roles.ADMINISTRATOR,
        ("taushet.view_user", "taushet.add_user", "taushet.change_user", "taushet.read_audit"),
    )
)
demonstration_parts.register(DemonstrationPart("people", 20, load_people))
