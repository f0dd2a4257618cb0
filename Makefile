# make study | test | … : each target makes the environment first. Options: PRESET=smoke CORES=2 PYTHON=python3.11
PYTHON ?= python3.11
PRESET ?= default
CORES ?= all
VENV := .venv
INSTALLED := $(VENV)/.installed
PEERS := $(VENV)/.peers
ACTIVATE := . $(VENV)/bin/activate &&
CONFIG := $(if $(filter-out default,$(PRESET)),--configfile workflow/presets/$(PRESET).yaml)
SNAKEMAKE := $(ACTIVATE) snakemake $(CONFIG)

.PHONY: help env study report test test-faults test-cluster lint bench bench-full bench-docs docs docs-check unlock clean

help:
	@echo "make env     create $(VENV) with the pinned environment"
	@echo "make study   run the whole study and write its report   [PRESET=default|smoke] [CORES=all|N]"
	@echo "make report  write results/report.html of a finished study"
	@echo "make test    run every lint and test (pytest alone leaves out what is slow)"
	@echo "make test-faults  kill, fill, damage and resume real runs (11 minutes)   [KEEP=yes: into docs/ and README]"
	@echo "make test-cluster  run a study on a real Slurm, started here (root; installs Debian's packages)"
	@echo "make lint    run the lints alone"
	@echo "make bench   measure the numerics against peers and floors (10 minutes); make bench-full also the long contests"
	@echo "make bench-docs  keep what was measured under docs/ and in the README"
	@echo "make docs    keep claims, figures and tables of the last study under docs/"
	@echo "make docs-check  check before a release that docs/ and the README show the figures and claims of this source"
	@echo "make unlock  free the working folder after a run was killed"
	@echo "make clean   delete results/ and logs/ (images stay in the cache)"

env: $(INSTALLED)

$(INSTALLED): envs/requirements.txt pyproject.toml Makefile
	$(PYTHON) -m venv $(VENV)
	$(ACTIVATE) python -m pip install --quiet --requirement envs/requirements.txt
	$(ACTIVATE) python -m pip install --quiet --no-deps neural-tangents==0.6.5
	$(ACTIVATE) python -m pip install --quiet --no-deps --editable .
	touch $@

study: env
	$(SNAKEMAKE) --cores $(CORES)
	$(MAKE) report PRESET=$(PRESET)

report: env
	$(SNAKEMAKE) --cores 1 --report results/report.html --report-metadata workflow/report/metadata.yaml

test: env
	$(ACTIVATE) python -m pytest -m ""

test-faults: env
	$(ACTIVATE) python -m pytest tests/faults $(if $(KEEP),--keep-faults docs/reliability.json)
	$(if $(KEEP),$(ACTIVATE) python -m kdtheory.pages.documents)

test-cluster: env
	$(ACTIVATE) python -m pip install --quiet --requirement envs/requirements-cluster.txt
	$(ACTIVATE) python -m pytest -rs tests/cluster

lint: env
	$(ACTIVATE) python -m pytest tests/test_lints.py

bench: $(PEERS)
	$(ACTIVATE) python -m bench

bench-full: $(PEERS)
	$(ACTIVATE) python -m bench --full

# Their dependencies are those of the study, which must keep its pins.
$(PEERS): $(INSTALLED) envs/requirements-bench.txt
	$(ACTIVATE) python -m pip install --quiet --no-deps --requirement envs/requirements-bench.txt
	touch $@

bench-docs: env
	$(ACTIVATE) python -m bench.report

docs: env
	$(ACTIVATE) python -m kdtheory.pages.documents --results results --config config.yaml

docs-check: env
	$(ACTIVATE) python -m pytest tests/release

unlock: env
	$(SNAKEMAKE) --cores 1 --unlock

clean:
	rm -rf results logs
