# Every target makes the environment it needs; nothing but Python 3.11+, make and a package index is assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEOPLE ?= 2000
SEED ?= 7
OUT ?= out
HEADLESS ?=

.PHONY: install demo test check bench soak conversations lock aiogram docs screenshots clean help

help: ## Show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/run.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Groundswell needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/run.stamp ## The program itself, in .venv/bin

demo: $(VENV)/run.stamp ## Try it: opens http://127.0.0.1:8000; HEADLESS=1 OUT=dir PEOPLE=2000 SEED=7 runs a week without a server
ifeq ($(HEADLESS),)
	$(BIN)/groundswell demo
else
	$(BIN)/groundswell demo --headless --out $(OUT) --people $(PEOPLE) --seed $(SEED)
endif

test: $(VENV)/dev.stamp ## All tests
# Bytecode is kept whatever the shell says: a hundred of the tests start the program, a fifth of whose start is compiling.
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

check: $(VENV)/dev.stamp ## Style, types, layering, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/check_tree.py
	$(BIN)/python scripts/data_dictionary.py --check
	$(BIN)/python -m scripts.measures_page --check
	$(BIN)/python scripts/safety_matrix.py --check
	$(BIN)/python scripts/role_matrix.py --check
	$(BIN)/python -m scripts.safety_texts
	$(BIN)/python -m scripts.automatic_texts --check
	$(BIN)/python -m scripts.fault_matrix --check

aiogram: $(VENV)/dev.stamp ## Keep the second Telegram client's environment for `make test`
	$(BIN)/python -m pytest -q tests/integration/test_telegram_server_aiogram.py

bench: $(VENV)/dev.stamp ## Speed, each beside a real alternative
	$(BIN)/python -m benchmarks

soak: $(VENV)/dev.stamp ## Kill, freeze and starve the real process 320 times; live through many more random weeks than `make test`
	$(BIN)/python -m tests.soak
	SOAK_FAKES=1000 $(BIN)/python -m pytest -q tests/integration/test_signup_page.py -k thousand
	for last in hold cancel; do SOAK_STOPS="pause kill-switch $$last" $(BIN)/python -m pytest -qs tests/integration/test_stops.py || exit 1; done
	SOAK_TAKEOVER=30 $(BIN)/python -m pytest -q tests/integration/test_processes.py
	SOAK_EXAMPLES=60 $(BIN)/python -m pytest -q tests/integration/test_rules_machine.py
	SOAK_EXAMPLES=20 SOAK_DATABASE=postgres $(BIN)/python -m pytest -q tests/integration/test_rules_machine.py
	SOAK_TABLES=100000 $(BIN)/python -m pytest -q tests/attack
	SOAK_TABLES=20000 $(BIN)/python -m pytest -q tests/unit/test_analytics_suppression.py
	SOAK_INPUTS=10000 $(BIN)/python -m pytest -q tests/unit/test_dialogue_random.py tests/integration/test_anything_sent.py

conversations: $(VENV)/dev.stamp ## Write the golden conversations anew; look at the diff before you commit
	WRITE_CONVERSATIONS=1 $(BIN)/python -m pytest -q tests/acceptance/test_conversations.py -k "as_it_is_written and sqlite or link_a_room"

lock: $(VENV)/dev.stamp ## Pin the newest allowed versions
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 \
		pyproject.toml scripts/build-requirements.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 \
		--extra dev pyproject.toml scripts/build-requirements.in -o requirements-dev.lock
	printf 'aiogram>=3.20,<4\nuvloop>=0.21\n' | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--no-annotate --python-version 3.11 - -o tests/platforms/aiogram.lock

screenshots: $(VENV)/dev.stamp ## Take the README's pictures from the running demo
	$(BIN)/python -m scripts.screenshots

clean: ## Remove the environment and what was built
	rm -rf $(VENV) build dist out *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
