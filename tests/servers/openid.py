"""A real OpenID Connect provider for the tests: strict about PKCE, the client's secret and single use of codes."""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from taushet import environment

CLIENT, SECRET = "taushet", "client-secret"


class Provider:
    """Signs in `person`, whose claims stand in the ID token and, apart from what is named there, in userinfo."""

    def __init__(self, address: str):
        self.address = address
        self.person = {}
        self.only_in_id_token = {"acr", "pid", "oid"}
        self.audience = CLIENT
        self.asked = []  # what each visit to /authorize asked for
        self.refused = []  # why a code was not exchanged
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes = {}
        self._tokens = {}

    def configuration(self) -> dict:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def authorize(self, asked: dict) -> str:
        """Say yes for the person, and return where the browser goes back to."""
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, form: dict, authorization: str) -> dict | None:
        """Return the tokens for a code, or None, with the reason in `refused`."""
        asked = self._codes.pop(form.get("code"), None)
        if asked is None:
            return self._refuse("code")
        if authorization != "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode():
            return self._refuse("secret")
        verifier = form.get("code_verifier", "")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        if asked.get("code_challenge_method") != "S256" or asked.get("code_challenge") != digest:
            return self._refuse("pkce")
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return self._refuse("redirect_uri")
        now = int(time.time())
        claims = {"iss": self.address, "aud": self.audience, "iat": now, "exp": now + 60, **self.person}
        access = secrets.token_urlsafe(16)
        self._tokens[access] = self.person
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "one"}),
        }

    def userinfo(self, authorization: str) -> dict | None:
        person = self._tokens.get(authorization.removeprefix("Bearer "))
        if person is None:
            return None
        return {name: value for name, value in person.items() if name not in self.only_in_id_token}

    def keys(self) -> dict:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    def _refuse(self, why: str) -> None:
        self.refused.append(why)


def handler_for(provider: Provider):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif parts.path == "/.well-known/openid-configuration":
                self.answer(provider.configuration())
            elif parts.path == "/userinfo":
                self.answer(provider.userinfo(self.headers.get("Authorization", "")))
            else:
                self.answer(provider.keys())

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(provider.exchange(form, self.headers.get("Authorization", "")))

        def answer(self, content):
            body = json.dumps(content or {"error": "invalid_grant"}).encode()
            self.send_response(200 if content else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    return Handler


@contextmanager
def openid_provider():
    """Run a provider on a free port of this machine."""
    provider = Provider("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(provider))
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def configure(settings, monkeypatch, provider, **options):
    """Make the provider known as ID-porten, by nothing but the setting."""
    app = {
        "provider_id": "idporten",
        "name": "ID-porten",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": provider.address, "token_auth_method": "client_secret_basic", **options},
    }
    monkeypatch.setenv("TAUSHET_OIDC_PROVIDERS", json.dumps([app]))
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": environment.structure("TAUSHET_OIDC_PROVIDERS", []),
        }
    }
