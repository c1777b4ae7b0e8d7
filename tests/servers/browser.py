"""The browser of the journeys: the machine's own Chromium, installed with its package manager when it is missing.

Its headless shell comes first where there is one: the same pages from the same engine without the windows around
them, which take half of the work.

Playwright's own download is not used: it fetches a build outside every package manager.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_browser() -> str | None:
    """Return the path of a Chromium, or None."""
    found = os.environ.get("TAUSHET_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(MAC) if MAC.exists() else None)


def install_command() -> str | None:
    """Return the shell command that installs Chromium here, or None when we know none."""
    if shutil.which("apt-get"):
        sudo = "" if os.geteuid() == 0 else "sudo "
        install = f"{sudo}apt-get install -y -qq --no-install-recommends"
        return f"{sudo}apt-get update -qq && {{ {install} {NAMES[0]} || {install} chromium; }}"
    if shutil.which("brew"):
        return "brew install --cask chromium"
    return None


def ensure_browser(*, may_ask: bool) -> str | None:
    """Return the path of a Chromium, installing it first when that takes no password; None when it cannot be had.

    In CI, where time counts and the machine is nobody's own, the headless shell is installed beside a whole Chromium.
    """
    found = find_browser()
    command = install_command()
    content = found and (not os.environ.get("CI") or "TAUSHET_BROWSER" in os.environ or Path(found).name == NAMES[0])
    if content or command is None:
        return found
    if not may_ask:
        command = command.replace("sudo ", "sudo -n ")
    print(f"Installing Chromium: {command}", flush=True)
    subprocess.run(["sh", "-c", command], check=False, stdout=subprocess.DEVNULL)
    return find_browser()


if __name__ == "__main__":
    path = ensure_browser(may_ask=True)
    print(
        path or "No Chromium could be installed here. Install Chromium or Chrome and set TAUSHET_BROWSER to its path."
    )
    sys.exit(0 if path else 1)
