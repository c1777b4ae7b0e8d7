# The commands of this project. `make help` lists them.

HOST ?= localhost
PORT ?= 8000

# The first Python that is new enough and really runs (a version manager may leave names that do not).
PYTHON ?= $(shell for p in python3.13 python3.14 python3 python $$HOME/.pyenv/versions/3.13*/bin/python; do \
	"$$p" -c "import sys; sys.exit(sys.version_info < (3, 13))" 2>/dev/null && { echo "$$p"; break; }; done)
RUN = .venv/bin/python

.PHONY: help run test bench crash lock browser clean
.DEFAULT_GOAL := help

help:  ## list these commands
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/.installed  ## start the demonstration on http://localhost:8000 (HOST, PORT override)
	@TAUSHET_DEMO=1 TAUSHET_BASE_URL="http://$(HOST):$(PORT)" $(RUN) manage.py demo --host "$(HOST)" --port "$(PORT)"

test: .venv/.installed-for-tests  ## run everything: linters, suite on SQLite and PostgreSQL, browser journeys
	@$(RUN) -m tests.run

bench: .venv/.installed-for-tests  ## measure the figures, a line each, and write var/bench.json
	@$(RUN) -m tests.bench

crash: .venv/.installed-for-tests  ## kill the senders 20 times during 2 000 letters, on SQLite and PostgreSQL
	@$(RUN) -m tests.crash

lock: .venv/.installed-for-tests  ## renew the pinned versions from pyproject.toml
	$(RUN) -m uv pip compile --quiet --universal --generate-hashes --python-version 3.13 --no-header --upgrade \
		--output-file requirements.txt pyproject.toml
	$(RUN) -m uv pip compile --quiet --universal --generate-hashes --python-version 3.13 --no-header --upgrade \
		--extra test --constraint requirements.txt --output-file tests/requirements.txt pyproject.toml

browser: .venv/.installed-for-tests  ## install the browser that the journeys need
	@$(RUN) -m tests.servers.browser

clean:  ## remove what these commands made (the demonstration's data too)
	rm -rf .venv var

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.13 or newer is needed and was not found. Install it with your system's packages (python3.13, python3.13-venv), with Homebrew (brew install python@3.13) or with pyenv (pyenv install 3.13)."; exit 1; }
	@echo "Making a virtual environment with $(PYTHON)"
	@"$(PYTHON)" -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3.13-venv"; exit 1; }

# Install what a file pins, with a dot for each package; what pip says is shown only when it fails.
define install
	@{ $(RUN) -m pip install --disable-pip-version-check --no-input --require-hashes --no-deps -r $< 2>&1 || echo failed; } | awk \
		'/^Collecting/ { printf "."; fflush() } /^failed$$/ { failed = 1 } { said = said "\n" $$0 } END { print failed ? said : ""; exit failed }'
endef

.venv/.installed: requirements.txt | .venv/bin/python
	@echo "Installing what the platform needs (the first time only, about a minute)"
	$(install)
	@touch $@

.venv/.installed-for-tests: tests/requirements.txt | .venv/bin/python
	@echo "Installing what the tests need (the first time only, about a minute)"
	$(install)
	@touch $@ .venv/.installed
