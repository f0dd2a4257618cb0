# Figures: each module of kdtheory.figures that is named after a paper draws one, from the groups it names.
from kdtheory.figures import registry as figure_registry

FIGURES = {name: figure for name, figure in figure_registry.figures().items() if measurable(figure.reads)}


rule figures:
    input:
        expand("results/figures/{figure}.{format}", figure=FIGURES, format=["svg", "png"]),


rule draw_figure:
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
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        caption=lambda wildcards: FIGURES[wildcards.figure].caption,
        preset=lookup("preset", within=config),
    message:
        "Draw {wildcards.figure}"
    shell:
        "python -m kdtheory.figures.{wildcards.figure} --preset {params.preset} --svg {output.svg:q}"
        " --png {output.png:q} {input.groups:q} 2> {log:q}"
