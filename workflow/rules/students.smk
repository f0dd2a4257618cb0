# What learns. A cell of an experiment is one job; all its repeats are computed inside it.
def student_of(wildcards):
    """The module that makes an experiment's students."""
    return CARDS[wildcards.experiment]["x-student"]


def experiments_learnt_by(*students):
    """The experiments whose students are made by some modules, as a wildcard constraint."""
    return "|".join(name for name in EXPERIMENTS if CARDS[name].get("x-student") in students) or "none"


def cell_of(wildcards):
    return cells(wildcards.experiment)[wildcards.cell]


rule students:
    input:
        [f"results/students/{name}/{cell}.nc" for name in EXPERIMENTS for cell in cells(name)],


rule fit_linear:
    message:
        "Fit linear students: {wildcards.experiment}, {wildcards.cell}"
    input:
        dataset=lambda wildcards: f"results/datasets/{cell_of(wildcards)['dataset']}.nc",
        logits=lambda wildcards: logits_of(cell_of(wildcards)),
        code=lambda wildcards: sources(f"kdtheory.students.{student_of(wildcards)}"),
    output:
        "results/students/{experiment}/{cell}.nc",
    log:
        "logs/students/{experiment}-{cell}.log",
    benchmark:
        "results/benchmarks/students/{experiment}-{cell}.tsv"
    wildcard_constraints:
        experiment=experiments_learnt_by("linear", "linear_path"),
    params:
        student=student_of,
        settings=lambda wildcards: settings("experiments", wildcards.experiment, "cells", wildcards.cell),
        seed=lookup("seed", within=config),
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    conda:
        "../../envs/study.yaml"
    shell:
        "python -m kdtheory.students.{params.student} fit --key {wildcards.experiment}/{wildcards.cell}"
        " --seed {params.seed} --settings {params.settings:q} --dataset {input.dataset:q} --logits {input.logits:q}"
        " --output {output:q} 2> {log:q}"


use rule fit_linear as fit_deep_linear with:
    message:
        "Fit deep linear students: {wildcards.cell}"
    wildcard_constraints:
        experiment=experiments_learnt_by("deep_linear"),
