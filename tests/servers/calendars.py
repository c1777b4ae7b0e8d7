"""Servers on which people keep their calendars: one over HTTPS that does as it is told, and a real Radicale."""

import gzip
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOME = "127.0.0.1"
NAMES = ["localhost", "kalender.test", "nabo.test", "kalender.kommune.test", "nabo.kommune.test"]


def write_certificate(folder):
    """Write a certificate for this machine, which is its own authority, and return the files of it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kalender.test")])
    others = [x509.DNSName(one) for one in NAMES] + [x509.IPAddress(ip_address(HOME))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = Path(folder) / "certificate.pem", Path(folder) / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


class Shelf:
    """What the server answers by path: bytes, or a function that is given the handler; and who asked for what."""

    def __init__(self):
        self.answers, self.asked = {}, []
        self.port = 0

    def address(self, path, host=HOME):
        return f"https://{host}:{self.port}{path}"


def handler_for(shelf, context):
    class Handler(BaseHTTPRequestHandler):
        def setup(self):
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def do_GET(self):  # and whatever else is asked
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            shelf.asked.append((self.path, dict(self.headers)))
            answer = shelf.answers[self.path]
            with suppress(OSError):
                answer(self) if callable(answer) else self.give(200, answer)

        do_PROPFIND = do_REPORT = do_GET

        def give(self, status, body=b"", **headers):
            self.send_response(status)
            for name, value in ({"Content_Length": len(body)} | headers).items():
                self.send_header(name.replace("_", "-"), str(value))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    return Handler


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Whoever hangs up early did so on purpose."""


@contextmanager
def https_server(files):
    """Run the server on a free port; yield its shelf."""
    shelf = Shelf()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*files)
    server = QuietServer((HOME, 0), handler_for(shelf, context))
    shelf.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield shelf
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def silent_listener(port, host="127.0.0.2"):
    """Listen beside the server, as something inside our net would; yield a list of what anybody sent."""
    met = []
    with socket.create_server((host, port)) as listener:
        listener.settimeout(0.05)
        ended = threading.Event()

        def listen():
            while not ended.is_set():
                with suppress(TimeoutError):
                    met.append(listener.accept()[0])

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield met
        finally:
            ended.set()
            thread.join()


# How bad servers answer


def large(handler):
    """50 MB, without saying so beforehand."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"BEGIN:VCALENDAR\r\n")
    for _number in range(50):
        handler.wfile.write(b"X" * 1024 * 1024)


def bomb(handler):
    """60 MB that are some 260 kB on the way."""
    body = gzip.compress(bytes(60 * 1024 * 1024), 1)
    handler.give(200, body, Content_Encoding="gzip")


def drip(handler):
    """A byte ten times a second, for ever."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"B")
        time.sleep(0.1)


# A real CalDAV server


class Radicale:
    """A running Radicale, in which kari has a calendar."""

    user, password = "kari@test.example", "hemmelig"

    def __init__(self, port, certificate):
        self.port, self.certificate = port, str(certificate)

    @property
    def address(self):
        return f"https://{HOME}:{self.port}/"

    @property
    def calendar(self):
        return f"{self.address}{self.user}/privat/"

    def ask(self, method, path, body=""):
        answer = requests.request(
            method,
            f"{self.address}{self.user}/{path}",
            data=body.encode(),
            auth=(self.user, self.password),
            verify=self.certificate,
            timeout=10,
        )
        answer.raise_for_status()

    def make_calendar(self, name="privat", component="VEVENT"):
        self.ask(
            "MKCALENDAR",
            f"{name}/",
            '<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
            f'<c:supported-calendar-component-set><c:comp name="{component}"/></c:supported-calendar-component-set>'
            "</d:prop></d:set></c:mkcalendar>",
        )

    def remove_calendars(self):
        self.ask("DELETE", "")

    def put(self, uid, text, name="privat"):
        self.ask("PUT", f"{name}/{uid}.ics", text)


CONFIGURATION = """
[server]
hosts = {home}:{port}
ssl = True
certificate = {certificate}
key = {key}
[auth]
type = htpasswd
htpasswd_filename = {folder}/people
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
[logging]
level = error
"""


@contextmanager
def radicale(folder, files):
    """Run Radicale on a free port, over HTTPS."""
    with socket.create_server((HOME, 0)) as probe:
        port = probe.getsockname()[1]
    server = Radicale(port, files[0])
    settings = Path(folder) / "radicale.ini"
    settings.write_text(CONFIGURATION.format(home=HOME, port=port, certificate=files[0], key=files[1], folder=folder))
    (Path(folder) / "people").write_text(f"{server.user}:{server.password}\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "radicale", "--config", str(settings)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            with suppress(OSError), socket.create_connection((HOME, port), timeout=1):
                break
            assert process.poll() is None, "Radicale ended"
            assert time.monotonic() < deadline, "Radicale did not come up"
            time.sleep(0.05)
        yield server
    finally:
        process.terminate()
        process.wait(20)
