"""The web application, as gunicorn loads it."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taushet.settings")

application = get_wsgi_application()

if settings.DEMO:
    from taushet.loopback import only_on_this_machine
    from taushet.services.demo import refuse_mailer_or_open_host, refuse_real_database

    refuse_mailer_or_open_host(settings.BASE_HOST)
    refuse_real_database()
    connections.close_all()
    application = only_on_this_machine(application)

# What stands now stands as long as the process: the collector need not walk through it in the middle of a request,
# and the workers share it.
gc.collect()
gc.freeze()
# A page leaves some thousand small things behind, few of them in circles. Looked for at Python's own pace, they cost
# every tenth moment of a page, and now and then a long one.
gc.set_threshold(20_000, 20, 20)
