# make study | test | … : each target makes the environment first. Options: PRESET=smoke CORES=2 PYTHON=python3.11
PYTHON ?= python3.11
PRESET ?= default
CORES ?= all
VENV := .venv
INSTALLED := $(VENV)/.installed
ACTIVATE := . $(VENV)/bin/activate &&
CONFIG := $(if $(filter-out default,$(PRESET)),--configfile workflow/presets/$(PRESET).yaml)
SNAKEMAKE := $(ACTIVATE) snakemake $(CONFIG)

.PHONY: help env study report test test-cluster lint bench docs unlock clean

help:
	@echo "make env     create $(VENV) with the pinned environment"
	@echo "make study   run the whole study and write its report   [PRESET=default|smoke] [CORES=all|N]"
	@echo "make report  write results/report.html of a finished study"
	@echo "make test    run every lint and test"
	@echo "make test-cluster  run a study on a real Slurm, started here (root; installs Debian's packages)"
	@echo "make lint    run the lints alone"
	@echo "make bench   time the numerics against a peer and against their floor"
	@echo "make docs    keep claims, figures and tables of the last study under docs/"
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
	$(ACTIVATE) python -m pytest

test-cluster: env
	$(ACTIVATE) python -m pip install --quiet --requirement envs/requirements-cluster.txt
	$(ACTIVATE) python -m pytest -rs tests/cluster

lint: env
	$(ACTIVATE) python -m pytest tests/test_lints.py

bench: env
	$(ACTIVATE) python bench/effective_logits.py
	$(ACTIVATE) python bench/nested_regression.py

docs: env
	$(ACTIVATE) python -m kdtheory.documents --results results --config config.yaml

unlock: env
	$(SNAKEMAKE) --cores 1 --unlock

clean:
	rm -rf results logs
