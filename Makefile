# make study | test | … : each target makes the environment first.
# Options: PRESET=smoke CONFIG=mine.yaml CORES=2 PYTHON=python3.12
PRESET ?= default
CORES ?= all
SEEDS ?= 11 12 13
MINUTES ?= 30
COUNT ?= 100000
VENV := .venv
PEERS := $(VENV)/.peers
SITE := $(VENV)/.site
ACTIVATE := . $(VENV)/bin/activate &&
OVERLAYS := $(if $(filter-out default,$(PRESET)),workflow/presets/$(PRESET).yaml) $(CONFIG)
# The files are checked first: Snakemake reads one that --configfile names before it reads the Snakefile. The check tells
# where their preset has its results: results, or results/smoke.
FOLDER := kdtheory check config.yaml $(OVERLAYS) --folder
CHECK := $(ACTIVATE) results=$$($(FOLDER) results) &&
CONFIGFILES := $(if $(strip $(OVERLAYS)),--configfile $(OVERLAYS))
# One line for each finished job; the whole output is in the log file that it names.
SNAKEMAKE := $(CHECK) snakemake --logger kdtheory $(CONFIGFILES)
REPORT = $(SNAKEMAKE) --cores 1 --report $$results/report.html --report-metadata workflow/report/metadata.yaml -- presentable

.PHONY: help env cluster-env study report explorer replicate test test-python test-browser test-faults soak damage test-cluster lint bench bench-full bench-docs docs docs-check site unlock clean

help:
	@echo "make env     create $(VENV) with the pinned environment   [PYTHON=python3.12] [TORCH_INDEX=index with a CPU build of torch]"
	@echo "make study   run the whole study and write its report   [PRESET=default|smoke] [CONFIG=mine.yaml] [CORES=all|N]"
	@echo "             into results/, logs/; of another preset than default into results/PRESET/, logs/PRESET/"
	@echo "make report  write report.html of whatever figures and explorer the preset has   [PRESET] [CONFIG]"
	@echo "make explorer  write explorer.html of whatever the preset has: claims, cube and run in the browser   [PRESET] [CONFIG]"
	@echo "make replicate  run the study at several root seeds and compare their verdicts   [SEEDS=\"11 12 13\"] [PRESET] [CORES]"
	@echo "make test    run every lint and test (pytest alone leaves out what is slow)"
	@echo "make test-python  run the unit tests that need no torch under a second Python   [PYTHON=python3.13]"
	@echo "make test-browser  drive the explorer in Chromium (installs Debian's chromium and two npm packages, as root)"
	@echo "make test-faults  kill, fill, damage and resume real runs (8 minutes)   [KEEP=yes: more stops, into docs/]"
	@echo "make soak    do so in random order for a time, kept in docs/   [MINUTES=30]"
	@echo "make damage  read files with damaged bytes, counted in docs/   [COUNT=100000]"
	@echo "make test-cluster  run a study on a real Slurm, started here (root; installs Debian's packages)"
	@echo "make lint    run the lints alone"
	@echo "make bench   measure the numerics against peers and floors (10 minutes); make bench-full also the long contests"
	@echo "make bench-docs  keep what was measured under docs/"
	@echo "make docs    keep claims, figures and tables of the last study under docs/ and in the README"
	@echo "make docs-check  check before a release that README and docs/ show the figures and claims of this source"
	@echo "make site    build the documentation site into site/   (npm for MathJax)"
	@echo "make unlock  free the working folder after a run was killed"
	@echo "make clean   delete results/ and logs/ of all presets, and site/ (images stay in the cache)"

env:
	@envs/create.sh $(VENV) $(PYTHON)

study: env
	$(SNAKEMAKE) --cores $(CORES) || \
	  { logs=$$($(FOLDER) logs 2> /dev/null); if [ -d "$$logs" ]; then { $(REPORT); } > "$$logs/report.log" 2>&1; fi; exit 1; }
	$(REPORT)

report: env
	$(REPORT)

explorer: env
	$(CHECK) kdtheory explore $$results --output $$results/explorer.html

# Each seed has a folder of its own; a run that was stopped is taken up again.
replicate: env
	$(ACTIVATE) for seed in $(SEEDS); do \
	  snakemake --logger kdtheory $(CONFIGFILES) --config seed=$$seed --cores $(CORES) \
	    --directory results/replicates/$$seed -- collect_claims || exit 1; done
	$(CHECK) python -m kdtheory.pages.replication $(SEEDS:%=results/replicates/%/$$results/claims.json) \
	  --seeds $(SEEDS) --preset $(PRESET) --json docs/replication.json --page docs/replication.md

test: env
	$(ACTIVATE) python -m pytest -m "" --numprocesses auto

# In an environment of its own, which leaves torch out: 1 GB, not 5.6.
test-python:
	@WITHOUT=torch envs/create.sh .venv-second $(PYTHON)
	. .venv-second/bin/activate && python -m pytest tests/unit --without torch

test-browser: env
	$(ACTIVATE) python -m pytest -rs -s tests/browser

test-faults: env
	$(ACTIVATE) python -m pytest tests/faults $(if $(KEEP),--stops 14 --keep-faults docs/reliability.json)
	$(if $(KEEP),$(ACTIVATE) python -m kdtheory.pages.documents)

# Faults in random order for MINUTES; root, to have a disk that fills.
soak: env
	$(ACTIVATE) python -m pytest tests/faults/test_soak.py --soak-minutes $(MINUTES) --keep-faults docs/reliability.json
	$(ACTIVATE) python -m kdtheory.pages.documents

# Bytes of real files, damaged: each is refused with a message or read as it was. FIRST and SEED repeat one.
damage: env
	$(ACTIVATE) PYTHONPATH=tests python -m fuzzing --count $(COUNT) --keep docs/reliability.json
	$(ACTIVATE) python -m kdtheory.pages.documents

cluster-env: env
	$(ACTIVATE) python -m pip install --requirement envs/requirements-cluster.txt

test-cluster: cluster-env
	$(ACTIVATE) python -m pytest -rs tests/cluster

lint: env
	$(ACTIVATE) python -m pytest tests/test_lints.py

bench: $(PEERS)
	$(ACTIVATE) python -m bench

bench-full: $(PEERS)
	$(ACTIVATE) python -m bench --full

# Their dependencies are those of the study, which must keep its pins.
$(PEERS): envs/requirements-bench.txt | env
	$(ACTIVATE) python -m pip install --no-deps --requirement envs/requirements-bench.txt
	touch $@

bench-docs: env
	$(ACTIVATE) python -m bench.report

docs: env
	$(ACTIVATE) python -m kdtheory.pages.documents --results results --config config.yaml
	$(ACTIVATE) python -m kdtheory.pages.protocol

# Warnings are errors: among them links that lead nowhere. MathJax lies in the site, which needs no network.
site: $(SITE)
	MATHJAX=$(abspath $(SITE)) $(VENV)/bin/python -m sphinx -W --keep-going --builder html docs site

# Sphinx and its extensions, and one file of MathJax.
$(SITE): envs/requirements-site.txt | env
	$(ACTIVATE) python -m pip install --requirement envs/requirements-site.txt
	npm install --no-save --prefix $(SITE).npm mathjax@3.2.2
	mkdir -p $@
	cp $(SITE).npm/node_modules/mathjax/es5/tex-svg.js $@
	touch $@

docs-check: env
	$(ACTIVATE) python -m pytest tests/release

unlock: env
	$(SNAKEMAKE) --cores 1 --unlock

clean:
	rm -rf results logs site
