"""Several processes that do something at the same moment, each with a connection of its own."""

from multiprocessing import get_context

from django.db import DatabaseError, connections
from django.utils import translation

from courses.exceptions import CoursesError


def at_once(work, things):
    """Let a process for each of the things do its work, all at the same moment; returns what they answered.

    Whoever is refused answers with the name of the error and its sentence in English.
    """
    context = get_context("fork")
    start, answers = context.Barrier(len(things)), context.Queue()
    rivals = [context.Process(target=run, args=(work, thing, start, answers)) for thing in things]
    connections.close_all()
    for rival in rivals:
        rival.start()
    outcomes = [answers.get(timeout=120) for _rival in rivals]
    for rival in rivals:
        rival.join(timeout=30)
    return outcomes


def run(work, thing, start, answers):
    start.wait()
    try:
        with translation.override("en"):
            answers.put(work(thing))
    except (CoursesError, DatabaseError) as error:
        answers.put((type(error).__name__, str(error)))
