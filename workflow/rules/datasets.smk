# Inputs and ground truth.
def images_of(wildcards):
    """The record of the fetched images, for a dataset that is made of them."""
    return "results/datasets/fetched/mnist.json" if block("datasets", wildcards.dataset, "kind") == "digits" else []


rule datasets:
    input:
        sorted({f"results/datasets/{name}.nc" for experiment in EXPERIMENTS for name in datasets_of(experiment)}),


rule fetch_images:
    message:
        "Fetch and verify {wildcards.images}"
    input:
        code=sources("kdtheory.tasks.images"),
    output:
        "results/datasets/fetched/{images}.json",
    log:
        "logs/datasets/fetched/{images}.log",
    wildcard_constraints:
        images="mnist|cifar10",
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    conda:
        "../../envs/study.yaml"
    shell:
        "python -m kdtheory.tasks.images {wildcards.images} --output {output:q} 2> {log:q}"


rule make_dataset:
    message:
        "Make dataset {wildcards.dataset}"
    input:
        images=images_of,
        code=lambda wildcards: sources(f"kdtheory.tasks.{block('datasets', wildcards.dataset, 'kind')}"),
    output:
        "results/datasets/{dataset}.nc",
    log:
        "logs/datasets/{dataset}.log",
    params:
        kind=lambda wildcards: block("datasets", wildcards.dataset, "kind"),
        settings=lambda wildcards: settings("datasets", wildcards.dataset),
        seed=lookup("seed", within=config),
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    conda:
        "../../envs/study.yaml"
    shell:
        "python -m kdtheory.tasks.{params.kind} build --key {wildcards.dataset} --seed {params.seed}"
        " --settings {params.settings:q} --output {output:q} 2> {log:q}"
