# Teachers, and their logits on the points of a dataset: students read logits, never the teacher.
rule teachers:
    input:
        sorted({file for experiment in EXPERIMENTS for file in logits_files(experiment)}),


# Networks, which are trained on a GPU where there is one. The checkpoints of all stopping epochs are one file.
rule train_teacher:
    input:
        dataset=training_data_of,
        code=teacher_code,
    output:
        "<results>/teachers/{teacher}/checkpoints/{first}.safetensors",
    log:
        "<logs>/teachers/{teacher}/{first}.log",
    benchmark:
        "<results>/benchmarks/teachers/{teacher}/{first}.tsv"
    wildcard_constraints:
        teacher=teachers_trained_on("gpu"),
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        kind=teacher_kind,
        settings=teacher_settings,
        seed=lookup("seed", within=config),
    message:
        "Train teacher {wildcards.teacher}, batch {wildcards.first}"
    shell:
        "python -m kdtheory.teachers.{params.kind} train --key {wildcards.teacher} --seed {params.seed}"
        " --dataset {input.dataset:q} --settings /dev/stdin --output {output:q} 2> {log:q} <<< {params.settings:q}"


use rule train_teacher as train_teacher_on_cpu with:
    wildcard_constraints:
        teacher=teachers_trained_on("cpu"),


rule export_logits:
    input:
        dataset="<results>/datasets/{dataset}/{first}.nc",
        teacher=teacher_file,
        code=teacher_code,
    output:
        "<results>/teachers/{teacher}/logits/{dataset}/{first}.nc",
    log:
        "<logs>/teachers/{teacher}-{dataset}/{first}.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        kind=teacher_kind,
        checkpoints=checkpoints_option,
        settings=teacher_settings,
        seed=lookup("seed", within=config),
    message:
        "Export the logits of teacher {wildcards.teacher} on {wildcards.dataset}, batch {wildcards.first}"
    shell:
        "python -m kdtheory.teachers.{params.kind} export --key {wildcards.teacher} --seed {params.seed}"
        " --dataset {input.dataset:q} {params.checkpoints:q} --settings /dev/stdin --output {output:q}"
        " 2> {log:q} <<< {params.settings:q}"
