# Two commands on a fresh machine with Python 3.11+: `make demo` and `make test`. Both do all their own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -n 2 -q
STUDENTS ?= 20000

.PHONY: demo test check test-sqlite test-postgresql test-browser proofs proofs-short bench bench-clever bench-pages bench-during-sync format browser screenshots clean

demo: $(VENV)/run.stamp  ## a sample district, synced and served
	$(BIN)/python manage.py demo

test: check test-sqlite test-postgresql test-browser proofs-short  ## everything

check: $(VENV)/dev.stamp  ## lint, types, import order, migrations, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/djlint --quiet --lint templates

test-sqlite: $(VENV)/dev.stamp
	$(PYTEST) -m "not browser and not slow"

test-postgresql: $(VENV)/dev.stamp
	EXAMPLES=2 $(BIN)/python -m tests.postgresql $(PYTEST) -m "not browser and not slow and not no_database and not source"

test-browser: $(VENV)/dev.stamp browser
	$(PYTEST) -m browser || [ $$? -eq 5 ]

proofs: $(VENV)/dev.stamp  ## the long proofs: crash storms on both databases, faults at every request to Clever
	HYPOTHESIS_PROFILE=thorough FAULT_STRIDE=1 EXAMPLES=50 $(PYTEST) tests/promises/test_clever_faults.py tests/promises/test_merge.py \
	  tests/promises/test_link.py tests/promises/test_undo_property.py
	$(BIN)/python -m tests.postgresql $(PYTEST) -m source
	CRASHES=50 $(PYTEST) -m slow
	CRASHES=50 $(BIN)/python -m tests.postgresql $(PYTEST) -m slow

proofs-short: $(VENV)/dev.stamp
	CRASHES=2 $(PYTEST) -m slow
	CRASHES=2 $(BIN)/python -m tests.postgresql $(PYTEST) -m slow

bench: $(VENV)/dev.stamp  ## seconds, rows a second, memory and ratios: make bench STUDENTS=100000
	$(BIN)/python -m tests.bench --students $(STUDENTS)

bench-clever: $(VENV)/dev.stamp  ## the same from the Clever sandbox: make bench-clever STUDENTS=100000
	$(BIN)/python -m tests.bench_clever --students $(STUDENTS)

bench-pages: $(VENV)/dev.stamp  ## milliseconds of the console's pages: make bench-pages STUDENTS=100000
	$(BIN)/python -m tests.bench_pages --students $(STUDENTS)

bench-during-sync: $(VENV)/dev.stamp  ## milliseconds of people's pages while a district syncs: make bench-during-sync STUDENTS=100000
	$(BIN)/python -m tests.bench_during_sync --students $(STUDENTS)

browser:  ## Chromium for the browser tests, where it can be installed
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || (apt-get update -qq && apt-get install -y -qq chromium) >/dev/null 2>&1 \
	  || echo "Chromium is not here and cannot be installed: the browser tests will say that they were skipped."

screenshots: $(VENV)/dev.stamp browser  ## the pictures of the guides, made anew
	$(BIN)/python -m tests.screenshots

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

$(VENV)/run.stamp: requirements.txt
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements.txt requirements-dev.txt
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp

clean:
	rm -rf var .pytest_cache .mypy_cache .ruff_cache .hypothesis
