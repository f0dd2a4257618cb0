"""The diagnosis of the study's ResNet on CIFAR-10, beside the study's ResNet students: a page that is kept."""

import argparse
import json
from pathlib import Path

import numpy as np
import xarray as xr
from scipy.stats import spearmanr

import kdtheory
from bench.own_problems import decisions
from kdtheory.jobs import storage
from kdtheory.jobs.markdown import table
from kdtheory.kernels.nested import NestedRegression
from kdtheory.problem import Problem, kernel_student
from kdtheory.problem.drawings import figure
from kdtheory.problem.settings import Setting
from kdtheory.tasks.parts import Part
from kdtheory.theory.stationarity import soft_ratio_from_tsquared

AUDIT = 2000
_RANKS = 8
_FIGURE = "own_resnet_curves.svg"


def main() -> None:
    """Run ``python -m bench.own_problems.resnet RESULTS DOCS``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, help="results of a finished study")
    parser.add_argument("docs", type=Path, help="where the page and its figure go")
    arguments = parser.parse_args()
    group = kdtheory.open_cube(arguments.results / "cube.nc")["images/resnet_distillation"]
    cell = json.loads(group.attrs["settings"])["cells"]["late"]
    problem = problem_of(arguments.results, cell["n_train"][0])
    errors = 1 - group["accuracy"].sel(loss_scale="curvature").isel(world=0).mean("run")
    tree = kdtheory.diagnose(problem, hard_label_error=float(errors.sel(soft_ratio=0)[0]))
    with storage.replacing(arguments.docs / "images" / _FIGURE) as temporary:
        temporary.write_text(figure(tree, "curves"), encoding="utf-8")
    with storage.replacing(arguments.docs / "own-problem-resnet.md") as temporary:
        temporary.write_text(page_of(tree, errors, kernel_errors(problem, errors, cell["temperature"])), "utf-8")


def problem_of(results: Path, n: int) -> Problem:
    """Return the problem of a study's ResNet: the first transfer images and ``AUDIT`` test images of its first world.

    Parameters
    ----------
    results : Path
        Folder of a finished study.
    n : int
        Number of transfer images.
    """
    images = storage.read(results / "datasets/cifar10_resnet/0000.nc").isel(world=0)
    logits = storage.read(results / "teachers/resnet/logits/cifar10_resnet/0000.nc").isel(world=0)
    part = images["part"].values
    chosen = np.concatenate([np.flatnonzero(part == Part.TRANSFER)[:n], np.flatnonzero(part == Part.TEST)[:AUDIT]])
    return Problem.from_arrays(
        ids=images["sample_id"].values[chosen], inputs=images["pixels"].values[chosen] / 255,
        labels=images["label"].values[chosen], split=np.repeat(["transfer", "audit"], [n, AUDIT]),
        teacher_logits=logits["logits"].values[:, chosen], checkpoints=logits["stopping_epoch"].values,
        logit_ids=logits["sample_id"].values[chosen],
    )  # fmt: skip


def kernel_errors(problem: Problem, errors: xr.DataArray, temperature: float) -> xr.DataArray:
    """Return audit errors of kernel students in the settings of other students.

    Parameters
    ----------
    problem : Problem
    errors : DataArray (stopping_epoch, soft_ratio)
        Of the other students: its coordinates are used.
    temperature : float

    Returns
    -------
    DataArray (stopping_epoch, soft_ratio)
    """
    rho = errors["soft_ratio"].values
    alphas = soft_ratio_from_tsquared(rho, 1 / temperature)  # its inverse in α
    settings = [
        Setting(position, alpha, temperature) for position in range(len(problem.checkpoints)) for alpha in alphas
    ]
    order = kernel_student.random_order(problem, seed=0)
    kernel = kernel_student.kernel_of(problem, kernel_student.MAIN_DEPTH, order)
    regression = NestedRegression(kernel.gram, kernel_student.stacked_targets(problem, order, settings))
    wrong = kernel_student.wrong_on_audit(problem, kernel, regression, np.array([len(order)]))[0]
    return errors.copy(data=wrong.mean(axis=0).reshape(errors.shape))


def page_of(tree: xr.DataTree, errors: xr.DataArray, of_kernel: xr.DataArray) -> str:
    """Return the page: the diagnosis, and the errors of the study's ResNet students beside it.

    Parameters
    ----------
    tree : xarray.DataTree
        From `kdtheory.diagnose`.
    errors, of_kernel : DataArray (stopping_epoch, soft_ratio)
        Test errors of ResNet students, audit errors of kernel students in the same settings.
    """
    attrs = tree.attrs
    return "\n".join(
        [
            "# A diagnosis beside trained students: a ResNet teacher on CIFAR-10",
            "",
            "Written by `python -m bench.own_problems.resnet results docs` from one world of a finished study of "
            f"preset `default`. The study's ResNet teaches {attrs['transfer_points']} images in ten classes, and "
            f"{attrs['audit_points']} test images are the audit points. The study also trained small ResNets on as "
            "many images, three in each setting. [The diagnosis](own-problem.md) is told their error with hard labels, "
            "and nothing else of them.",
            "",
            "## What the diagnosis says",
            "",
            *_teachers(tree),
            f"* Start: epoch {attrs['start_checkpoint']:g}, α = {attrs['start_alpha']:g} with T², "
            f"T = {attrs['start_temperature']:g} (ρ = {attrs['start_soft_ratio']:.3f}).",
            f"* {attrs['comparison']}",
            "",
            *_ranking(tree["ranking"].to_dataset()),
            "",
            f"![Learning curves of the kernel student](images/{_FIGURE})",
            "",
            "## What the ResNet students did",
            "",
            *_comparison(errors, of_kernel),
            "",
        ]
    )


def _teachers(tree):
    """One line for each checkpoint."""
    teachers, disagreement = tree["teachers"].to_dataset(), tree["facts"]["disagreement"].values
    return [
        f"* The teacher of epoch {epoch:g} errs on {error:.3f} ({low:.3f} to {high:.3f}) of the audit points, and "
        f"disagrees with the label on {share:.3f} of the transfer points."
        for epoch, error, low, high, share in zip(
            *(teachers[name].values for name in ("checkpoint", "error", "error_low", "error_high")), disagreement,
            strict=True,
        )
    ]  # fmt: skip


def _ranking(ranking):
    """The first ranks as a table."""
    names, formats = (
        ("checkpoint", "alpha", "temperature", "soft_ratio", "error", "p_value"),
        ("g", "g", "g", ".3f", ".3f", ".2f"),
    )
    first = ranking.isel(rank=slice(_RANKS))
    rows = zip(*(first[name].values for name in ("rank", *names)), strict=True)
    return table(
        ("rank", "epoch", "α", "T", "ρ", "kernel student's error", "p against the first"),
        [[f"{value:{form}}" for value, form in zip(row, ("g", *formats), strict=True)] for row in rows],
    )


def _comparison(errors, of_kernel):
    """Both kinds of students in the same settings, as a table and in words."""
    epochs = errors["stopping_epoch"].values
    columns = [f"{who}, epoch {epoch:g}" for epoch in epochs for who in ("ResNet", "kernel student")]
    rows = [
        [f"{rho:g}", *(f"{error:.3f}" for epoch in zip(*by_epoch, strict=True) for error in epoch)]
        for rho, *by_epoch in zip(errors["soft_ratio"].values, errors.values.T, of_kernel.values.T, strict=True)
    ]
    # Hard labels use no teacher: they are one setting for all checkpoints.
    resnet, kernel = ([*each.values[:, 1:].ravel(), each.values[0, 0]] for each in (errors, of_kernel))
    agreement = spearmanr(resnet, kernel).statistic
    held = "holds" if agreement >= decisions.LEAST_AGREEMENT else "does not hold"
    return [
        *table(("ρ", *columns), rows),
        "",
        f"Over these {len(resnet)} settings Spearman's correlation between the errors of ResNets and of kernel "
        f"students is {agreement:.2f}: the kernel student's ranking {held} for these ResNets. Against hard labels "
        f"ResNets gain up to {resnet[-1] - min(resnet):.3f}, kernel students up to {kernel[-1] - min(kernel):.3f}. One "
        "teacher, one draw of the images and three students in a setting are an illustration, not a test.",
    ]


if __name__ == "__main__":
    main()
