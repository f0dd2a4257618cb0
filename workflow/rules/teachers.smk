# Teachers, and their logits on the points of a dataset: students read logits, never the teacher.
rule teachers:
    input:
        sorted({logits_of(cell) for name in EXPERIMENTS for cell in cells(name).values()}),


# A trained teacher has a rule of its own, because its stopping epochs name its outputs.
for trained, epochs in STOPPING_EPOCHS.items():

    rule:
        name:
            f"train_teacher_{trained}"
        input:
            dataset=training_data_of,
            code=lambda wildcards: sources(f"kdtheory.teachers.{teacher_kind(wildcards)}"),
        output:
            checkpoint_files("{teacher}", epochs),
        log:
            "logs/teachers/{teacher}.log",
        benchmark:
            "results/benchmarks/teachers/{teacher}.tsv"
        wildcard_constraints:
            teacher=trained,
        conda:
            "../../envs/study.yaml"
        threads: 1
        resources:
            mem_mb=4000,
            runtime=60,
        params:
            kind=teacher_kind,
            settings=lambda wildcards: settings("teachers", wildcards.teacher),
            seed=lookup("seed", within=config),
        message:
            "Train teacher {wildcards.teacher}"
        shell:
            "python -m kdtheory.teachers.{params.kind} train --key {wildcards.teacher} --seed {params.seed}"
            " --settings {params.settings:q} --dataset {input.dataset:q} --output {output:q} 2> {log:q}"


rule export_logits:
    input:
        dataset="results/datasets/{dataset}.nc",
        teacher=teacher_file,
        code=lambda wildcards: sources(f"kdtheory.teachers.{teacher_kind(wildcards)}"),
    output:
        "results/teachers/{teacher}/logits/{dataset}.nc",
    log:
        "logs/teachers/{teacher}-{dataset}.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        kind=teacher_kind,
        checkpoints=checkpoints_option,
        settings=lambda wildcards: settings("teachers", wildcards.teacher),
        seed=lookup("seed", within=config),
    message:
        "Export the logits of teacher {wildcards.teacher} on {wildcards.dataset}"
    shell:
        "python -m kdtheory.teachers.{params.kind} export --key {wildcards.teacher} --seed {params.seed}"
        " --settings {params.settings:q} --dataset {input.dataset:q} {params.checkpoints:q} --output {output:q} 2> {log:q}"
