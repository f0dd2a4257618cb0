"""What is said of a user's own teacher: numbers of its groups, with the intervals of the figures, and no verdict."""

from functools import partial

import numpy as np
import pytest
from samples.correction import correction
from samples.finite_width import finite_width
from samples.image_distillation import KERNEL, distillation
from samples.image_transfer import transfer
from samples.imperfect import imperfect
from samples.mixing import mixing
from samples.stopping import stopping

from kdtheory.claims import collect
from kdtheory.claims.check import check
from kdtheory.claims.own import DESCRIBED
from kdtheory.claims.registry import NOT_RUN, claims
from kdtheory.figures import registry
from kdtheory.figures.replicates import interval
from kdtheory.jobs import storage
from kdtheory.pages.explorer.claims import described

GROUPS = {
    "wide/stopping": stopping,
    "wide/mixing": mixing,
    "wide/imperfect": imperfect,
    "wide/correction": correction,
    "wide/finite_width": finite_width,
    "images/kernel_distillation": partial(distillation, KERNEL),
    "images/kernel_transfer": partial(transfer, KERNEL),
}


@pytest.fixture(scope="module")
def groups():
    return {name: make() for name, make in GROUPS.items()}


def records(groups):
    return {entry["id"]: entry for entry in check("own", groups)}


def in_words(values):
    low, high = interval(values.mean("run") if "run" in values.dims else values)
    return f"{float(values.mean()):.3f} [{low:.3f}, {high:.3f}]"


def test_statements_are_no_claims_and_each_has_a_figure_that_reads_its_group():
    statements, figures = claims(own=True), registry.figures(own=True)
    assert not statements.keys() & claims().keys() and not figures.keys() & registry.figures().keys()
    assert {statement.figure for statement in statements.values()} == figures.keys()
    assert all(set(each.reads) <= set(figures[each.figure].reads) for each in statements.values())
    assert {group for each in statements.values() for group in each.reads} == GROUPS.keys()


def test_errors_are_those_at_the_largest_size_with_the_intervals_of_the_figures(groups):
    reason = records(groups)["own-pair-errors"]["reason"]
    last = groups["wide/imperfect"].isel(n_train=-1).sel(stopping_epoch=64)
    best = float(last["soft_ratio"][last["test_error"].mean(["world", "run"]).argmin("soft_ratio")])
    for words, values in (
        ("teacher", last["teacher_error"]),
        ("hard labels", last["test_error"].sel(soft_ratio=0)),
        ("ρ = 1", last["test_error"].sel(soft_ratio=1)),
        (f"least at ρ = {best:g}", last["test_error"].sel(soft_ratio=best)),
    ):
        assert f"checkpoint 64: {words} {in_words(values)}" in reason
    assert reason.startswith("error at n = 1024") and reason.endswith("(6 re-splits of one pool)")


def test_errors_of_all_classes_are_one_less_accuracies(groups):
    reason = records(groups)["own-class-errors"]["reason"]
    last = groups["images/kernel_distillation"].sel(stopping_epoch=4, n_train=4000)
    assert f"checkpoint 4: teacher {in_words(1 - last['teacher_accuracy'])}" in reason
    assert f"checkpoint 4: ρ = 1 {in_words(1 - last['accuracy'].sel(soft_ratio=1))}" in reason


@pytest.mark.parametrize(
    ("name", "group", "variable", "where", "words"),
    [
        (
            "correction",
            "wide/correction",
            "correction_cosine",
            {"truth": "sign", "stopping_epoch": 16},
            "checkpoint 16",
        ),
        ("transfer-risk", "images/kernel_transfer", "risk", {"soft_ratio": 1.0, "stopping_epoch": 2}, "checkpoint 2"),
    ],
)
def test_means_are_those_at_the_largest_size(groups, name, group, variable, where, words):
    values = groups[group][variable].isel(n_train=-1).sel(where)
    assert f"{words} {in_words(values)}" in records(groups)[f"own-{name}"]["reason"]


def test_the_inefficiency_is_that_of_the_last_octave(groups):
    last = groups["wide/mixing"].isel(window=-1).sel(soft_ratio=0.9)
    entry = records(groups)["own-inefficiency-ratios"]
    assert f"ρ = 0.9 {float(last['inefficiency']):.3f} [" in entry["reason"]
    (strip,) = [each["strip"] for each in described([entry], "cube.nc")]
    place, value, low, high = strip[3]
    assert place == 3 and value == pytest.approx(float(last["inefficiency"]), rel=1e-3)
    assert (high - low) / 2 > 1.96 * float(last["inefficiency_se"])


def test_a_distance_of_networks_is_told_for_each_width(groups):
    distance = groups["wide/finite_width"]["logit_distance_linearized"].isel(n_train=-1)
    distance = distance.sel(soft_ratio=distance["soft_ratio"].max())
    reason = records(groups)["own-finite-width"]["reason"]
    assert all(f"width {width} {in_words(distance.sel(width=width))}" in reason for width in distance["width"].values)


@pytest.mark.filterwarnings("error")
def test_a_single_resplit_has_no_interval(groups):
    name = "images/kernel_transfer"
    reason = records({name: groups[name].isel(world=[0])})["own-transfer-risk"]["reason"]
    assert "[" not in reason and "nan" not in reason


def test_records_have_no_verdict_and_what_was_not_measured_says_so(groups, tmp_path):
    measured = {name: group for name, group in groups.items() if name != "wide/mixing"}
    storage.write_json({"claims": check("own", measured)}, tmp_path / "results/claims/own.json")
    folder = tmp_path / "results"
    found = collect.collect(folder.glob("claims/*.json"), folder, tmp_path / "logs", own=True)
    assert [entry["id"] for entry in found] == list(claims(own=True))
    assert {entry["verdict"]: entry["id"] for entry in found}[NOT_RUN] == "own-inefficiency-ratios"
    assert [entry["verdict"] for entry in found].count(DESCRIBED) == len(found) - 1
    assert collect.table(found).startswith("7 statements on your problem, without verdicts: 6 described, 1 not run.\n")
    shown = {entry["id"]: entry for entry in described(found, "cube.nc")}["own-correction"]
    assert shown["experiments"] == ["correction"] and shown["shows"].startswith("Theorem 2")
    assert np.shape(shown["strip"]) == (4, 4)
