# Figures: each module of kdtheory.figures that is named after a paper draws one, from the groups it names.
from kdtheory.figures import registry as figure_registry

GROUPS = {CARDS[name]["x-group"]: name for name in EXPERIMENTS}


def drawable(reads):
    """Whether the configuration has the experiments that a figure or claim reads."""
    return all(group in GROUPS for group in reads)


FIGURES = {name: figure for name, figure in figure_registry.figures().items() if drawable(figure.reads)}


def groups_read(reads):
    return [group_file(GROUPS[group]) for group in reads]


rule figures:
    input:
        expand("results/figures/{figure}.{format}", figure=FIGURES, format=["svg", "png"]),


rule draw_figure:
    message:
        "Draw {wildcards.figure}"
    input:
        groups=lambda wildcards: groups_read(FIGURES[wildcards.figure].reads),
        code=lambda wildcards: sources(f"kdtheory.figures.{wildcards.figure}"),
    output:
        svg=report(
            "results/figures/{figure}.svg",
            caption="../report/figure.rst",
            category=lambda wildcards: FIGURES[wildcards.figure].question,
            labels=lambda wildcards: figure_registry.labels(wildcards.figure, FIGURES[wildcards.figure]),
        ),
        png="results/figures/{figure}.png",
    log:
        "logs/figures/{figure}.log",
    params:
        caption=lambda wildcards: FIGURES[wildcards.figure].caption,
        preset=lookup("preset", within=config),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    conda:
        "../../envs/study.yaml"
    shell:
        "python -m kdtheory.figures.{wildcards.figure} --preset {params.preset} --svg {output.svg:q}"
        " --png {output.png:q} {input.groups:q} 2> {log:q}"
