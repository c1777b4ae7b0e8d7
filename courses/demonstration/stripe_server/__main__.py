"""`python -m courses.demonstration.stripe_server PORT WEBHOOK`: run it until a signal comes.

The keys come from the same variables as the platform's own.
"""

import os
import signal
import sys
from threading import Event

from .delivery import Postman
from .server import running_stripe


def main(port: str, webhook: str) -> None:
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with running_stripe(os.environ["TAUSHET_STRIPE_SECRET_KEY"], port=int(port)) as stripe:
        postman = Postman(stripe.world, webhook, os.environ["TAUSHET_STRIPE_WEBHOOK_SECRET"])
        postman.start()
        ended.wait()
        postman.stop()


if __name__ == "__main__":
    main(*sys.argv[1:3])
