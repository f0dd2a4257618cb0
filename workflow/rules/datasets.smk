# Inputs and ground truth. A job makes a batch of worlds, as every later one does; files are named by their first world.
rule datasets:
    input:
        sorted({file for experiment in EXPERIMENTS for file in dataset_files(experiment)}),


# On a cluster it runs where Snakemake does: compute nodes often reach no network. A server that does not answer is asked
# again, with any profile.
rule fetch_images:
    input:
        code=sources("kdtheory.tasks.images"),
    output:
        "<results>/datasets/fetched/{images}.json",
    log:
        "<logs>/datasets/fetched/{images}.log",
    wildcard_constraints:
        images="mnist|cifar10",
    retries: 2
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
        problem=problem_of,
        code=dataset_code,
    output:
        "<results>/datasets/{dataset}/{first}.nc",
    log:
        "<logs>/datasets/{dataset}/{first}.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        kind=dataset_kind,
        images=images_option,
        settings=dataset_settings,
        seed=lookup("seed", within=config),
    message:
        "Make dataset {wildcards.dataset}, batch {wildcards.first}"
    shell:
        "python -m kdtheory.tasks.{params.kind} build --key {wildcards.dataset} --seed {params.seed}"
        " {params.images:q} --settings /dev/stdin --output {output:q} 2> {log:q} <<< {params.settings:q}"
