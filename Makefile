# Every command a developer types. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help setup demo stop test check bench docs browser clean programs

UV_VERSION := 0.13.9
UV := .tools/bin/uv
UV_READY := .tools/uv-$(UV_VERSION)
READY := .venv/ready
OLD_SDK := tests/api/akeyless-5.0.0.lock
DEMO_DATA := demo-data
DEMO_LOG := demo-data.log
DEMO_PID := demo-data.pid
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Bytecode that is not written is compiled again by each of many processes.
unexport VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

# Installs Debian packages when that is possible here; says what is missing when it is not.
define install
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
		echo "Installing $(1)"
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -qq
		apt-get install -y -qq --no-install-recommends $(1) > /dev/null
	else
		echo "$(1) is missing. Install it (on Debian: apt-get install $(1)) and run make again." >&2
		exit 1
	fi
endef

# Ends the server of the demo, if one runs, and waits for it.
define stop
	if [ -f $(DEMO_PID) ]; then
		if kill $$(cat $(DEMO_PID)) 2> /dev/null; then
			while kill -0 $$(cat $(DEMO_PID)) 2> /dev/null; do sleep 0.1; done
		fi
		rm -f $(DEMO_PID) $(DEMO_LOG)
	fi
endef

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv with the locked versions of everything
	@echo 'Ready. Next: make demo, or export PATH="$$PWD/.venv/bin:$$PATH" and vaultmeter --help'

demo: $(READY) ## Take in a real audit log and an invented year, show reports, serve the console
	@$(call stop)
	rm -rf $(DEMO_DATA)
	export VAULTMETER_DATA=$(DEMO_DATA) BASH_XTRACEFD=1 PS4=$$'\n$$ '
	password=$$(vaultmeter users add admin --role admin --json | python -c 'import json, sys; print(json.load(sys.stdin)["password"])')
	(
		set -x
		vaultmeter ingest openbao src/vaultmeter/demo/sample/audit.log.gz --account acme --source openbao
		vaultmeter simulate --events 1200000 --identities 500 --items 3000 --months 12 --seed 7
		vaultmeter report overview --range last-30-days
		vaultmeter report accounts --range all
		vaultmeter report items --range last-30-days --limit 8
		vaultmeter report users --range all --account acme/finance --user 'person0*'
		vaultmeter limits set sm 550
		vaultmeter limits set pm 250
		vaultmeter report clients --range last-month
		vaultmeter report unused --account acme/finance --limit 5
		vaultmeter explain overview --cell passwords_accessed --size 3
		vaultmeter get-analytics-data --jq-expression '.usage_reports.sm | {total_clients, total_secrets}'
		vaultmeter export --report clients --range last-month --format pdf --output $(DEMO_DATA)/clients.pdf
		vaultmeter verify $(DEMO_DATA)/clients.pdf
		vaultmeter schedules add 'Clients, last month' --report clients --range last-month --format xlsx --every monthly --on 1 --at 07:00 --tz Europe/Berlin
		vaultmeter ledger
		vaultmeter check
	)
	port=8080
	while (exec 3<> /dev/tcp/127.0.0.1/$$port) 2> /dev/null; do port=$$((port + 1)); done
	BASH_XTRACEFD= nohup vaultmeter serve --listen 127.0.0.1:$$port > $(DEMO_LOG) 2>&1 < /dev/null &
	echo $$! > $(DEMO_PID)
	for _ in {1..300}; do
		! (exec 3<> /dev/tcp/127.0.0.1/$$port) 2> /dev/null || break
		kill -0 $$(cat $(DEMO_PID)) 2> /dev/null || { cat $(DEMO_LOG) >&2; exit 1; }
		sleep 0.1
	done
	printf '%s\n' '' \
		"The console:  http://127.0.0.1:$$port/" \
		"Sign in as:   admin" \
		"Password:     $$password" \
		'' \
		'It serves ./$(DEMO_DATA) until: make stop. On the command line, for example:' \
		'' \
		'  export PATH="$$PWD/.venv/bin:$$PATH" VAULTMETER_DATA=$(DEMO_DATA)' \
		"  vaultmeter reports" \
		"  vaultmeter report activity --range last-7-days --tz Europe/Paris" \
		"  vaultmeter report sessions --user 'person05*' --range all" \
		"  vaultmeter get-analytics-data --json | jq '.usage_reports.sm.clients_by_auth_method_types'"

stop: ## End the server that `make demo` started
	@$(call stop)

# Two processes more than there are cores: many tests wait for a server.
test: $(READY) programs ## Run the tests; ARGS='-k word' is handed to pytest
	@pytest --numprocesses $$(($$(nproc) + 2)) --dist worksteal $(ARGS)

check: $(READY) ## Check format, lint, types and imports
	@ruff format --check
	ruff check
	mypy
	lint-imports

bench: $(READY) ## Measure ingest and reports
	@python benchmarks/run.py $(ARGS)

docs: $(READY) ## Make the reference pages and the pictures again
	@python docs/generate.py
	python docs/pictures/make.py
	python docs/pictures/pages.py

browser: ## Build the third-party browser code again, from browser/package-lock.json
	@cd browser
	npm ci --silent
	node build.mjs

clean: ## Remove whatever these commands made
	@$(call stop)
	rm -rf .venv .tools $(DEMO_DATA) benchmarks/data dist build
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests benchmarks docs -name __pycache__ -prune -exec rm -rf {} +

# The programs that tests run: jq itself, logrotate, logger, strace, pdftotext, Chromium, and a PostgreSQL server.
programs:
	@command -v jq > /dev/null || { $(call install,jq); }
	PATH=$$PATH:/usr/sbin command -v logrotate > /dev/null || { $(call install,logrotate); }
	command -v logger > /dev/null || { $(call install,bsdutils); }
	command -v strace > /dev/null || { $(call install,strace); }
	command -v pdftotext > /dev/null || { $(call install,poppler-utils); }
	# The one without windows takes a third less time; not every system has it.
	if ! command -v chromium-headless-shell > /dev/null; then
		( $(call install,chromium-headless-shell fonts-liberation) ) 2> /dev/null \
			|| command -v chromium > /dev/null || { $(call install,chromium fonts-liberation); }
	fi
	if ! command -v postgres > /dev/null && ! compgen -G '/usr/lib/postgresql/*/bin/postgres' > /dev/null; then
		$(call install,postgresql)
	fi

$(UV_READY):
	@echo "Getting uv $(UV_VERSION) into .tools"
	rm -rf .tools
	if ! python3 -m venv .tools > /dev/null 2>&1; then
		rm -rf .tools
		$(call install,python3-venv)
		python3 -m venv .tools
	fi
	.tools/bin/pip install --quiet uv==$(UV_VERSION)
	touch $@

# The build back end is in the lock too, hence no build isolation: nothing unpinned is fetched.
# Tests drive the Akeyless SDK in two versions; the older one lies apart.
$(READY): $(UV_READY) pyproject.toml requirements.lock $(OLD_SDK)
	@echo "Setting up .venv"
	export UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=$(if $(wildcard /etc/ssl/certs/ca-certificates.crt),true,false)
	# uv does not read pip's settings, and a machine's package index is often set there alone.
	index=$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$(.tools/bin/pip config get global.index-url 2> /dev/null || true)}}
	[ -z "$$index" ] || export UV_DEFAULT_INDEX=$$index
	if ! .venv/bin/python -c '' 2> /dev/null; then
		$(UV) venv --quiet --clear .venv --python 3.11 2> /dev/null ||
			$(UV) venv --quiet --clear .venv --python python3
	fi
	$(UV) pip sync --quiet --compile-bytecode --python .venv --require-hashes requirements.lock
	$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
	rm -rf .tools/akeyless-5.0.0
	$(UV) pip install --quiet --python .venv --target .tools/akeyless-5.0.0 --no-deps --require-hashes -r $(OLD_SDK)
	# Commands start twice as fast with it, also where Python may not write it by itself.
	.venv/bin/python -m compileall -q src
	touch $@
