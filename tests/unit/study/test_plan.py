"""The plan of a study: counts of operations against the networks themselves, and the table's sums."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from kdtheory.study import operations, plan

REPOSITORY = Path(__file__).parents[3]
PAPER = [REPOSITORY / "config.yaml", REPOSITORY / "workflow/presets/paper.yaml"]


def kernel_cell(n_train, **changed):
    cell = {"n_train": [n_train], "depth": 3, "kept": ["coefficients"], "soft_ratios": [1.0], **changed}
    return operations.student_cost("kernel.points", cell, {"dim": 2, "worlds": 1}, {}).operations


def test_kernel_students_cost_the_cube_of_their_number_and_little_for_one_more_soft_ratio():
    assert kernel_cell(20000) / kernel_cell(10000) == pytest.approx(8, rel=0.05)
    one_more = kernel_cell(4000, soft_ratios=[0.5, 1.0]) - kernel_cell(4000)
    assert one_more == 4000**2
    assert kernel_cell(4000, runs=3) == 3 * kernel_cell(4000)


def test_a_risk_costs_two_kernels_and_a_solve_for_each_of_its_points():
    dataset = {"dim": 2, "worlds": 1, "n_risk": 1000}
    cell = {"n_train": [500, 2000], "depth": 3, "soft_ratios": [1.0]}
    with_risk, without = (
        operations.student_cost("kernel.points", {**cell, "kept": kept}, dataset, {})
        for kept in (["norm", "risk"], ["norm"])
    )
    more = with_risk.operations - without.operations
    assert more == pytest.approx(1000 * (2000 * (2 * 2 + 80 * 3) + 2000**2 + 2 * 2500))
    assert with_risk.bytes > without.bytes
    assert operations.dataset_bytes({**dataset, "kind": "boundary", "n_points": 10}) == 8 * (10 + 1000) * 2


def test_a_job_costs_the_worlds_of_its_batch_whatever_their_number():
    config = plan.read(PAPER[:1])
    few, many = config["datasets"]["polynomial_growth"], {"worlds": 400, "worlds_per_job": 4}
    cell = config["experiments"]["alignment"]["cells"]["growth"]
    costs = [
        operations.student_cost("linear.transfer", cell, {**few, **worlds}, {})
        for worlds in ({"worlds": 4}, many, {"worlds": 8})
    ]
    assert costs[0] == costs[1] and costs[2].operations == 2 * costs[0].operations
    assert operations.dataset_bytes({**few, **many}) == operations.dataset_bytes({**few, "worlds": 4})
    config["datasets"]["polynomial_growth"] |= many
    jobs = {job.name: job for job in plan.jobs(config) if job.name.startswith("alignment-growth/")}
    assert list(jobs) == [f"alignment-growth/{first:04d}" for first in range(0, 400, 4)]
    assert {job.operations for job in jobs.values()} == {costs[0].operations}


def test_networks_are_trained_in_the_first_worlds_alone():
    cell = {
        "widths": [8], "depth": 3, "n_train": [16], "soft_ratios": [1.0], "doublings": 20, "sgd_steps": 1,
        "batch_size": 1, "test_points": 4, "trained_worlds": 6,
    }  # fmt: skip
    first, second, third = (
        operations.student_cost("finite_width.networks", cell, {"dim": 2, "worlds": 12, "worlds_per_job": 4}, {}, world)
        for world in (0, 4, 8)
    )
    descent = first.operations - third.operations
    assert descent > 0 and second.operations - third.operations == pytest.approx(descent / 2)


@pytest.mark.parametrize(
    ("width", "blocks", "stem_stride"), [(8, [1, 1, 1], 2), (16, [1, 1, 1], 1), (64, [2, 2, 2, 2], 1)]
)
def test_a_residual_network_costs_what_torch_counts(width, blocks, stem_stride):
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode

    from kdtheory.training.pixels import Standardise
    from kdtheory.training.resnet import ResNet

    network = ResNet(
        Standardise(torch.zeros(3), torch.ones(3)), width=width, blocks=blocks, n_classes=10,
        stem_stride=stem_stride, rng=np.random.default_rng(0),
    )  # fmt: skip
    with FlopCounterMode(display=False) as counter:
        network.eval()(torch.zeros(2, 32, 32, 3, dtype=torch.uint8))
    assert counter.get_total_flops() == 2 * operations.resnet_operations(width, blocks, stem_stride)


def test_an_unknown_kind_of_students_is_named():
    with pytest.raises(ValueError, match="no_such"):
        operations.student_cost("no_such", {}, {}, {})


def test_every_preset_has_a_plan_and_its_sum_is_that_of_its_jobs():
    config = plan.read(PAPER)
    jobs = plan.jobs(config)
    assert len({(job.kind, job.name) for job in jobs}) == len(jobs)
    lines = plan.table(config, {job.kind: 1e9 for job in jobs})
    total = sum(job.operations for job in jobs)
    assert f"{total:.1e}" in lines[-1] and f"| {len(jobs)} |" in lines[-1]
    assert config["preset"] == "paper"


def test_rates_are_operations_over_processor_time(tmp_path):
    config = plan.read(PAPER[:1])
    job = next(job for job in plan.jobs(config) if job.kind == "students/kernel.points")
    path = tmp_path / job.benchmark
    path.parent.mkdir(parents=True)
    path.write_text("s\tcpu_time\n9.0\t4.0\n")
    assert plan.measured_rates(config, tmp_path) == {"students/kernel.points": job.operations / 4.0}
    lines = plan.table(config, {})
    assert "not measured" in lines[-1]


def test_files_are_merged_as_the_workflow_merges_them(tmp_path):
    (tmp_path / "one.yaml").write_text(
        yaml.safe_dump({"experiments": {"margin": {"cells": {"dim_10": {"n_train": [3]}}}}})
    )
    config = plan.read([PAPER[0], tmp_path / "one.yaml"])
    assert config["experiments"]["margin"]["cells"]["dim_10"]["n_train"] == [3]
    assert config["experiments"]["margin"]["cells"]["dim_10"]["dataset"] == "margin_10"


def test_growing_networks_cost_what_torch_counts():
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode

    from kdtheory.training.growing import train_on_prefixes
    from kdtheory.training.stacked import initial_parameters

    cell = {
        "widths": [64], "hidden_layers": 3, "first_size": 3, "last_size": 4, "adam_steps": 5, "error_points": 0
    }  # fmt: skip
    start = initial_parameters(np.random.default_rng(0), [2, 64, 64, 64, 1])
    networks = 3 * 2
    with FlopCounterMode(display=False) as counter:
        train_on_prefixes(
            {name: np.stack([values] * networks) for name, values in start.items()},
            np.zeros((networks, 4, 2)), np.ones((networks, 4)), [3, 4] * 3,
            temperature=1.0, learning_rate=0.01, steps=5,
        )  # fmt: skip
    counted = operations.student_cost("finite_width.growth", cell, {"dim": 2, "worlds": 3}, {}).operations
    assert torch.is_grad_enabled() and counter.get_total_flops() == pytest.approx(counted, rel=0.05)


def test_designs_cost_their_kernels_and_one_factorisation_each():
    cell = {
        "pool_points": 500, "error_points": 2000, "largest_size": 100, "depth": 3, "designs": ["random", "steepest"]
    }  # fmt: skip

    def cost(**changed):
        return operations.student_cost("kernel.design", {**cell, **changed}, {"dim": 2, "worlds": 2}, {})

    one_more = cost(designs=["random", "steepest", "pivoted_cholesky"]).operations - cost().operations
    assert one_more == 2 * (500 * 100**2 + 2 * 100**2 * 2500 + 2 * 100 * 2500)
    assert cost(error_points=20000).bytes / cost(error_points=9750).bytes == pytest.approx(4, rel=0.05)
    linear = {"pool_points": 500, "n_train": [10, 100], "designs": ["random"]}
    known = operations.student_cost("linear.design", linear, {"kind": "digits"} | {"worlds": 2, "dim": 784}, {})
    drawn = operations.student_cost("linear.design", {**linear, "worlds": 2}, {"kind": "digits", "dim": 784}, {})
    assert known == drawn and known.operations == 2 * (2 * 500**3 + 500 * 100**2 + 4 * 500 * 100**2)
