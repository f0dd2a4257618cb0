# What learns. A cell of an experiment is one job; all its repeats are computed inside it.
rule students:
    input:
        [path for name in EXPERIMENTS for path in students_of(name)],


rule fit_linear:
    input:
        dataset=lambda wildcards: dataset_file(cell_of(wildcards)["dataset"]),
        logits=lambda wildcards: logits_of(cell_of(wildcards)),
        code=lambda wildcards: sources(f"kdtheory.students.{student_of(wildcards)}"),
    output:
        "results/students/{experiment}/{cell}.nc",
    log:
        "logs/students/{experiment}-{cell}.log",
    benchmark:
        "results/benchmarks/students/{experiment}-{cell}.tsv"
    wildcard_constraints:
        experiment=experiments_learnt_by("linear.transfer", "linear.path"),
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        student=student_of,
        key=key_of,
        settings=lambda wildcards: settings("experiments", wildcards.experiment, "cells", wildcards.cell),
        seed=lookup("seed", within=config),
    message:
        "Fit linear students: {wildcards.experiment}, {wildcards.cell}"
    shell:
        "python -m kdtheory.students.{params.student} fit --key {params.key}"
        " --seed {params.seed} --settings {params.settings:q} --dataset {input.dataset:q} --logits {input.logits:q}"
        " --output {output:q} 2> {log:q}"


use rule fit_linear as fit_deep_linear with:
    wildcard_constraints:
        experiment=experiments_learnt_by("deep_linear.paths"),
    message:
        "Fit deep linear students: {wildcards.cell}"


use rule fit_linear as fit_kernel with:
    wildcard_constraints:
        experiment=experiments_learnt_by("kernel.points"),
    message:
        "Fit kernel students: {wildcards.experiment}, {wildcards.cell}"


use rule fit_linear as fit_image_kernel with:
    wildcard_constraints:
        experiment=experiments_learnt_by("kernel.images"),
    resources:
        mem_mb=4000,
        runtime=60,
    message:
        "Fit kernel students on images: {wildcards.experiment}, {wildcards.cell}"


use rule fit_linear as fit_resnet with:
    wildcard_constraints:
        experiment=experiments_learnt_by("resnet"),
    resources:
        mem_mb=4000,
        runtime=600,
    message:
        "Train residual students: {wildcards.experiment}, {wildcards.cell}"


use rule fit_linear as fit_network with:
    wildcard_constraints:
        experiment=experiments_learnt_by("finite_width.networks"),
    message:
        "Fit networks of finite width: {wildcards.cell}"
