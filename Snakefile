# The contents page of the study: what it reads, how it is checked, which stages it has, what it makes.
from snakemake.utils import min_version

min_version("9.27")


# It reads the configuration files strictly, before Snakemake reads config.yaml.
include: "workflow/rules/scales.smk"


configfile: workflow.current_basedir.join("config.yaml").get_path_or_uri(secret_free=False)


report: "workflow/report/study.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/inputs.smk"
include: "workflow/rules/datasets.smk"
include: "workflow/rules/teachers.smk"
include: "workflow/rules/students.smk"
include: "workflow/rules/analysis.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/papers.smk"


rule all:
    default_target: True
    input:
        rules.assemble_cube.output,
        rules.figures.input,
        rules.collect_claims.output,
        rules.explore.output,


include: "workflow/rules/targets.smk"


# A failed run still has claims, cube and explorer of what there is, and ends with a line on what is missing.
onerror:
    option = "--own" if OWN else ""
    remains = (
        f"python -m kdtheory.pages.partial {RESULTS} --logs {LOGS} --jobs /dev/stdin {option} 2> {LOGS}/partial.log"
    )
    failed = f"missing: claims, cube and explorer of what there is, which could not be written ({LOGS}/partial.log)"
    logger.warning(shell("{remains} <<< {JOBS_BEHIND:q} || echo {failed:q}", read=True).strip())
