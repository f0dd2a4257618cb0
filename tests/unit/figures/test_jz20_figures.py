"""Figures of the wide study, drawn from small groups that follow the contract of the cube."""

import re
import subprocess
import sys

import matplotlib.colors
import numpy as np
import pytest
import xarray as xr
from samples.effective_logits import effective_logits as effective_logits_group
from samples.transfer import transfer as transfer_group
from unit.claims import image_worlds

from kdtheory.figures import (
    ext_plateaus,
    jz20_fig1,
    jz20_fig2,
    jz20_fig3,
    jz20_fig4,
    jz20_fig5,
    jz20_theorem1,
    jz20_theorem2,
    registry,
    replicates,
    style,
)
from kdtheory.jobs import storage
from kdtheory.theory.stationarity import (
    cutoff_approximation,
    effective_logits,
    label_smoothing_logit,
    threshold_logit,
)

RUNS, LARGEST, TEST_POINTS = 4, 64, 200
RATIOS, EPOCHS, TEACHERS = [0.0, 0.5, 0.95, 1.0], [1, 4, 16], [0, 1, 2]
SIZES = np.array([4, 16, 64])


def on_grid(function, **axes):
    """A variable whose value at each place of a grid is a function of broadcast coordinates."""
    grid = xr.broadcast(*(xr.DataArray(values, dims=name, coords={name: values}) for name, values in axes.items()))
    return grid[0].copy(data=np.array(np.broadcast_to(function(*grid), grid[0].shape)))


def noise(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def growth_group(along, values, slope, candidates=False, **more):
    """Norms that grow like a power of n in every run, their inefficiency by octaves, and at single n."""
    every = np.arange(1, LARGEST + 1)
    axes = {**more, along: values}
    shape = [len(v) for v in axes.values()]
    slopes = on_grid(lambda *args: slope(args[-1]), **axes)
    starts = 2 ** np.arange(6)
    norm = np.exp(slopes.values[..., None, None] * np.log(every)[:, None] + 0.05 * noise(*shape, LARGEST, RUNS))
    window = slopes.values[..., None] + 0.02 * noise(*shape, starts.size)
    group = xr.Dataset(
        {
            "weight_norm": ((*axes, "n_train", "repeat"), norm),
            "inefficiency": ((*axes, "window"), window),
            "inefficiency_se": ((*axes, "window"), np.full_like(window, 0.02)),
        },
        coords={**axes, "n_train": every, "window_start": ("window", starts), "window_end": ("window", 2 * starts)},
    )
    if candidates:
        single = np.where(np.isin(every, SIZES), slopes.values[..., None], np.nan)
        group["inefficiency_candidate"] = ((*axes, "n_train"), single)
        group["inefficiency_candidate_se"] = ((*axes, "n_train"), 0.01 + 0 * single)
    return group


def modes_group():
    return growth_group("modes", [1, 4, 16], lambda q: 0.1 * np.log(q), True, width_law=["shrinking", "fixed"])


def flips_group():
    return growth_group("flip_probability", [0.0, 0.01, 0.5], lambda p: 0.75 * np.sqrt(2 * p), True)


def references_group():
    names = ["random_labels", "zero", "sign", "label_smoothing"]
    levels = dict(zip(names, (0.75, 0.02, 0.5, 0.5), strict=True))
    return growth_group("reference", names, lambda name: np.vectorize(levels.get)(name).astype(float), True)


def stopping_group():
    return growth_group("stopping_epoch", EPOCHS, lambda epoch: 0.1 * np.log(1 + epoch)).assign_coords(teacher=0)


def mixing_group(teachers=TEACHERS):
    group = growth_group("soft_ratio", RATIOS, lambda ratio: 0.5 - 0.4 * ratio, teacher=teachers)
    return group.assign_coords(stopping_epoch=16)


def plateaus_group():
    targets = ["random_labels", "jump", "smooth", "kinked", "nngp"]
    group = growth_group("depth", [1, 3], lambda depth: 0.5 + 0 * depth, target=targets, dim=[2, 4])
    # Depth 1 is measured in two dimensions only.
    for name in ("inefficiency", "inefficiency_se"):
        group[name] = group[name].where((group["depth"] == 3) | (group["dim"] == 2))
    predicted = on_grid(lambda target, dim: 0.5 + 0 * dim, target=targets, dim=[2, 4])
    return group.sel(n_train=[1, 2, 4, 8, 16, 32, 64]).assign(predicted=predicted)


def example_group():
    x, ratios = np.linspace(-1, 1, 21), [0.05, 0.5, 1.0]
    truth = np.sin(5 * x)
    teacher = on_grid(lambda epoch, x: np.log(1 + epoch) * np.sin(5 * x), stopping_epoch=EPOCHS, x=x)
    last = teacher.isel(stopping_epoch=-1).values
    students = [effective_logits(last, (last > 0).astype(int), ratio, 5.0) for ratio in ratios]
    by_teacher = (("stopping_epoch", "teacher"), np.ones((len(EPOCHS), 2)))
    return xr.Dataset(
        {
            "boundary": ("x", (truth > 0).astype(int)),
            "truth": ("x", truth),
            "teacher_logit": teacher,
            "effective_logit": (("soft_ratio", "x"), students),
            "cutoff": (("soft_ratio", "x"), [cutoff_approximation(last, ratio, 5.0) for ratio in ratios]),
            "label_smoothing": (("soft_ratio", "x"), [label_smoothing_logit(r) * np.sign(last) for r in ratios]),
            "threshold": ("soft_ratio", threshold_logit(np.array(ratios), 5.0)),
            **dict.fromkeys(("logit_scale", "logit_slope", "sign_changes", "boundary_error"), by_teacher),
            "true_sign_changes": 3,
        },
        coords={"x": x, "soft_ratio": ratios, "stopping_epoch": EPOCHS, "teacher": [0, 1]},
    )


def teacher_errors():
    return on_grid(lambda teacher, epoch: 0.3 / epoch + 0.01 * teacher, teacher=TEACHERS, stopping_epoch=EPOCHS)


def imperfect_group():
    axes = {"teacher": TEACHERS, "stopping_epoch": EPOCHS, "soft_ratio": RATIOS, "n_train": SIZES}
    axes["repeat"] = range(RUNS)
    error = on_grid(lambda t, epoch, ratio, n, run: (0.2 - 0.15 * ratio + 0.2 * ratio / epoch) / np.sqrt(n), **axes)
    error = error + 0.001 * noise(*error.shape)
    return xr.Dataset({"test_error": error, "teacher_error": teacher_errors(), "test_points": TEST_POINTS})


def correction_group():
    axes = {"truth": ["smooth", "sign"], "teacher": TEACHERS, "stopping_epoch": EPOCHS, "n_train": SIZES}
    axes["repeat"] = range(RUNS)
    cosine = on_grid(lambda truth, t, epoch, n, run: 0.5 / epoch - 0.05 * np.log(n), **axes)
    names = ("correction", "correction_cosine", "derivative", "derivative_fd", "cosine")
    return xr.Dataset({**dict.fromkeys(names, cosine + 0.01 * noise(*cosine.shape)), "teacher_error": teacher_errors()})


GROUPS = {
    "wide/effective_logits": effective_logits_group,
    "wide/transfer": transfer_group,
    "wide/modes": modes_group,
    "wide/flips": flips_group,
    "wide/references": references_group,
    "wide/plateaus": plateaus_group,
    "wide/example": example_group,
    "wide/stopping": stopping_group,
    "wide/mixing": mixing_group,
    "wide/imperfect": imperfect_group,
    "wide/correction": correction_group,
    "images/kernel_distillation": image_worlds.distillation("kernel"),
    "images/resnet_distillation": image_worlds.distillation("resnet"),
}
MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        jz20_fig1, jz20_fig2, jz20_fig3, jz20_fig4, jz20_fig5, jz20_theorem1, jz20_theorem2, ext_plateaus,
    )
}  # fmt: skip


def drawn(module, *groups):
    groups = groups or [GROUPS[name]() for name in module.FIGURE.reads]
    return style.styled(module.draw)(*groups)


def lines_of(axes, label):
    """Points of the lines with a label, which an error bar keeps in its container."""
    found = [bars.lines[0] for bars in axes.containers if bars.get_label() == label]
    return found + [line for line in axes.lines if line.get_label() == label]


@pytest.mark.parametrize("name", MODULES)
def test_a_figure_has_no_empty_panel_and_says_what_it_shows(name):
    module = MODULES[name]
    figure = drawn(module)
    for axes in figure.axes:
        assert axes.lines or axes.collections
        assert axes.get_ylabel() or axes.get_title(loc="left")
    assert registry.figures()[name] is module.FIGURE
    assert "paper" in module.FIGURE.caption or name.startswith("ext_")


@pytest.mark.parametrize("name", ["jz20_fig4", "jz20_theorem1"])
def test_equal_groups_give_equal_bytes(tmp_path, name):
    module = MODULES[name]
    for copy in ("one", "two"):
        style.save(drawn(module), tmp_path / f"{copy}.svg", tmp_path / f"{copy}.png", "smoke")
    for suffix in ("svg", "png"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


def test_declarations_import_neither_matplotlib_nor_scipy():
    code = "import sys; from kdtheory.figures.registry import figures; figures(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"matplotlib", "scipy", "torch", "jax"} & set(loaded)


def test_a_soft_ratio_has_one_colour_whatever_stands_beside_it():
    alone, among = style.soft_ratio_colours([0.5]), style.soft_ratio_colours([0.0, 0.01, 0.5, 0.9, 1.0])
    assert alone[0.5] == among[0.5]
    assert len(set(among.values())) == 5
    place = style.soft_ratio_position([0.0, 0.5, 0.99, 0.999, 1.0])
    assert place[0] == 0 and place[1] == 0.5 and place[-1] == 1 and (np.diff(place) > 0.05).all()


def test_soft_ratios_have_the_same_colour_in_all_figures():
    wanted = matplotlib.colors.to_hex(style.soft_ratio_colours([0.5])[0.5])
    fig1, fig2, fig4 = (drawn(module).axes for module in (jz20_fig1, jz20_fig2, jz20_fig4))
    students = [
        lines_of(fig1[0], "ρ = 0.5"),
        [line for axes in fig2 for line in lines_of(axes, "ρ = 0.5")],
        [line for axes in fig4 for line in lines_of(axes, "ρ = 0.5")],
    ]
    for lines in students:
        assert lines and {matplotlib.colors.to_hex(line.get_color()) for line in lines} == {wanted}


def test_figure_1_draws_exact_roots_and_does_not_cross_the_jump():
    axes = drawn(jz20_fig1).axes[0]
    (line,) = lines_of(axes, "ρ = 0.5")
    z = line.get_xdata()
    assert (z >= 0).all()
    assert line.get_ydata() == pytest.approx(effective_logits(z, 1, 0.5, 5.0))
    wrong = [line for line in axes.lines if line.get_linestyle() == "--"]
    crossing = [line for line in wrong if line.get_xdata().min() < 0 < line.get_xdata().max()]
    assert wrong and not crossing


def test_a_power_law_has_its_slope():
    n = np.array([4, 16, 64, 256])
    runs = np.exp(-0.7 * np.log(n)[:, None] + 0.1 * noise(4, 40))
    values = xr.DataArray(runs, dims=("n_train", "repeat"), coords={"n_train": n})
    slope, half_width = replicates.log_slope(values)
    assert slope == pytest.approx(np.polyfit(np.log(n), np.log(runs.mean(1)), 1)[0])
    # The interval of this one sample; a wrong one by a factor of the root of the runs would miss both bounds.
    assert 0.005 < half_width < 0.03 and abs(slope + 0.7) < half_width
    zero = values.copy()
    zero[-1] = 0.0
    assert replicates.log_slope(zero)[0] == pytest.approx(replicates.log_slope(values[:-1])[0])


def test_theorem_1_counts_every_violation():
    group = transfer_group()
    sound = drawn(jz20_theorem1, group).axes[2].texts[-1].get_text()
    cells = 2 * group["risk_bound"].size
    assert sound == f"above: signed 0, printed 0 of {cells}; points outside the region: 0"
    group["risk_bound"][0, 0, 0, 0, 0] = 0.0
    group["risk_bound_printed_nested"][1, 2, 0, 0, :2] = 0.0
    group["outside_region_nested"][0, 1, 0, 0, 0] = 3
    words = drawn(jz20_theorem1, group).axes[2].texts[-1].get_text()
    assert words == f"above: signed 1, printed 2 of {cells}; points outside the region: 3"


def test_figure_4_averages_over_teachers_and_also_takes_one():
    several, one = mixing_group(), mixing_group(teachers=[0]).squeeze("teacher")
    for group in (several, one):
        groups = [example_group(), stopping_group(), group, references_group()]
        axes = drawn(jz20_fig4, *groups).axes
        panel = next(axis for axis in axes if "mixed" in axis.get_title(loc="left"))
        (curve,) = lines_of(panel, "ρ = 0.5")
        mean = group["inefficiency"].sel(soft_ratio=0.5)
        mean = mean.mean("teacher") if "teacher" in mean.dims else mean
        assert curve.get_ydata() == pytest.approx(mean.values)
        assert len(curve.get_ydata()) == group.sizes["window"]


def test_teachers_are_the_replicates_where_there_are_several():
    error = imperfect_group()["test_error"].isel(stopping_epoch=0, n_train=0)
    assert replicates.by_teacher(error)[1] == "teacher"
    values, over = replicates.by_teacher(error.isel(teacher=[0]))
    assert over == "repeat" and values.dims == ("soft_ratio", "repeat")


def test_the_epoch_at_which_teachers_overtake_hard_labels_is_found():
    imperfect = imperfect_group()
    hard = imperfect["test_error"].sel(soft_ratio=0.0, n_train=16).mean()
    teachers = imperfect["teacher_error"].mean("teacher")
    first = min(epoch for epoch in EPOCHS if teachers.sel(stopping_epoch=epoch) < hard)
    assert jz20_fig5.overtaken(imperfect, 17) == first
    imperfect["teacher_error"][:] = 1.0
    assert jz20_fig5.overtaken(imperfect, 17) is None


def test_a_figure_is_drawn_from_the_command_line(tmp_path):
    storage.write(correction_group(), tmp_path / "correction.nc", {})
    options = ["--preset", "smoke", "--svg", str(tmp_path / "f.svg"), "--png", str(tmp_path / "f.png")]
    command = [sys.executable, "-m", "kdtheory.figures.jz20_theorem2", *options, str(tmp_path / "correction.nc")]
    subprocess.run(command, check=True)
    assert (tmp_path / "f.png").stat().st_size > 10_000
    assert not re.search(r"<dc:date>", (tmp_path / "f.svg").read_text(encoding="utf-8"))
