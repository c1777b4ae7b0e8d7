"""What `manage.py check` asks of this house beyond Django's own questions."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, register
from django.core.checks import Warning as Caution

from taushet.services.roles import role_faults
from taushet.translations import uncompiled


@register
def check_roles(app_configs, **kwargs):
    return [Error(fault, id="taushet.E001") for fault in role_faults()]


@register(deploy=True)
def check_translations(app_configs, **kwargs):
    """Without them every visitor meets English, and nothing says so."""
    languages = sorted({source.parent.parent.name for source in uncompiled()})
    if not languages:
        return []
    told = f"The translations are not compiled, or are older than their sources: {', '.join(languages)}."
    return [Error(told, hint="Run manage.py compile_translations.", id="taushet.E002")]


@register(deploy=True)
def check_production_host(app_configs, **kwargs):
    """Mail leaves and letters do not: right for a copy, not for the system itself."""
    if not settings.OUTGOING_MAIL or urlsplit(settings.BASE_URL).hostname == settings.PRODUCTION_HOST:
        return []
    told = "No letter to a politician leaves this system."
    hint = "Set TAUSHET_PRODUCTION_HOST to the host of TAUSHET_BASE_URL where letters shall leave."
    return [Caution(told, hint=hint, id="taushet.W001")]


@register(deploy=True)
def check_mail_receiver(app_configs, **kwargs):
    """Mail comes in, and nothing says which receiver to believe: then no sender ever counts as known by itself."""
    if settings.AUTHSERV_IDS or not (settings.ANYMAIL["WEBHOOK_SECRET"] or settings.IMAP_HOST or settings.REPLY_DOMAIN):
        return []
    told = "No sender of a reply is confirmed by itself, so every answer waits for somebody to confirm it."
    hint = "Set TAUSHET_AUTHSERV_IDS to the name your mail receiver gives itself in Authentication-Results."
    return [Caution(told, hint=hint, id="taushet.W002")]


@register
def check_access_point(app_configs, **kwargs):
    if not settings.ACCESS_POINT_URL:
        return []
    faults = [access_point_fault(settings.ACCESS_POINT_URL)]
    if not settings.ACCESS_POINT_KEY:
        faults.append("TAUSHET_ACCESS_POINT_KEY is not set.")
    return [Error(fault, id="taushet.E003") for fault in faults if fault]


def access_point_fault(url: str) -> str:
    """Return what is wrong with the address of an access point, or nothing: https, or a gateway on this machine."""
    fault = "TAUSHET_ACCESS_POINT_URL must begin with https://, or lead to this very machine."
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.username is None else None
    except ValueError:
        return fault
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_here(host or ""))
    return "" if host and is_safe else fault


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
