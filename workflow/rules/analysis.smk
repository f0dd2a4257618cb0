# Labelled measurements: one cube group for each experiment, and the cube.
rule analysis:
    input:
        [group_file(name) for name in EXPERIMENTS],


rule measure:
    input:
        students=measured_students,
        datasets=measured_datasets,
        logits=measured_logits,
        code=analysis_code,
    output:
        "<results>/analysis/{experiment}.nc",
    log:
        "<logs>/analysis/{experiment}.log",
    benchmark:
        "<results>/benchmarks/analysis/{experiment}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        group=group_of,
        settings=analysis_settings,
        seed=lookup("seed", within=config),
    message:
        "Measure {wildcards.experiment}"
    shell:
        "python -m kdtheory.analysis.{wildcards.experiment} --group {params.group} --seed {params.seed}"
        " --students {input.students:q} --datasets {input.datasets:q} --logits {input.logits:q}"
        " --settings /dev/stdin --output {output:q} 2> {log:q} <<< {params.settings:q}"


rule assemble_cube:
    input:
        groups=[group_file(name) for name in EXPERIMENTS],
        code=sources("kdtheory.cube"),
    output:
        "<results>/cube.nc",
    log:
        "<logs>/analysis/cube.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        config=as_json(config),
    message:
        "Assemble the cube"
    shell:
        "python -m kdtheory.cube {input.groups:q} --config /dev/stdin --output {output:q}"
        " 2> {log:q} <<< {params.config:q}"
