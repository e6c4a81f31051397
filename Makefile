# The door to everything. Each target is one word of scripts/dev.py, which needs nothing but Python 3.11 or newer.
PYTHON ?= python3
DEV := $(PYTHON) scripts/dev.py

.PHONY: demo test check bench audit messages faults

demo:      ## set up, fill the demo company, serve it (RESET=1 starts over)
	@$(DEV) demo $(if $(filter-out 0,$(RESET)),--reset)

test:      ## every test: Python, TypeScript, browser, SQLite and PostgreSQL
	@$(DEV) test

check:     ## the quick part: lint, types, contracts, strings, quick tests
	@$(DEV) check

bench:     ## the performance figures as one table
	@$(DEV) bench $(ARGS)

audit:     ## the parts list (SBOM) and known vulnerabilities; exit code 2: could not be checked
	@$(DEV) audit

messages:  ## bring the translation catalogues up to date with the source
	@$(DEV) messages

faults:    ## kill -9, full disk, mail server down: the invariants that must hold
	@$(DEV) faults $(ARGS)
