# The contents page of the study: what it reads, how it is checked, which stages it has, what it makes.
import os

from snakemake.utils import min_version

min_version("9.27")


configfile: os.path.join(workflow.basedir, "config.yaml")


report: "workflow/report/study.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/datasets.smk"
include: "workflow/rules/teachers.smk"
include: "workflow/rules/students.smk"
include: "workflow/rules/analysis.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/claims.smk"


rule all:
    default_target: True
    input:
        rules.assemble_cube.output,
        rules.figures.input,
        rules.collect_claims.output,


# A failed run still has a table of claims: those that were computed, and the others as `not run` with the reason.
onerror:
    shell("python -m kdtheory.claims.collect --partial --output-folder results --jobs {JOBS_BEHIND:q}")
