"""Reference data and rare corrections, for superusers; everybody else is kept out by the second-factor middleware."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

ACCESS = {"auth", "account", "mfa", "socialaccount", "usersessions"}

# Who has access is decided under /stab/personer/, whose services sign people out, tell them and write it down.
for model in [one for one in admin.site._registry if one._meta.app_label in ACCESS]:
    admin.site.unregister(model)

admin.site.site_header = _("Taushet tar liv: reference data and corrections")
admin.site.site_title = _("Reference data")
admin.site.index_title = _("What would you like to correct?")
admin.site.login = secure_admin_login(admin.site.login)
