# Figures: each module of kdtheory.figures that is named after a paper draws one, from the groups it names.
rule figures:
    input:
        expand("<results>/figures/{figure}.{format}", figure=FIGURES, format=["svg", "png"]),


rule draw_figure:
    input:
        groups=drawn_groups,
        code=figure_code,
    output:
        svg=report(
            "<results>/figures/{figure}.svg",
            caption="../report/figure.rst",
            category=figure_question,
            labels=figure_labels,
        ),
        png="<results>/figures/{figure}.png",
    log:
        "<logs>/figures/{figure}.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        caption=figure_caption,
        preset=lookup("preset", within=config),
    message:
        "Draw {wildcards.figure}"
    shell:
        "python -m kdtheory.figures.{wildcards.figure} --preset {params.preset} --svg {output.svg:q}"
        " --png {output.png:q} {input.groups:q} 2> {log:q}"
