# The papers' statements, each checked by one function on the groups it names.
from kdtheory.claims import registry as claim_registry

CLAIMS = {name: claim for name, claim in claim_registry.claims().items() if measurable(claim.reads)}


rule claims:
    input:
        expand("results/claims/{claim}.json", claim=CLAIMS),


rule check_claim:
    input:
        groups=lambda wildcards: groups_read(CLAIMS[wildcards.claim].reads),
        code=lambda wildcards: sources(CLAIMS[wildcards.claim].module),
    output:
        "results/claims/{claim}.json",
    log:
        "logs/claims/{claim}.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        module=lambda wildcards: CLAIMS[wildcards.claim].module,
    message:
        "Check {wildcards.claim}"
    shell:
        "python -m {params.module} {wildcards.claim} --output {output:q} {input.groups:q} 2> {log:q}"


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


# One paper: all figures and claims whose name starts with the paper's.
for paper in sorted({name.split("_")[0] for name in FIGURES} | {name.split("-")[0] for name in CLAIMS}):

    rule:
        name:
            paper
        input:
            [path for path in rules.figures.input if os.path.basename(path).startswith(f"{paper}_")],
            [path for path in rules.claims.input if os.path.basename(path).startswith(f"{paper}-")],
