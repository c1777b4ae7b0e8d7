"""Everything under /konto/: allauth's views under Norwegian paths, and our own.

The names are allauth's, which it looks up itself. What is not listed here does not exist: there are no passwords to
set, change or reset, and nobody signs up without being known.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.usersessions import views as usersessions
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView

from taushet.views import account as own
from taushet.views import start

urlpatterns = [
    path("", own.profile, name="profile"),
    path("videre/", start.start_signed_in, name="start_signed_in"),
    path("logg-inn/", account.login, name="account_login"),
    path(
        "logg-inn/ny-kode/",
        login_not_required(RedirectView.as_view(pattern_name="account_login", query_string=True)),
        name="account_request_login_code",
    ),
    path("logg-inn/kode/", account.confirm_login_code, name="account_confirm_login_code"),
    path("logg-inn/passnokkel/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("logg-inn/to-trinn/", mfa.authenticate, name="mfa_authenticate"),
    path("logg-ut/", account.logout, name="account_logout"),
    path("lukket/", account.account_inactive, name="account_inactive"),
    path("ny/", account.signup, name="account_signup"),
    path("epost/", RedirectView.as_view(pattern_name="profile"), name="account_email"),
    path("epost/bekreft/", account.email_verification_sent, name="account_email_verification_sent"),
    path("bekreft/", account.reauthenticate, name="account_reauthenticate"),
    path("bekreft/kode/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("bekreft/passnokkel/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("to-trinn/", mfa.index, name="mfa_index"),
    path("to-trinn/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("to-trinn/app/fjern/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("to-trinn/koder/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("to-trinn/koder/nye/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("to-trinn/koder/last-ned/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("to-trinn/passnokler/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("to-trinn/passnokler/ny/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("to-trinn/passnokler/<int:pk>/fjern/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("to-trinn/passnokler/<int:pk>/endre/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("innlogginger/", usersessions.list_usersessions, name="usersessions_list"),
    path("invitasjon/<str:token>/", own.invitation, name="invitation"),
    path("invitasjon/<str:token>/ja/", own.invitation_accept, name="invitation_accept"),
    path("id/avbrutt/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("id/<slug:provider_id>/", own.openid_login, name="openid_connect_login"),
    path("id/<slug:provider_id>/tilbake/", own.openid_callback, name="openid_connect_callback"),
    path("id/<slug:provider_id>/knytt/", own.openid_connect, name="openid_connect"),
    path("id/<int:pk>/fjern/", own.openid_disconnect, name="openid_disconnect"),
]
