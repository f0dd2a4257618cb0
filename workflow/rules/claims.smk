# The papers' statements, each checked by one function on the groups it names.
rule claims:
    input:
        expand("results/claims/{module}.json", module=CLAIMS),


# One job for all claims of a module: opening the groups takes longer than checking a claim.
rule check_claims:
    input:
        groups=checked_groups,
        code=claims_code,
    output:
        "results/claims/{module}.json",
    log:
        "logs/claims/{module}.log",
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
        json="results/claims.json",
        table="results/claims.md",
        page=report("results/claims.html", caption="../report/claims.rst", category="Claims"),
    log:
        "logs/claims/collect.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    message:
        "Collect the claims"
    shell:
        "python -m kdtheory.claims.collect --output-folder results {input.claims:q} 2> {log:q}"
