# One target for each paper, `ext` for what is ours: its figures, and the modules that check any of its claims.
FIGURES_OF = {}
for figure in FIGURES:
    FIGURES_OF.setdefault(figure.split("_")[0], []).append(figure)

CLAIMS_OF = {}
for name, members in CLAIMS.items():
    for paper in {claim.id.split("-")[0] for claim in members}:
        CLAIMS_OF.setdefault(paper, []).append(name)

for paper in sorted(FIGURES_OF.keys() | CLAIMS_OF.keys()):

    rule:
        name:
            paper
        input:
            expand("<results>/figures/{figure}.{format}", figure=FIGURES_OF.get(paper, []), format=["svg", "png"]),
            expand("<results>/claims/{module}.json", module=CLAIMS_OF.get(paper, [])),
