"""Addresses of who holds office: recipients, politicians, lists put in, single offices, and offices to look after."""

from django.urls import path

from outreach.views import office_imports, office_tasks, offices, politicians, recipients

urlpatterns = [
    path("stab/utsendinger/mottakere/", recipients.recipient_list, name="recipient_list"),
    path("stab/utsendinger/mottakere/<number>/", recipients.recipient_detail, name="recipient_detail"),
    path("stab/utsendinger/mottakere/<number>/postmottak/", recipients.mailbox_update, name="mailbox_update"),
    path("stab/utsendinger/mottakere/<number>/ordforer/", recipients.mayor_update, name="mayor_update"),
    path("stab/utsendinger/mottakere/<number>/ordforer/avslutt/", recipients.mayor_end, name="mayor_end"),
    path("stab/utsendinger/politikere/", politicians.politician_list, name="politician_list"),
    path("stab/utsendinger/politikere.csv", politicians.politician_csv, name="politician_csv"),
    path("stab/utsendinger/politikere/<int:pk>/", politicians.politician_detail, name="politician_detail"),
    path("stab/utsendinger/verv/innlesing/", office_imports.office_import_list, name="office_import_list"),
    path(
        "stab/utsendinger/verv/innlesing/kommunestyrer/",
        office_imports.office_import_councils,
        name="office_import_councils",
    ),
    path(
        "stab/utsendinger/verv/innlesing/stortinget/",
        office_imports.office_import_storting,
        name="office_import_storting",
    ),
    path(
        "stab/utsendinger/verv/innlesing/postmottak/",
        office_imports.office_import_mailboxes,
        name="office_import_mailboxes",
    ),
    path(
        "stab/utsendinger/verv/innlesing/eksempel/<slug:kind>.csv",
        office_imports.office_import_example,
        name="office_import_example",
    ),
    path(
        "stab/utsendinger/verv/innlesing/<int:pk>/forkast/",
        office_imports.office_import_discard,
        name="office_import_discard",
    ),
    path("stab/utsendinger/verv/innlesing/<int:pk>/", office_imports.office_import_detail, name="office_import_detail"),
    path(
        "stab/utsendinger/verv/innlesing/<int:pk>/kolonner/",
        office_imports.office_import_columns,
        name="office_import_columns",
    ),
    path(
        "stab/utsendinger/verv/innlesing/<int:pk>/avgjor/",
        office_imports.office_import_decide,
        name="office_import_decide",
    ),
    path(
        "stab/utsendinger/verv/innlesing/<int:pk>/skriv/",
        office_imports.office_import_write,
        name="office_import_write",
    ),
    path(
        "stab/utsendinger/verv/innlesing/<int:pk>/angre/", office_imports.office_import_undo, name="office_import_undo"
    ),
    path("stab/utsendinger/verv/oppfolging/", office_tasks.office_task_list, name="office_task_list"),
    path("stab/utsendinger/verv/oppfolging/<int:pk>/", office_tasks.office_task_detail, name="office_task_detail"),
    path(
        "stab/utsendinger/verv/oppfolging/<int:pk>/adresse/",
        office_tasks.office_task_address,
        name="office_task_address",
    ),
    path("stab/utsendinger/verv/oppfolging/<int:pk>/avslutt/", office_tasks.office_task_end, name="office_task_end"),
    path(
        "stab/utsendinger/verv/oppfolging/<int:pk>/avvis/", office_tasks.office_task_dismiss, name="office_task_dismiss"
    ),
    path("stab/utsendinger/verv/nytt/", offices.office_create_other, name="office_create_other"),
    path("stab/utsendinger/verv/nytt/fylkeskommune/", offices.office_create_county, name="office_create_county"),
    path("stab/utsendinger/verv/nytt/<number>/", offices.office_create, name="office_create"),
    path("stab/utsendinger/verv/<int:pk>/endre/", offices.mandate_update, name="mandate_update"),
    path("stab/utsendinger/verv/<int:pk>/avslutt/", offices.mandate_end, name="mandate_end"),
    path("stab/utsendinger/verv/<int:pk>/permisjon/", offices.leave_create, name="leave_create"),
    path("stab/utsendinger/verv/permisjon/<int:pk>/tilbake/", offices.leave_end, name="leave_end"),
]
