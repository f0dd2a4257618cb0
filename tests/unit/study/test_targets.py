import pytest

from kdtheory.study.targets import suggestion

RULES = ["all", "analysis", "figures", "pl19", "jz20"]
FILES = [
    "results/figures/pl19_fig3.svg", "results/figures/pl19_fig3.png", "results/claims/jz20-thm1-bound.json",
    "results/datasets/boundary/0000.nc", "results/datasets/boundary/0010.nc", "results/datasets/mixture/0000.nc",
]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("pl18", "pl19"),
        ("analisys", "analysis"),
        ("pl19_fig33", "results/figures/pl19_fig3.svg"),
        ("results/figures/pl19_fig33.svg", "results/figures/pl19_fig3.svg"),
        ("jz20-thm1-bound", "results/claims/jz20-thm1-bound.json"),
        ("boundry", "results/datasets/boundary/0000.nc"),
        ("results/datasets/mixture.nc", "results/datasets/mixture/0000.nc"),
    ],
)
def test_what_is_near_is_suggested(target, meant):
    assert suggestion(target, RULES, FILES) == (
        f"target {target}: neither a rule nor a result of this configuration; did you mean {meant}?"
    )


def test_without_anything_near_the_rules_are_listed():
    assert suggestion("zzzz", RULES, FILES).endswith("rules: all, analysis, figures, jz20, pl19")
