# The verbs of a newcomer and of CI. `make` alone explains them.

.DEFAULT_GOAL := help
.PHONY: help up down status test check audit bench faults contracts venv lock clean

VENV := .venv
CHECK_VENV := .venv-check
BIN := $(VENV)/bin
READY := $(VENV)/.installed
CHECK_READY := $(CHECK_VENV)/.installed
GO_TOOLS := $(CHECK_VENV)/.go-tools
# Where Python is looked for: the versions the lock is tested with, newest first, then whatever there is.
PYTHONS ?= python3.13 python3.12 python3.11 python3.15 python3.14 python3 python
# make test ARGS="tests/unit -k threshold"
ARGS ?=
# make test WORKERS=0 runs one module after the other, in one process.
WORKERS ?= 2
# make bench ONLY=signing
ONLY ?=
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links

help: ## Show this list
	@echo "Kenes: petitions, consultations and notifications over Kafka."
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s%s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "Every verb makes its virtual environment by itself. Ports and folders of the local stack are settings:"
	@echo "  KENES_LOCAL_API_PORT=8180 KENES_LOCAL_DATA=/tmp/kenes make up"

up: $(READY) ## Start the whole product here; Ctrl-C stops it
	@$(BIN)/kenes up

down: $(READY) ## Stop what `make up` started in another shell
	@$(BIN)/kenes down

status: $(READY) ## Show what runs, at which address and since when
	@$(BIN)/kenes status || test $$? -eq 3

# In the order of the folders: the many quick tests come last, and fill the gaps that the slow ones leave.
test: $(READY) ## Run the tests, WORKERS modules at a time (ARGS="..." goes to pytest)
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(READY) $(CHECK_READY) $(GO_TOOLS) ## Check style, types, module walls, schemas and deployment files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(CHECK_VENV)/bin/lint-imports
	$(BIN)/python -m schemas.compat
	PATH="$(CURDIR)/$(CHECK_VENV)/bin:$$PATH" $(BIN)/python -m deploy.validate

audit: $(READY) $(CHECK_READY) ## Ask for known flaws of the locked dependencies
	PATH="$(CURDIR)/$(CHECK_VENV)/bin:$$PATH" $(BIN)/python -m deploy.dependencies

bench: $(READY) ## Measure, and write build/bench.json (ONLY=signing runs one group)
	$(BIN)/python -m tests.load.bench $(if $(ONLY),--only $(ONLY))

faults: $(READY) ## Kill, stop, cut off and fill up each part under load, verify, write build/faults.json
	$(BIN)/python -m tests.faults

venv: $(READY) ## Make .venv with the locked dependencies

contracts: $(READY) ## Publish changed schemas; refuses what breaks a published one
	$(BIN)/python -m schemas.publish

lock: $(READY) ## Resolve the dependencies anew into requirements/
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) --extra local --extra test --extra lint pyproject.toml -o requirements/dev.txt
	$(COMPILE) --constraint requirements/dev.txt requirements/build.in -o requirements/build.txt
	$(COMPILE) requirements/check.in -o requirements/check.txt

clean: ## Remove var/ and build/: local data, logs, secrets and reports
	@if [ -x $(BIN)/kenes ]; then \
		$(BIN)/kenes status >/dev/null; \
		[ $$? -eq 3 ] || { echo "make clean: the local stack runs, or cannot be asked; make down first." >&2; exit 1; }; \
	fi
	rm -rf var build

# A Python that is only named but does not start (a version manager's shim), or has no venv, is passed over.
define make_venv
@set -e; \
if ! $(1)/bin/python -c "" 2>/dev/null; then \
	found=; bare=; \
	for python in $(PYTHONS); do \
		"$$python" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null || continue; \
		if "$$python" -c "import venv, ensurepip" 2>/dev/null; then found=$$python; break; fi; \
		bare=$${bare:-$$python}; \
	done; \
	if [ -z "$$found" ] && [ -n "$$bare" ]; then \
		echo "make: $$bare has no venv module: install it (Debian and Ubuntu: the package $${bare##*/}-venv)." >&2; exit 1; \
	elif [ -z "$$found" ]; then \
		echo "make: no Python 3.11 or later found: install one, or name it: make PYTHONS=/path/to/python3" >&2; exit 1; \
	fi; \
	echo "Making $(1) with $$found"; \
	"$$found" -m venv --clear $(1); \
fi
@echo "Installing $(2) into $(1): once, and again when it changes"
@$(1)/bin/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r $(2)
endef

$(READY): requirements/dev.txt pyproject.toml
	$(call make_venv,$(VENV),requirements/dev.txt)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(CHECK_READY): requirements/check.txt
	$(call make_venv,$(CHECK_VENV),requirements/check.txt)
	@touch $@

# Where Go is not there or cannot build them, the checks that need them say that they are skipped.
$(GO_TOOLS): deploy/tools/go.mod deploy/tools/go.sum | $(CHECK_READY)
	@if command -v go >/dev/null; then \
		echo "Building kustomize and gitleaks into $(CHECK_VENV): once, and again when their versions change"; \
		(cd deploy/tools && GOBIN="$(CURDIR)/$(CHECK_VENV)/bin" go install tool) \
			|| echo "make: they could not be built: their checks are skipped." >&2; \
	else \
		echo "make: no Go here: the checks by kustomize and gitleaks are skipped." >&2; \
	fi
	@touch $@
