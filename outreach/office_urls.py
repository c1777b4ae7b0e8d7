"""Addresses of who holds office: lists put in, single offices, and offices to look after."""

from django.urls import path

from outreach.views import office_imports, office_tasks, offices

urlpatterns = [
    path("innlesing/", office_imports.office_import_list, name="office_import_list"),
    path("innlesing/kommunestyrer/", office_imports.office_import_councils, name="office_import_councils"),
    path("innlesing/stortinget/", office_imports.office_import_storting, name="office_import_storting"),
    path("innlesing/<int:pk>/", office_imports.office_import_detail, name="office_import_detail"),
    path("innlesing/<int:pk>/kolonner/", office_imports.office_import_columns, name="office_import_columns"),
    path("innlesing/<int:pk>/avgjor/", office_imports.office_import_decide, name="office_import_decide"),
    path("innlesing/<int:pk>/skriv/", office_imports.office_import_write, name="office_import_write"),
    path("innlesing/<int:pk>/angre/", office_imports.office_import_undo, name="office_import_undo"),
    path("oppfolging/", office_tasks.office_task_list, name="office_task_list"),
    path("oppfolging/<int:pk>/", office_tasks.office_task_detail, name="office_task_detail"),
    path("oppfolging/<int:pk>/adresse/", office_tasks.office_task_address, name="office_task_address"),
    path("oppfolging/<int:pk>/avslutt/", office_tasks.office_task_end, name="office_task_end"),
    path("oppfolging/<int:pk>/avvis/", office_tasks.office_task_dismiss, name="office_task_dismiss"),
    path("nytt/", offices.office_create_other, name="office_create_other"),
    path("nytt/<number>/", offices.office_create, name="office_create"),
    path("<int:pk>/endre/", offices.mandate_update, name="mandate_update"),
    path("<int:pk>/avslutt/", offices.mandate_end, name="mandate_end"),
    path("<int:pk>/permisjon/", offices.leave_create, name="leave_create"),
    path("permisjon/<int:pk>/tilbake/", offices.leave_end, name="leave_end"),
]
