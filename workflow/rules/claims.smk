# The papers' statements, each checked by one function on the groups it names.
from kdtheory.claims import registry as claim_registry

CLAIMS = {name: claim for name, claim in claim_registry.claims().items() if measurable(claim.reads)}


rule claims:
    input:
        expand("results/claims/{claim}.json", claim=CLAIMS),


# One job for all claims that read the same groups: opening the groups takes longer than checking a claim.
for reads in dict.fromkeys(claim.reads for claim in CLAIMS.values()):
    names = [name for name, claim in CLAIMS.items() if claim.reads == reads]
    modules = {"kdtheory.claims.check", *(CLAIMS[name].module for name in names)}
    together = "_and_".join(GROUPS[group] for group in reads)

    rule:
        name:
            f"check_claims_of_{together}"
        input:
            groups=groups_read(reads),
            code=sorted({file for module in modules for file in sources(module)}),
        output:
            expand("results/claims/{claim}.json", claim=names),
        log:
            f"logs/claims/{together}.log",
        conda:
            "../../envs/study.yaml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=30,
        params:
            claims=names,
        message:
            f"Check the claims about {' and '.join(reads)}"
        shell:
            "python -m kdtheory.claims.check {params.claims} --groups {input.groups:q}"
            " --output-folder results/claims 2> {log:q}"


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
