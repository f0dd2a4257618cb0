# Inputs and ground truth.
rule datasets:
    input:
        sorted({f"results/datasets/{name}.nc" for experiment in EXPERIMENTS for name in datasets_of(experiment)}),


# On a cluster it runs where Snakemake does: compute nodes often reach no network.
rule fetch_images:
    input:
        code=sources("kdtheory.tasks.images"),
    output:
        "results/datasets/fetched/{images}.json",
    log:
        "logs/datasets/fetched/{images}.log",
    wildcard_constraints:
        images="mnist|cifar10",
    localrule: True
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    message:
        "Fetch and verify {wildcards.images}"
    shell:
        "python -m kdtheory.tasks.images {wildcards.images} --output {output:q} 2> {log:q}"


rule make_dataset:
    input:
        images=images_of,
        code=lambda wildcards: sources(f"kdtheory.tasks.{dataset_kind(wildcards)}"),
    output:
        "results/datasets/{dataset}.nc",
    log:
        "logs/datasets/{dataset}.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        kind=dataset_kind,
        images=lambda wildcards, input: ["--images", *input.images] if input.images else [],
        settings=lambda wildcards: settings("datasets", wildcards.dataset),
        seed=lookup("seed", within=config),
    message:
        "Make dataset {wildcards.dataset}"
    shell:
        "python -m kdtheory.tasks.{params.kind} build --key {wildcards.dataset} --seed {params.seed}"
        " --settings {params.settings:q} {params.images:q} --output {output:q} 2> {log:q}"
