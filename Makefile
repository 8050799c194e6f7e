# The two commands most people need:  make demo   ·   make test
# Everything is installed into `.venv`, pinned and checked by hash; nothing else on the system is touched.
# (Run as root, a missing Debian package is installed; otherwise its install line is printed.)

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types layers docs-check test-names bundle translations requirements bench chaos peers clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
RUNTIME := .venv/.runtime
DEVELOPMENT := .venv/.development
PEERS := .venv-peers
OFFICE := /usr/lib/libreoffice/program
# What reads legacy formats and, as a fallback, scans; without it such files go to a person.
READERS := soffice=libreoffice-writer-nogui $(OFFICE)/libsclo.so=libreoffice-calc-nogui \
    $(OFFICE)/libsdlo.so=libreoffice-impress-nogui tesseract=tesseract-ocr \
    /usr/share/tesseract-ocr/5/tessdata/chi_sim.traineddata=tesseract-ocr-chi-sim
# What opens the console in tests; its letters, too.
BROWSER := chromium=chromium /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc=fonts-noto-cjk
# What runs the checker of HTML in tests.
CHECKER := java=default-jre-headless
WORKERS ?= 2

# Compiled modules are kept: the tests start hundreds of processes, each of which would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

demo: $(RUNTIME) ## the whole way on the samples; SERVE=1 keeps site and console up
	@scripts/need.sh --optional $(READERS)
	$(BIN)/disclosure demo $(if $(SERVE),--serve)

test: $(DEVELOPMENT) ## all tests, on SQLite and PostgreSQL
	@scripts/need.sh --optional smbd=samba smbclient=smbclient sshd=openssh-server $(READERS) $(BROWSER) $(CHECKER)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --timeout 600

check: lint types layers test-names ## everything else that CI asks for

lint: $(DEVELOPMENT) ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEVELOPMENT) ## static types
	$(BIN)/mypy

layers: $(DEVELOPMENT) ## who may import whom
	$(BIN)/lint-imports

docs-check: $(DEVELOPMENT) ## documents against the code; part of `make test` too
	$(BIN)/pytest -q tests/docs

test-names: $(DEVELOPMENT) ## tests are called the same in every process
	scripts/test_names.sh $(BIN)/pytest

bundle: $(DEVELOPMENT) ## dist/…-bundle.tar.gz: everything an office without internet needs
	$(BIN)/python scripts/bundle.py

translations: $(DEVELOPMENT) ## bring the console's English catalogue up to date with the messages in the source
	$(BIN)/python scripts/translations.py

requirements: $(DEVELOPMENT) ## compile requirements/*.in; UPGRADE=1 takes newer releases
	scripts/requirements.sh

bench: $(DEVELOPMENT) ## how fast it is
	$(BIN)/python benchmarks/pipeline.py

chaos: $(DEVELOPMENT) ## kill -9 at random instants, and nothing is lost or doubled
	$(BIN)/python benchmarks/chaos.py

peers: $(PEERS)/.ready ## what benchmarks/{extraction,screening,publication}.py compare ours with

$(PEERS)/.ready: requirements/peers.txt requirements/peers_alone.txt
	python3 -m venv $(PEERS)
	$(PEERS)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/peers.txt
	$(PEERS)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps --ignore-requires-python \
	    -r requirements/peers_alone.txt
	@touch $@

clean: ## removes what these commands made, but not var/
	rm -rf .venv $(PEERS) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. Build back-ends come first, so that nothing is fetched unhashed during a build.

$(BIN)/python:
	scripts/venv.sh

$(RUNTIME): requirements/build.txt requirements/base.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements/build.txt
	$(PIP) --require-hashes --no-build-isolation -r requirements/base.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOPMENT): requirements/dev.txt $(RUNTIME)
	$(PIP) --no-compile --require-hashes --no-build-isolation -r requirements/dev.txt
	@touch $@
