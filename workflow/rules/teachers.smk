# Teachers, and their logits on the points of a dataset: students read logits, never the teacher.
TRAINED = {"logistic_regression"}


def training_data_of(teacher):
    """The dataset that a teacher is trained on: the one whose points its students see."""
    used = {
        cell["dataset"] for name in EXPERIMENTS for cell in cells(name).values() if cell["teacher"] == teacher
    }
    return [f"results/datasets/{name}.nc" for name in sorted(used)]


def teacher_kind(wildcards):
    return block("teachers", wildcards.teacher, "kind")


def teacher_file(wildcards):
    """What a teacher's logits are computed from: its checkpoint, or the user's own file."""
    kind = teacher_kind(wildcards)
    if kind in TRAINED:
        return f"results/teachers/{wildcards.teacher}/epoch-0.safetensors"
    return block("teachers", wildcards.teacher, "path") if kind == "file" else []


rule teachers:
    input:
        sorted({logits_of(cell) for name in EXPERIMENTS for cell in cells(name).values()}),


rule train_teacher:
    message:
        "Train teacher {wildcards.teacher}"
    input:
        dataset=lambda wildcards: training_data_of(wildcards.teacher),
        code=lambda wildcards: sources(f"kdtheory.teachers.{teacher_kind(wildcards)}"),
    output:
        "results/teachers/{teacher}/epoch-0.safetensors",
    log:
        "logs/teachers/{teacher}.log",
    benchmark:
        "results/benchmarks/teachers/{teacher}.tsv"
    params:
        kind=teacher_kind,
        settings=lambda wildcards: settings("teachers", wildcards.teacher),
        seed=lookup("seed", within=config),
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    conda:
        "../../envs/study.yaml"
    shell:
        "python -m kdtheory.teachers.{params.kind} train --key {wildcards.teacher} --seed {params.seed}"
        " --settings {params.settings:q} --dataset {input.dataset:q} --output {output:q} 2> {log:q}"


rule export_logits:
    message:
        "Export the logits of teacher {wildcards.teacher} on {wildcards.dataset}"
    input:
        dataset="results/datasets/{dataset}.nc",
        teacher=teacher_file,
        code=lambda wildcards: sources(f"kdtheory.teachers.{teacher_kind(wildcards)}"),
    output:
        "results/teachers/{teacher}/logits/{dataset}.nc",
    log:
        "logs/teachers/{teacher}-{dataset}.log",
    params:
        kind=teacher_kind,
        checkpoint=lambda wildcards, input: (
            ["--checkpoint", input.teacher] if teacher_kind(wildcards) in TRAINED else []
        ),
        settings=lambda wildcards: settings("teachers", wildcards.teacher),
        seed=lookup("seed", within=config),
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    conda:
        "../../envs/study.yaml"
    shell:
        "python -m kdtheory.teachers.{params.kind} export --key {wildcards.teacher} --seed {params.seed}"
        " --settings {params.settings:q} --dataset {input.dataset:q} {params.checkpoint:q} --output {output:q} 2> {log:q}"
