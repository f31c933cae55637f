# Two commands do everything on a fresh machine: `make book` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PYTHONHASHSEED := 0
export PYTHONUTF8 := 1

# Committed outputs know no customs detail; where some was taken in, a second execution judges.
NOT_JUDGED := $(if $(wildcard data/customs/store.json),--ignore=chapters/customs-detail.ipynb)

.PHONY: book test test-site faults mutation check lint unit nbval site licences advisories serve pdf bench bench-full lock clean browser

book: $(VENV)/.ready
	$(BIN)/cqbook build

# the book first: the tests of whole builds begin from what it has drawn
test: lint book unit nbval site

check: $(VENV)/.ready
	$(BIN)/cqbook check

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

unit: $(VENV)/.ready
	$(BIN)/pytest -n 2 --dist loadfile -m "not site and not thorough"

nbval: $(VENV)/.ready
	$(BIN)/pytest --nbval -n 2 --dist loadfile -p no:cacheprovider chapters $(NOT_JUDGED)

site: browser book
	$(BIN)/pytest -m "site and not thorough" -rs

# every page at every width, light and dark: some minutes
test-site: browser book
	$(BIN)/pytest -m site -rs

# kills, power cuts, full disks, damage at every stage: half an hour
faults: $(VENV)/.ready
	$(BIN)/pytest tests/faults -rs

# what the tests catch of small wrong things in charts, data and code: an hour
mutation: $(VENV)/.ready
	$(BIN)/python -W ignore tests/mutation/charts.py
	$(BIN)/python -W ignore tests/mutation/data.py
	sh tests/mutation/code.sh $(abspath $(BIN))

# package, version, licence of all that is locked; fails on a licence that is not on the list
licences: $(VENV)/.ready
	$(BIN)/python -m cqbook.build.sbom

# asks the advisory service of the package index about each locked version: needs the network.
# --strict: a package that could not be asked about is a failure, not a pass.
advisories: $(VENV)/.ready
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.txt || { \
	  echo "有漏洞通告，或没有全部查到：见上 | advisories, or not all could be asked about: see above"; exit 1; }

serve: $(VENV)/.ready
	$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 8000

pdf: browser book
	$(BIN)/cqbook pdf

bench: book
	$(BIN)/python benchmarks/book.py
	$(BIN)/python benchmarks/many.py quick
	$(BIN)/python benchmarks/exports.py
	$(BIN)/python benchmarks/reading.py

# an hour, and 30 GB of disk for a while
bench-full: book
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --require-hashes -r benchmarks/requirements.txt
	$(BIN)/python benchmarks/book.py 5
	$(BIN)/python benchmarks/many.py full
	$(BIN)/python benchmarks/customs.py

browser:
	sh tests/browser.sh

# only archives whose hash is in the lock, and none that would have to be built: building fetches more
$(VENV)/.ready: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "需要 Python 3.11—3.13 | Python 3.11 to 3.13 is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --only-binary :all: --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-index --no-deps --no-build-isolation -e .
	touch $@

LOCK := uv pip compile --generate-hashes --universal --python-version 3.11 --no-header
lock:
	$(LOCK) --output-file requirements.txt requirements.in
	$(LOCK) --constraints requirements.txt --output-file benchmarks/requirements.txt benchmarks/requirements.in

clean:
	rm -rf _build
