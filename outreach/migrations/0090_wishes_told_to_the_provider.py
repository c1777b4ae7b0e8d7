from django.db import migrations
from django.db.models import Q

# What the address of a post room begins with: nobody can say no for all who read it.
POST_ROOMS = ("post", "epost", "e-post", "firmapost", "mail", "info", "kontakt", "arkiv", "sentralbord")


def keep_as_objections(apps, schema_editor):
    """Let what somebody told the mail provider before that was an objection be one; 0087 has opened such addresses."""
    Letter, Mandate = apps.get_model("outreach", "Letter"), apps.get_model("outreach", "Mandate")
    Objection = apps.get_model("outreach", "Objection")
    told = apps.get_model("taushet", "DeliveryEvent").objects.filter(kind="unsubscribed").exclude(message=None)
    for event in told.select_related("message").order_by("received_at", "pk"):
        carried = Q(message=event.message_id) | Q(redeliveries__message=event.message_id)
        letter = Letter.objects.filter(carried).select_related("mandate").first()
        address, at = event.message.to_email, event.happened_at or event.received_at
        if letter is None or letter.mandate is None or letter.mandate.politician_id is None:
            continue
        rooms = Mandate.objects.filter(politician=None, ends_on=None, email__iexact=address)
        known = Objection.objects.filter(politician=letter.mandate.politician_id)
        is_known = known.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gte=at)).exists()
        if is_known or address.lower().startswith(POST_ROOMS) or rooms.exists():
            continue
        objection = Objection.objects.create(politician=letter.mandate.politician, source="provider", made_at=at)
        apps.get_model("taushet", "AuditEntry").objects.create(
            action="objection.recorded",
            object_type="outreach.objection",
            object_id=str(objection.pk),
            actor_kind="provider",
            detail={"source": "provider"},
        )


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0087_addresses_of_offices_are_open"),
        ("taushet", "0011_one_spelling_of_suppressed_addresses"),
    ]

    operations = [migrations.RunPython(keep_as_objections, migrations.RunPython.noop)]
