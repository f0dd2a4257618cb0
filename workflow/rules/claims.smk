# The papers' statements, each checked by one function on the groups it names.
rule claims:
    input:
        expand("<results>/claims/{module}.json", module=CLAIMS),


# One job for all claims of a module: opening the groups takes longer than checking a claim.
rule check_claims:
    input:
        groups=checked_groups,
        code=claims_code,
    output:
        "<results>/claims/{module}.json",
    log:
        "<logs>/claims/{module}.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    message:
        "Check the claims of {wildcards.module}"
    shell:
        "python -m kdtheory.claims.check {wildcards.module} --groups {input.groups:q} --output {output:q} 2> {log:q}"


rule collect_claims:
    input:
        claims=rules.claims.input,
        code=sources("kdtheory.claims.collect"),
    output:
        json="<results>/claims.json",
        table="<results>/claims.md",
    log:
        "<logs>/claims/collect.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        results=subpath(output.json, parent=True),
        logs=LOGS,
    message:
        "Collect the claims"
    shell:
        "python -m kdtheory.claims.collect --output-folder {params.results:q} --logs {params.logs:q}"
        " {input.claims:q} 2> {log:q}"


# Claims, cube and run as one page. It shows the verdicts at other root seeds where they were kept.
rule explore:
    input:
        cube=rules.assemble_cube.output,
        claims=rules.collect_claims.output.json,
        code=sources("kdtheory.pages.explorer.page"),
        assets=[os.path.relpath(path) for path in study_sources.assets_of("kdtheory.pages.explorer")],
    output:
        report("<results>/explorer.html", caption="../report/explorer.rst", category="Explorer"),
    log:
        "<logs>/explorer.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    message:
        "Write the explorer"
    shell:
        "python -m kdtheory explore {input.cube:q} --output {output:q} 2> {log:q}"


# What `snakemake --report results/report.html presentable` shows, also of an incomplete study.
rule presentable:
    input:
        drawn_or_written,
