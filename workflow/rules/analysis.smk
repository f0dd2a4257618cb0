# Labelled measurements: one cube group for each experiment, and the cube.
rule analysis:
    input:
        [group_file(name) for name in EXPERIMENTS],


rule measure:
    input:
        students=lambda wildcards: students_of(wildcards.experiment),
        datasets=lambda wildcards: [dataset_file(name) for name in datasets_of(wildcards.experiment)],
        logits=lambda wildcards: sorted({logits_of(cell) for cell in cells(wildcards.experiment).values()}),
        code=lambda wildcards: sources(f"kdtheory.analysis.{wildcards.experiment}"),
    output:
        "results/analysis/{experiment}.nc",
    log:
        "logs/analysis/{experiment}.log",
    benchmark:
        "results/benchmarks/analysis/{experiment}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        group=lambda wildcards: CARDS[wildcards.experiment]["x-group"],
        block=lambda wildcards: json.dumps(block("experiments", wildcards.experiment)),
        seed=lookup("seed", within=config),
    message:
        "Measure {wildcards.experiment}"
    shell:
        "python -m kdtheory.analysis.{wildcards.experiment} --group {params.group} --seed {params.seed}"
        " --block {params.block:q} --students {input.students:q} --datasets {input.datasets:q}"
        " --logits {input.logits:q} --output {output:q} 2> {log:q}"


rule assemble_cube:
    input:
        groups=[group_file(name) for name in EXPERIMENTS],
        code=sources("kdtheory.cube"),
    output:
        "results/cube.nc",
    log:
        "logs/analysis/cube.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        config=json.dumps(config, sort_keys=True),
    message:
        "Assemble the cube"
    shell:
        "python -m kdtheory.cube --config {params.config:q} --output {output:q} {input.groups:q} 2> {log:q}"
