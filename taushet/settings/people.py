"""Who signs in, and how."""

from taushet import environment

from .system import BASE_HOST

AUTH_USER_MODEL = "taushet.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start_signed_in"
LOGOUT_REDIRECT_URL = "front_page"

ACCOUNT_ADAPTER = "taushet.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # mail to municipalities is slow
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "front_page"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,12/h/key"}
ACCOUNT_FORMS = {
    "login": "taushet.forms.accounts.SignInForm",
    "confirm_login_code": "taushet.forms.accounts.SignInCodeForm",
    "confirm_email_verification_code": "taushet.forms.accounts.AddressCodeForm",
}
MFA_ADAPTER = "taushet.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_FORMS = {
    "authenticate": "taushet.forms.accounts.SecondFactorForm",
    "reauthenticate": "taushet.forms.accounts.ConfirmForm",
    "activate_totp": "taushet.forms.accounts.ActivateAppForm",
    "add_webauthn": "taushet.forms.accounts.AddPasskeyForm",
    "edit_webauthn": "taushet.forms.accounts.RenamePasskeyForm",
}
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Taushet tar liv"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = BASE_HOST == "localhost"
SOCIALACCOUNT_ADAPTER = "taushet.adapters.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": environment.structure("TAUSHET_OIDC_PROVIDERS", []),
    },
}
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may not lead off this site (SECURE_CSP); state and PKCE guard the way back
SOCIALACCOUNT_STORE_TOKENS = False
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "okt"
CSRF_COOKIE_NAME = "skjema"
LANGUAGE_COOKIE_NAME = "sprak"
CSRF_FAILURE_VIEW = "taushet.views.errors.csrf_failure"

AUDITLOG_LOGENTRY_MODEL = "auditlog.LogEntry"
