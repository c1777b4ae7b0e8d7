"""A real IMAP server for the tests, with as much of RFC 9051 as reading a mailbox takes. No library brings one."""

import re
import socketserver
import threading
import time
from contextlib import contextmanager


class Mailbox:
    """Mails by number, and where they lie. `breaks_at` names a command at which the line is cut."""

    def __init__(self):
        self.validity, self.next_uid = 7, 1
        self.folders = {"INBOX": {}, "Ferdig": {}}
        self.seen = set()
        self.has_move = True
        self.breaks_at, self.hangs_at = "", ""
        self.asked = []

    def put(self, raw: bytes):
        self.folders["INBOX"][self.next_uid] = raw
        self.next_uid += 1

    def renumber(self):
        """Give all mails other numbers, as a server does that has lost its own."""
        self.validity += 1
        self.folders["INBOX"] = dict(enumerate(self.folders["INBOX"].values(), 1))


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("* OK ready")
        while line := self.rfile.readline():
            tag, _space, command = line.decode().strip().partition(" ")
            box = self.server.box
            box.asked.append(command)
            if box.breaks_at and command.startswith(box.breaks_at):
                return
            if box.hangs_at and command.startswith(box.hangs_at):
                time.sleep(2)
            name, _space, rest = command.removeprefix("UID ").partition(" ")
            state = getattr(self, name.lower())(box, rest) or "OK"
            self.say(f"{tag} {state} {name} done")
            if name == "LOGOUT":
                return

    def say(self, line, literal=None):
        self.wfile.write(line.encode() + (b"" if literal is None else b"\r\n" + literal + b")") + b"\r\n")

    def capability(self, box, rest):
        self.say("* CAPABILITY IMAP4rev1 UIDPLUS" + (" MOVE" if box.has_move else ""))

    def login(self, box, rest):
        return "OK" if rest.endswith('"hemmelig"') else "NO"

    def select(self, box, rest):
        self.say(f"* {len(box.folders['INBOX'])} EXISTS")
        self.say(f"* OK [UIDVALIDITY {box.validity}] numbers")

    def search(self, box, rest):
        first, last = rest.removeprefix("UID ").split(":")
        uids = sorted(box.folders["INBOX"])
        found = [uid for uid in uids if uid >= int(first) and (last == "*" or uid <= int(last))]
        if last == "*" and uids and not found:
            found = uids[-1:]
        self.say(f"* SEARCH {' '.join(map(str, found))}")

    def fetch(self, box, rest):
        uid = int(rest.split()[0])
        most = int(re.search(r"<0\.(\d+)>", rest)[1])
        raw = box.folders["INBOX"].get(uid)
        if raw is not None:
            part = raw[:most]
            self.say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)} BODY[]<0> {{{len(part)}}}", part)

    def store(self, box, rest):
        if "\\Seen" in rest:
            box.seen |= {int(uid) for uid in rest.split()[0].split(",")}

    def copy(self, box, rest):
        uids, folder = rest.split()
        for uid in map(int, uids.split(",")):
            box.folders[folder.strip('"')][uid] = box.folders["INBOX"][uid]

    def expunge(self, box, rest):
        for uid in map(int, rest.split(",")):
            box.folders["INBOX"].pop(uid, None)

    def move(self, box, rest):
        self.copy(box, rest)
        self.expunge(box, rest.split()[0])

    def logout(self, box, rest):
        self.say("* BYE")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextmanager
def imap_server(settings):
    """Run a server that the settings lead to; yields its mailbox."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.box = Mailbox()
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        settings.IMAP_HOST, settings.IMAP_PORT = server.server_address
        settings.IMAP_USER, settings.IMAP_PASSWORD, settings.IMAP_TIMEOUT = "krav", "hemmelig", 1
        yield server.box
        server.shutdown()
