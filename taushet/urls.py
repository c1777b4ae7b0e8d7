"""All addresses. The paths are a contract: mails, calendars and other sites point at them."""

import anymail.urls
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, include, path

from taushet.views import (
    demo,
    health,
    inbound,
    information,
    language,
    leave,
    log,
    open_data,
    outbox,
    people,
    retention,
    search,
    start,
    today,
    webhooks,
)

outbox_urls = [
    path("", outbox.outbox_list, name="outbox_list"),
    path("sperret/", outbox.suppression_list, name="suppression_list"),
    path("sperret/<int:pk>/apne/", outbox.suppression_lift, name="suppression_lift"),
    path("<int:pk>/", outbox.outbox_detail, name="outbox_detail"),
    path("<int:pk>/html/", outbox.outbox_html, name="outbox_html"),
    path("<int:pk>/hold/", outbox.outbox_act, {"name": "outbox_hold"}, name="outbox_hold"),
    path("<int:pk>/slipp/", outbox.outbox_act, {"name": "outbox_release"}, name="outbox_release"),
    path("<int:pk>/avbryt/", outbox.outbox_act, {"name": "outbox_cancel"}, name="outbox_cancel"),
    path("<int:pk>/send-igjen/", outbox.outbox_act, {"name": "outbox_send_again"}, name="outbox_send_again"),
    path("<int:pk>/er-sendt/", outbox.outbox_act, {"name": "outbox_mark_sent"}, name="outbox_mark_sent"),
]

inbound_urls = [
    path("", inbound.inbound_list, name="inbound_list"),
    path("<int:pk>/", inbound.inbound_detail, name="inbound_detail"),
    path("<int:pk>/ferdig/", inbound.inbound_settle, name="inbound_settle"),
]

people_urls = [
    path("", people.people_list, name="people_list"),
    path("inviter/", people.person_invite, name="person_invite"),
    path("<int:pk>/", people.person_detail, name="person_detail"),
    path("<int:pk>/endre/", people.person_update, name="person_update"),
    path("<int:pk>/inviter-igjen/", people.person_invite_again, name="person_invite_again"),
    path("<int:pk>/deaktiver/", people.person_deactivate, name="person_deactivate"),
    path("<int:pk>/slipp-inn/", people.person_reactivate, name="person_reactivate"),
    path("<int:pk>/fjern-andre-trinn/", people.person_remove_factors, name="person_remove_factors"),
]

handler429 = "taushet.views.errors.too_many"  # asked for by allauth
handler500 = "taushet.views.errors.server_error"

urlpatterns = [
    path("", start.front_page, name="front_page"),
    path("hjelp/", information.helplines, name="helplines"),
    path("personvern/", information.privacy, name="privacy"),
    path("tilgjengelighet/", information.accessibility, name="accessibility"),
    path("apne-data/", open_data.open_data, name="open_data"),
    path("apne-data/<slug:key>.csv", open_data.open_data_csv, name="open_data_csv"),
    path("apne-data/<slug:key>.json", open_data.open_data_json, name="open_data_json"),
    path("robots.txt", information.robots, name="robots"),
    path("favicon.ico", information.favicon, name="favicon"),
    path("sprak/", language.set_language, name="set_language"),
    path("forlat/", leave.leave, name="leave"),
    path("stab/", today.today, name="today"),
    path("stab/utboks/", include(outbox_urls)),
    path("stab/innkommet/", include(inbound_urls)),
    path("stab/personer/", include(people_urls)),
    path("stab/logg/", log.log_list, name="log_list"),
    path("stab/logg/sletting/", retention.retention_list, name="retention_list"),
    path("stab/sok/", search.staff_search, name="staff_search"),
    path("helse/", health.alive, name="health"),
    path("helse/klar/", health.ready, name="health_ready"),
    path("helse/arbeider/", health.worker, name="health_worker"),
    path("konto/", include("taushet.account_urls")),
    path("admin/", admin.site.urls),
    path("", include("municipalities.urls")),
    path("", include("courses.urls")),
    path("", include("outreach.urls")),
]


def provider_webhooks():
    """Return the addresses of the chosen mail provider alone: those of others would answer 500 to anybody."""
    chosen = f"{settings.MAIL_PROVIDER}_"
    entries = [entry for entry in anymail.urls.urlpatterns if entry.name.startswith(chosen)]
    return [
        URLPattern(entry.pattern, webhooks.with_room_for_mail(entry.callback), entry.default_args, entry.name)
        if entry.name.endswith("_inbound_webhook")
        else entry
        for entry in entries
    ], "anymail"


if settings.ANYMAIL["WEBHOOK_SECRET"]:
    urlpatterns += [path("webhooks/epost/", include(provider_webhooks()))]
if settings.DEMO:
    urlpatterns += [
        path("demo/", demo.demo, name="demo"),
        path("demo/postkasse/", demo.mailbox, name="demo_mailbox"),
        path("demo/postkasse/<int:pk>/", demo.mailbox_message, name="demo_message"),
        path("demo/postkasse/<int:pk>/retur/", demo.mailbox_bounce, name="demo_bounce"),
        path("demo/postkasse/<int:pk>/kalender.ics", demo.mailbox_calendar, name="demo_calendar"),
        path("demo/postkasse/<int:pk>/vedlegg/<int:number>/", demo.mailbox_attachment, name="demo_attachment"),
    ]
