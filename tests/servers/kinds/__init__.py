"""An app of the tests: kinds of mail, links and tasks to try the outbox and the worker with."""
