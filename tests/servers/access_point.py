"""An access point for the tests: it takes e-invoices over HTTP, and does with each call as it is told.

It keeps what it takes by the name it was given, once, whatever is sent again under that name. `moods` says what it does
with the next calls, one each; when there are none left it behaves.
"""

import json
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

KEY = "the-key"


@dataclass
class AccessPoint:
    """What it has, what it was asked, and how it feels."""

    port: int = 0
    taken: dict[str, bytes] = field(default_factory=dict)  # by name, in the order they came
    status: dict[str, dict] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    moods: list[str] = field(default_factory=list)
    always: str = ""  # a mood for every call, until it is taken away
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def posts(self) -> list[str]:
        return [name for method, name in self.calls if method == "POST"]

    def tell(self, name: str, status: str, reason: str = "") -> None:
        """Let it answer something of a document from now on."""
        self.status[name] = {"id": f"ap-{name[:8]}", "status": status, "reason": reason}


def handler_for(point: AccessPoint):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.meet("POST", self.headers.get("Idempotency-Key", ""), body)

        def do_GET(self):
            self.meet("GET", unquote(self.path.rpartition("/")[2]))

        def meet(self, method, name, body=b""):
            point.calls.append((method, name))
            mood = point.moods.pop(0) if point.moods else point.always
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                return self.answer(401, {"reason": "key"})
            if mood == "away":
                return self.answer(503, {}, **{"Retry-After": "60"})
            if mood == "refuse":
                return self.answer(422, {"reason": "The receiver is not in Peppol."})
            if mood == "broken":
                return self.answer(500, {})
            if mood == "other":
                return self.answer(200, "<html>Welcome</html>")
            if mood == "hang up":  # before it has understood
                return self.connection.close()
            if method == "POST":
                point.taken.setdefault(name, body)
                point.status.setdefault(name, {"id": f"ap-{name[:8]}", "status": "received", "reason": ""})
            if mood == "take and hang up":
                return self.connection.close()
            if mood == "take and wait":
                point.let_go.wait(30)
            known = point.status.get(name)
            return self.answer(200 if known else 404, known or {"status": "unknown"})

        def answer(self, status, content, **headers):
            body = (content if isinstance(content, str) else json.dumps(content)).encode()
            with suppress(OSError):
                self.send_response(status)
                for header, value in headers.items():
                    self.send_header(header, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *args):
            pass

    return Handler


@contextmanager
def running_access_point():
    """Give an access point that listens until the end."""
    point = AccessPoint()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(point))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # whoever hangs up does so on purpose
    point.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield point
    finally:
        point.let_go.set()
        server.shutdown()
        server.server_close()
