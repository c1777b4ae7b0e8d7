"""`make crash`: 2 000 letters by workers that are killed 20 times, on both databases; too long for every test run."""

import subprocess
import sys

from tests.run import run_tests
from tests.servers.postgres import migrated_database, running_postgres

CHOSEN = ["tests/outreach/test_crash.py", "-k", "killed_at_random"]


def main() -> int:
    long = {"TAUSHET_LONG_TESTS": "1"}
    code, _found = run_tests(CHOSEN, long)
    with running_postgres() as url:
        variables = long | {"DATABASE_URL": url, "TAUSHET_TEST_TEMPLATE": migrated_database(url)}
        return run_tests(CHOSEN, variables)[0] or code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KeyboardInterrupt, subprocess.CalledProcessError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
