"""All addresses. The paths are a contract: mails, calendars and other sites point at them."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from taushet.views import demo, information, language, leave, search, start, today

urlpatterns = [
    path("", start.front_page, name="front_page"),
    path("hjelp/", information.helplines, name="helplines"),
    path("personvern/", information.privacy, name="privacy"),
    path("tilgjengelighet/", information.accessibility, name="accessibility"),
    path("sprak/", language.set_language, name="set_language"),
    path("forlat/", leave.leave, name="leave"),
    path("stab/", today.today, name="today"),
    path("stab/sok/", search.staff_search, name="staff_search"),
    path("konto/videre/", start.start_signed_in, name="start_signed_in"),
    path("konto/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("municipalities.urls")),
    path("", include("courses.urls")),
    path("", include("outreach.urls")),
]

if settings.DEMO:
    urlpatterns += [path("demo/", demo.demo, name="demo")]
