# Labelled measurements: one cube group for each experiment, and the cube.
def group_file(experiment):
    return f"results/analysis/{experiment}.nc"


def students_of(wildcards):
    return [f"results/students/{wildcards.experiment}/{cell}.nc" for cell in cells(wildcards.experiment)]


rule analysis:
    input:
        [group_file(name) for name in EXPERIMENTS],


rule measure:
    message:
        "Measure {wildcards.experiment}"
    input:
        students=students_of,
        datasets=lambda wildcards: [f"results/datasets/{name}.nc" for name in datasets_of(wildcards.experiment)],
        logits=lambda wildcards: sorted({logits_of(cell) for cell in cells(wildcards.experiment).values()}),
        code=lambda wildcards: sources(f"kdtheory.analysis.{wildcards.experiment}"),
    output:
        "results/analysis/{experiment}.nc",
    log:
        "logs/analysis/{experiment}.log",
    benchmark:
        "results/benchmarks/analysis/{experiment}.tsv"
    params:
        group=lambda wildcards: CARDS[wildcards.experiment]["x-group"],
        block=lambda wildcards: json.dumps(block("experiments", wildcards.experiment)),
        seed=lookup("seed", within=config),
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    conda:
        "../../envs/study.yaml"
    shell:
        "python -m kdtheory.analysis.{wildcards.experiment} --group {params.group} --seed {params.seed}"
        " --block {params.block:q} --students {input.students:q} --datasets {input.datasets:q}"
        " --logits {input.logits:q} --output {output:q} 2> {log:q}"


rule assemble_cube:
    message:
        "Assemble the cube"
    input:
        groups=[group_file(name) for name in EXPERIMENTS],
        code=sources("kdtheory.cube"),
    output:
        "results/cube.nc",
    log:
        "logs/analysis/cube.log",
    params:
        config=json.dumps(config, sort_keys=True),
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    conda:
        "../../envs/study.yaml"
    shell:
        "python -m kdtheory.cube --config {params.config:q} --output {output:q} {input.groups:q} 2> {log:q}"
