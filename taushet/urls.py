"""All addresses. The paths are a contract: mails, calendars and other sites point at them."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from taushet.views import demo, start

urlpatterns = [
    path("", start.front_page, name="front_page"),
    path("konto/videre/", start.start_signed_in, name="start_signed_in"),
    path("konto/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("municipalities.urls")),
    path("", include("courses.urls")),
    path("", include("outreach.urls")),
]

if settings.DEMO:
    urlpatterns += [path("demo/", demo.demo, name="demo")]
