"""Tasks that leave a trace which any process can see."""

import os
import signal
import time

from django.tasks import task

from taushet.models import Mark
from taushet.services.jobs import TryLater


@task()
def do_nothing():
    pass


@task()
def leave_mark(name):
    Mark.objects.get_or_create(name=name)


@task(takes_context=True)
def succeed_third_time(context, name):
    if context.attempt < 3:
        raise ConnectionError("not yet")
    Mark.objects.create(name=name)


@task()
def wait_for(name):
    raise TryLater(name)


@task()
def fail():
    raise ValueError("a programming error")


@task(takes_context=True)
def die_once(context, name):
    if context.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    Mark.objects.create(name=name)


@task()
def work_for(seconds, name):
    time.sleep(seconds)
    Mark.objects.create(name=name)
