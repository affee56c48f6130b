# Everything works after `git clone`: each target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install demo test lint crawl deploy scrapyd-demo scenarios
.PHONY: bench bench-queries bench-prune lock audit torture

install: $(VENV)/.packages
	@tools/install-browser.sh $(BIN)

demo: install
	$(BIN)/scrapy demo

crawl: install
	$(BIN)/scrapy crawl kzpool

# SCRAPYD_USERNAME, SCRAPYD_PASSWORD (or ~/.netrc) and the url of scrapy.cfg say where to.
deploy: $(VENV)/.packages
	@$(BIN)/python -m tools.deploy

scrapyd-demo: install
	@$(BIN)/python -m tools.scrapyd_demo

# What the rules find of a generated year; documented queries beside the documented indexes; how
# long prune holds up a program that writes: some minutes each.
scenarios: $(VENV)/.packages
	@$(BIN)/python -m tools.scenarios

bench-queries: $(VENV)/.packages
	@$(BIN)/python -m tools.bench_queries

bench-prune: $(VENV)/.packages
	@$(BIN)/python -m tools.bench_prune

# How fast we are beside the browser alone: nothing else should run meanwhile. Some minutes.
bench: install
	@$(BIN)/python -m tools.bench

# Faults in their long form: kills, hostile pages, locks, full disks, 500 visits.
# A quarter of an hour.
torture: install
	@$(BIN)/python -m tools.torture

test: install
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(VENV)/.packages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# The versions of all packages, and what each file of theirs must hash to: after a change of one of
# requirements*.txt. `audit` asks for known vulnerabilities. Both need the network.
lock: $(VENV)/.packages
	@for name in requirements requirements-scrapyd requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--custom-compile-command 'make lock' --output-file $$name.lock \
			$$name.txt || exit 1; \
	done

audit: $(VENV)/.packages
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off \
		--requirement requirements-dev.lock

$(VENV)/.packages: requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements-dev.lock
	@touch $@
