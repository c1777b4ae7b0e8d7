"""The demonstration answers this machine only, however the web server was started (design rule 11)."""

import ipaddress


def only_on_this_machine(application):
    """Wrap a WSGI application so that any other client is told 403 before a line of ours runs."""

    def guarded(environ, start_response):
        try:
            is_here = ipaddress.ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
        except ValueError:
            is_here = False
        if not is_here:
            start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"The demonstration answers only the machine it runs on.\n"]
        return application(environ, start_response)

    return guarded
