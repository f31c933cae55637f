# Two commands do everything on a fresh machine: `make book` and `make test`.
PYTHONS := 3.11 3.12 3.13 3.14
# the first of them that runs; else python3, of which is said what is wrong with it
PYTHON ?= $(or $(shell for name in $(PYTHONS:%=python%) python3; do \
  version=$$($$name -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
  case " $(PYTHONS) " in (*" $$version "*) echo $$name; break ;; esac; done),python3)
VENV := .venv
BIN := $(VENV)/bin
export PYTHONHASHSEED := 0
export PYTHONUTF8 := 1
# compiled once, not by each process that a test starts, whatever the machine says
unexport PYTHONDONTWRITEBYTECODE

# Committed outputs know no customs detail; where some was taken in, a second execution judges the two
# chapters that use it.
NOT_JUDGED := $(if $(wildcard data/customs/store.json),--ignore=chapters/customs-detail.ipynb --ignore=chapters/auto-exports.ipynb)

.PHONY: book test test-site test-fresh test-cluster faults mutation check lint unit nbval site licences advisories serve pdf lab test-lab bench bench-full lock update clean browser browsers

book: $(VENV)/.ready
	$(BIN)/cqbook build

# the book first: some tests begin from what it has drawn, others visit it. All tests in one go, so
# that no processor waits for the last of unit, nbval or site; what is dear to make is made once.
test: lint browser book $(VENV)/.ready-dev
	$(TESTS) -p no:cacheprovider --nbval --nbval-current-env -m "not thorough" -rs tests chapters $(NOT_JUDGED)

check: $(VENV)/.ready
	$(BIN)/cqbook check

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/mypy benchmarks/*.py
	if [ -x $(BIN)/biome ]; then $(BIN)/biome lint --error-on-warnings $(SCRIPT_RULES) $(SCRIPTS); fi

# names that nothing declares, code that nothing reaches: a page found one only where it was visited
SCRIPTS := lib/cqbook/site/theme/static lib/cqbook/build/frame lib/labextension
SCRIPT_RULES := $(addprefix --only=,correctness/noUndeclaredVariables correctness/noUnreachable \
  correctness/noInvalidUseBeforeDeclaration suspicious/noRedeclare)

# which tests stay together on one worker: tests/conftest.py; a third worker was tried, and slower
TESTS := $(BIN)/pytest -n 2

unit: $(VENV)/.ready-dev
	$(TESTS) -m "not site and not thorough" tests

nbval: $(VENV)/.ready-dev
	$(BIN)/pytest --nbval --nbval-current-env -n 2 --dist loadfile -p no:cacheprovider chapters $(NOT_JUDGED)

site: browser book $(VENV)/.ready-dev
	$(TESTS) -m "site and not thorough" -rs tests

# the engines on clusters: dask in networks of its own, Spark with Java; installs what is missing
test-cluster: $(VENV)/.ready-dev
	sh tests/cluster.sh
	$(BENCHES) benchmarks/requirements.txt
	CQBOOK_NOTHING_LACKS=1 $(BIN)/pytest tests/test_distributed.py tests/test_engines.py

# every page at every width, light and dark: some minutes
test-site: browsers book $(VENV)/.ready-dev
	$(BIN)/pytest -m site -rs

# both commands in empty roots of Debian stable and unstable: needs root
test-fresh:
	sh tests/fresh.sh

# kills, power cuts, full disks, damage at every stage: half an hour
faults: $(VENV)/.ready-dev
	$(BIN)/pytest tests/faults -rs

# what the tests catch of small wrong things in charts, data and code: an hour
mutation: $(VENV)/.ready-dev
	$(BIN)/python -W ignore tests/mutation/charts.py
	$(BIN)/python -W ignore tests/mutation/data.py
	sh tests/mutation/code.sh $(abspath $(BIN))

# package, version, licence of all that is locked; fails on a licence that is not on the list
licences: $(VENV)/.ready-dev
	$(BIN)/python -m cqbook.build.sbom

# asks the advisory services about each locked version and the scripts of the pages: needs the network
# (and npm). What could not be asked about is a failure, not a pass, and is said in a sentence.
advisories: $(VENV)/.ready-dev
	@$(BIN)/python -m cqbook.build.advisories

serve: $(VENV)/.ready
	$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 8000

pdf: browser book $(VENV)/.ready-dev
	$(BIN)/cqbook pdf

# the book in JupyterLab, with the kernel that has it; looks nothing up elsewhere
lab: $(VENV)/.ready-lab
	$(BIN)/jupyter lab chapters --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate --LabApp.news_url=

# all chapters in a real JupyterLab: run all, and count what is drawn
test-lab: browser $(VENV)/.ready-lab $(VENV)/.ready-dev
	$(BIN)/pytest -p no:cacheprovider -rs tests/lab

# under ten minutes on two processors with nothing else to do
bench: browser book $(VENV)/.ready-dev
	$(BIN)/python benchmarks/book.py
	$(BIN)/python benchmarks/many.py quick
	$(BIN)/python benchmarks/exports.py
	$(BIN)/python benchmarks/reading.py
	$(BIN)/python benchmarks/publish.py

# an hour, and 30 GB of disk for a while
bench-full: book $(VENV)/.ready-dev
	$(BENCHES) benchmarks/requirements.txt
	$(BIN)/python benchmarks/book.py 5
	$(BIN)/python benchmarks/many.py full
	$(BIN)/python benchmarks/customs.py

browser:
	sh tests/browser.sh

# and the other engines, which only `test-site` asks
browsers:
	sh tests/browser.sh all

# Only archives whose hash is in the lock, and none that would have to be built: building fetches more.
# By pip: uv takes two thirds of the time, and knows nothing of a mirror, certificate or folder that pip's
# settings name, so that it fails just where the way to packages is a special one.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet
LOCKED := $(INSTALL) --only-binary :all: --no-compile --require-hashes -r
# of what the benchmarks want, PySpark comes as a source archive only
BENCHES := $(INSTALL) --only-binary :all: --no-binary pyspark --no-build-isolation --no-compile --require-hashes -r
# on all processors, which pip doesn't; the packages' own tests are never run
COMPILE := $(BIN)/python -W ignore -m compileall -q -j 0 -x '/tests?/' $(VENV)/lib

# what the book needs
$(VENV)/.ready: requirements.txt pyproject.toml
	@version=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	refuse() { echo "$$1" >&2; exit 1; }; \
	zh="需要$(firstword $(PYTHONS))—$(lastword $(PYTHONS))，可写明 make PYTHON=…"; \
	en="$(firstword $(PYTHONS)) to $(lastword $(PYTHONS)) is needed, make PYTHON=... names one"; \
	case " $(PYTHONS) " in *" $$version "*) ;; *) case "$$version" in \
	  "") refuse "没有找到 Python：$$zh | no Python found: $$en" ;; \
	  [12].*|3.?|3.10) refuse "Python $$version 太旧：$$zh | Python $$version is too old: $$en" ;; \
	  *) refuse "Python $$version 太新：$$zh | Python $$version is too new: $$en" ;; \
	esac ;; esac; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || refuse \
	  "Python $$version 没有 venv：在 Debian、Ubuntu 上先装 python$$version-venv | Python $$version has no venv: on Debian and Ubuntu, install python$$version-venv first"
	$(PYTHON) -m venv $(VENV)
	$(LOCKED) requirements.txt
	$(INSTALL) --no-index --no-deps --no-build-isolation --editable .
	$(COMPILE)
	touch $@

# what tests and tools want beside it
$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	$(LOCKED) requirements-dev.txt
	$(COMPILE)
	touch $@

# what JupyterLab wants beside it
$(VENV)/.ready-lab: $(VENV)/.ready requirements-lab.txt
	$(LOCKED) requirements-lab.txt
	$(COMPILE)
	touch $@

LOCK := uv pip compile --generate-hashes --universal --python-version 3.11 --no-header
lock:
	$(LOCK) --output-file requirements.txt pyproject.toml requirements.in
	$(LOCK) --constraints requirements.txt --output-file requirements-desk.txt requirements-desk.in
	$(LOCK) --constraints requirements.txt --output-file requirements-dev.txt requirements-dev.in
	$(LOCK) --constraints requirements.txt --constraints requirements-dev.txt \
	  --output-file requirements-lab.txt requirements-lab.in
	$(LOCK) --constraints requirements.txt --constraints requirements-dev.txt \
	  --output-file benchmarks/requirements.txt benchmarks/requirements.in

# newer versions of all that is locked, installed, and one report: what changed, licences, advisories;
# needs the network. To take it: make test, then commit the locks. Not to: git checkout them
update:
	$(MAKE) lock LOCK="$(LOCK) --upgrade"
	$(MAKE) $(VENV)/.ready-dev
	$(BIN)/python -m cqbook.build.sbom changed
	$(MAKE) licences advisories

clean:
	rm -rf _build
