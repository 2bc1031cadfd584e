# Everything is `fitserve …`; the Makefile only sets up and calls it.
.DEFAULT_GOAL := help
.PHONY: help demo up test test-interop fuzz check audit format bench-smoke bench-costs bench-overhead bench-zeros bench-compile bench-stacked bench-growth bench bench-view bench-training bench-serving bench-memory bench-while-training bench-store reproduce readme-table reliability-table performance-tables reproduce-spread choose-eckerle4 screenshots constraints chaos clean

BIN := .venv/bin
export FITSERVE_DATA ?= $(CURDIR)/data
BENCHES := bench-smoke bench-costs bench-overhead bench-zeros bench-compile bench-stacked bench-growth \
	bench-view bench-training bench-serving bench-memory \
	bench-while-training bench-store
INPUTS := pyproject.toml constraints.txt scripts/setup.sh scripts/find_python.sh

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

demo: .venv/.installed  ## train and serve digits and Eckerle4, and look on (a minute)
	@FITSERVE_DATA="$(FITSERVE_DATA)/demo" $(BIN)/fitserve demo

up: .venv/.installed  ## broker, API and workers in the foreground, until Ctrl-C
	@$(BIN)/fitserve up

test: .venv/.developed  ## the whole test suite
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-interop: .venv/.developed .venv-interop/.installed  ## real clients of other protocols (two minutes)
	@$(BIN)/python scripts/interop.py

chaos: .venv/.developed  ## attack a real service (half an hour); SEED= repeats, ONLY= chooses
	@PYTHONPATH=tests $(BIN)/python -m chaos $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY)) \
		$(if $(REPORT),--report $(REPORT))

fuzz: .venv/.developed  ## Schemathesis against every call (five minutes; SEED= repeats a campaign)
	@$(BIN)/python scripts/fuzz.py $(if $(SEED),--seed $(SEED))

check: .venv/.developed  ## ruff, mypy, hadolint, and the house rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/python scripts/house_rules.py
	@$(BIN)/python scripts/readme_table.py --check
	@$(BIN)/python scripts/reliability_table.py --check
	@$(BIN)/python scripts/performance_tables.py --check
	@$(BIN)/python scripts/draw_sync_client.py --check

audit: .venv/.developed .venv-audit/.installed  ## our code by bandit's rules; known weaknesses of what is pinned
	@$(BIN)/ruff check .
	@.venv-audit/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt \
		|| { echo "a pinned package has a known weakness, or could not be looked up"; exit 1; }

format: .venv/.developed  ## draw the synchronous client, let ruff format and mend what it can
	@$(BIN)/python scripts/draw_sync_client.py
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

bench-smoke: .venv/.installed  ## the training program beside Keras fit (under a minute)
	@$(BIN)/python -m benchmarks.training.smoke

bench-costs: .venv/.installed  ## what augmentation and an epoch's figures cost (six minutes)
	@$(BIN)/python -m benchmarks.training.epoch_costs

bench-overhead: .venv/.installed  ## what the service adds to 100 tiny runs (two minutes)
	@$(BIN)/python -m benchmarks.service_overhead

bench-zeros: .venv/.installed  ## what skipping zero pixels saves, and what dropout costs then (four minutes)
	@$(BIN)/python -m benchmarks.training.zeros

bench-compile: .venv/.installed  ## what compiling the training program takes (five minutes)
	@$(BIN)/python -m benchmarks.training.compiling

bench-stacked: .venv/.installed  ## runs stacked in one program beside runs apart (two minutes)
	@$(BIN)/python -m benchmarks.training.stacked

bench-growth: .venv/.developed  ## how cost grows with network, batch, runs, API processes (four minutes; needs wrk); draws it
	@$(BIN)/python -m benchmarks.growth $(ARGS)

bench-view: .venv/.developed  ## the dashboard's first view of 1,000 experiments (two minutes)
	@$(BIN)/python -m benchmarks.first_view

bench-training: .venv/.installed .venv-bench-training/.installed  ## training beside its peers (twenty minutes)
	@$(BIN)/python -m benchmarks.training $(ARGS)

bench-serving: .venv/.installed .venv-bench-mlserver/.installed .venv-bench-bentoml/.installed .venv-bench-litserve/.installed  ## predictions a second beside peers (twenty minutes; needs wrk)
	@$(BIN)/python -m benchmarks.serving.peers_beside $(ARGS)

bench-memory: .venv/.developed  ## memory of the API with ten models loaded (half a minute)
	@$(BIN)/python -m benchmarks.serving.memory

bench-while-training: .venv/.installed  ## latencies of predictions while every slot trains (two minutes; needs wrk)
	@$(BIN)/python -m benchmarks.serving.while_training $(ARGS)

bench-store: .venv/.developed  ## pages, summaries and watchers of large stores (eight minutes; needs PostgreSQL)
	@$(BIN)/python -m benchmarks.store $(ARGS)

# One after the other, whatever -j says; a missed mark does not keep the others from being measured.
bench:  ## every benchmark in turn (an hour)
	@missed=; for each in $(BENCHES); do \
		echo "make $$each"; $(MAKE) --no-print-directory $$each || missed="$$missed $$each"; \
	done; [ -z "$$missed" ] || { echo "not all marks hold:$$missed"; exit 1; }

reproduce: .venv/.installed  ## train the exercise sheet's rows and compare (twenty minutes); again: go on
	@FITSERVE_DATA="$(FITSERVE_DATA)/reproduce" $(BIN)/fitserve reproduce --report docs/reproduction

readme-table: .venv/.installed  ## draw README's table from the last reproduction's report
	@$(BIN)/python scripts/readme_table.py

performance-tables: .venv/.installed  ## draw docs/performance.md's tables from benchmarks/results
	@$(BIN)/python scripts/performance_tables.py

reliability-table: .venv/.installed  ## draw the table of docs/reliability.md from the campaigns' reports
	@$(BIN)/python scripts/reliability_table.py

reproduce-spread: .venv/.installed  ## measure how our figures scatter (hours), for reproduce
	@FITSERVE_DATA="$(FITSERVE_DATA)/spread" $(BIN)/fitserve reproduce \
		--spread core/fitserve_core/catalogue/spread.json

choose-eckerle4: .venv/.installed  ## choose the recommended Eckerle4 entry anew (twenty minutes)
	@$(BIN)/python scripts/choose_eckerle4.py

screenshots: .venv/.developed  ## draw docs/screenshots anew (two minutes; needs Chromium)
	@$(BIN)/python scripts/screenshots.py

constraints: .venv/.developed  ## pin the newest versions that fit pyproject.toml
	@scripts/constraints.sh

clean:  ## remove .venv and the data folder of demo and up
	rm -rf .venv .venv-* data

.venv/.installed: $(INPUTS)
	@scripts/setup.sh

.venv-interop/.installed: tests/interop/requirements.txt
	@$(BIN)/python -m venv .venv-interop
	@.venv-interop/bin/python -m pip install --quiet -r tests/interop/requirements.txt
	@touch $@

.venv-bench-%/.installed: benchmarks/requirements-%.txt
	@$(BIN)/python -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet -r $<
	@touch $@

.venv-audit/.installed: Makefile
	@$(BIN)/python -m venv .venv-audit
	@.venv-audit/bin/python -m pip install --quiet pip-audit==2.10.1
	@touch $@

.venv/.developed: $(INPUTS)
	@scripts/setup.sh --dev
