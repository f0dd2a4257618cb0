"""Figures of the wide study, drawn from small groups that follow the contract of the cube."""

import re
import subprocess
import sys
from functools import partial

import matplotlib.colors
import numpy as np
import pytest
from samples.correction import correction
from samples.example import example
from samples.finite_width import finite_width
from samples.image_distillation import KERNEL, RESNET, distillation
from samples.imperfect import EPOCHS, imperfect
from samples.lines import lines_of
from samples.mixing import mixing
from samples.references import references
from samples.stopping import stopping
from samples.transfer import transfer as transfer_group
from samples.wide import WIDE

from kdtheory.claims.inefficiency import inefficiency_draws
from kdtheory.claims.transfer_draws import angle_slopes, risk_slopes
from kdtheory.figures import (
    ext_losses,
    ext_plateaus,
    jz20_fig1,
    jz20_fig2,
    jz20_fig3,
    jz20_fig4,
    jz20_fig5,
    jz20_hard_labels,
    jz20_s1_convergence,
    jz20_spectra,
    jz20_temperature,
    jz20_theorem1,
    jz20_theorem2,
    registry,
    replicates,
    style,
)
from kdtheory.jobs import storage
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.worlds import over_runs
from kdtheory.theory.stationarity import effective_logits

GROUPS = WIDE | {
    "images/kernel_distillation": partial(distillation, KERNEL),
    "images/resnet_distillation": partial(distillation, RESNET),
}
MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        jz20_fig1, jz20_fig2, jz20_fig3, jz20_fig4, jz20_fig5, jz20_hard_labels, jz20_s1_convergence, jz20_spectra,
        jz20_temperature, jz20_theorem1, jz20_theorem2, ext_losses, ext_plateaus,
    )
}  # fmt: skip


def drawn(module, *groups):
    groups = groups or [GROUPS[name]() for name in module.FIGURE.reads]
    return style.styled(module.draw)(*groups)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_a_figure_has_no_empty_panel_and_says_what_it_shows(name):
    module = MODULES[name]
    figure = drawn(module)
    for axes in figure.axes:
        assert axes.lines or axes.collections
        assert axes.get_ylabel() or axes.get_title(loc="left")
    assert registry.figures()[name] is module.FIGURE
    assert "paper" in module.FIGURE.caption or name.startswith("ext_")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_figure_draws_from_one_world_of_one_run(name):
    module = MODULES[name]
    groups = [GROUPS[group]() for group in module.FIGURE.reads]
    assert drawn(module, *(group.isel({"world": [0], "run": [0]}, missing_dims="ignore") for group in groups)).axes


@pytest.mark.slow
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


def test_lines_of_learners_of_hard_labels_are_their_mean_errors():
    group = WIDE["wide/hard_labels"]()
    (line,) = lines_of(drawn(jz20_hard_labels, group).axes[0], "largest margin")
    assert line.get_ydata() == pytest.approx(group["error_margin"].sel(labels="teacher").mean("world").values)


def test_training_times_of_either_convention_are_drawn():
    axes = drawn(jz20_temperature).axes[0]
    times = WIDE["wide/flow"]()["settling_time"].isel(n_train=-1).mean("world")
    drawn_lines = [np.asarray(bars.lines[0].get_ydata(), float) for bars in axes.containers]
    for scale in ("raw", "t_squared"):
        wanted = times.sel(loss_scale=scale, soft_ratio=0.5).values
        assert any(np.allclose(line, wanted) for line in drawn_lines)


def test_figure_1_draws_exact_roots_and_does_not_cross_the_jump():
    axes = drawn(jz20_fig1).axes[0]
    (line,) = lines_of(axes, "ρ = 0.5")
    z = line.get_xdata()
    assert (z >= 0).all()
    assert line.get_ydata() == pytest.approx(effective_logits(z, 1, 0.5, 5.0))
    wrong = [line for line in axes.lines if line.get_linestyle() == "--" and len(line.get_xdata())]
    crossing = [line for line in wrong if line.get_xdata().min() < 0 < line.get_xdata().max()]
    assert wrong and not crossing


def test_theorem_1_counts_every_violation():
    group = transfer_group()
    sound = drawn(jz20_theorem1, group).axes[3].texts[-1].get_text()
    cells = 2 * group["risk_bound"].size
    assert sound == f"above: signed 0, printed 0 of {cells}; points outside the region: 0"
    group["risk_bound"][0, 0, 0, 0, 0] = 0.0
    group["risk_bound_printed_nested"][1, 2, 0, 0, :2] = 0.0
    group["outside_region_nested"][0, 1, 0, 0, 0] = 3
    words = drawn(jz20_theorem1, group).axes[3].texts[-1].get_text()
    assert words == f"above: signed 1, printed 2 of {cells}; points outside the region: 3"


def test_figure_4_shows_the_inefficiency_of_the_claims_and_the_example_of_world_0():
    groups = [example(), stopping(), mixing(), references()]
    axes = drawn(jz20_fig4, *groups).axes
    panel = next(axis for axis in axes if "mixed" in axis.get_title(loc="left"))
    assert "6 worlds, 4 runs of each" in panel.get_title(loc="left")
    colour = style.soft_ratio_colours([0.5])[0.5]
    (bars,) = [bars for bars in panel.containers if bars.lines[0].get_color() == colour]
    claimed = pooled(inefficiency_draws(groups[2]["weight_norm"].sel(soft_ratio=0.5), [(256, 512)])[:, 0])
    assert bars.lines[0].get_ydata()[-1] == pytest.approx(float(claimed.value))
    assert bars.lines[2][0].get_segments()[-1][:, 1] == pytest.approx(np.array(claimed.interval()))
    teacher = axes[0]
    assert "world 0" in teacher.get_title(loc="left")
    assert all(len(lines_of(teacher, f"epoch {epoch}")) == 1 for epoch in EPOCHS)


def test_the_exponents_of_figure_2_are_those_of_the_claims():
    axes = drawn(jz20_fig2).axes
    risk, angle = (pooled(slopes(transfer_group()))[-1] for slopes in (risk_slopes, angle_slopes))
    assert lines_of(axes[0], f"ρ = 1: {replicates.in_words(risk)}")
    assert f"{replicates.in_words(angle)} (ρ = 1)" in axes[3].texts[-1].get_text()


def test_the_two_panels_of_angles_share_the_soft_ratio_at_which_they_turn():
    # Mean angles rise from ρ = 0 to 0.5 and fall from there on.
    axes = drawn(jz20_fig2).axes
    assert "ρ from 0 to 0.5" in axes[1].texts[-1].get_text()
    assert "ρ from 0.5 to 1" in axes[2].texts[-1].get_text()


@pytest.mark.slow
def test_theorem_1_stands_beside_the_classical_bounds_of_every_teacher():
    group = transfer_group()
    axes = drawn(jz20_theorem1, group).axes[4]
    for kind, colour in jz20_theorem1._TEACHERS.items():
        here = group.sel(teacher_kind=kind, soft_ratio=1.0).isel(oracle_size=-1)
        lines = [line for line in axes.lines if line.get_color() == colour and len(line.get_xdata()) > 1]
        lines = [line for line in lines if line.get_linestyle() not in ("-", "None")]
        for line, name in zip(lines, ("risk_bound", "norm_bound", "rademacher_bound"), strict=True):
            assert line.get_ydata() == pytest.approx(here[name].mean(["world", "run"]).values)


def test_a_number_of_a_world_is_the_mean_over_its_runs():
    values = correction()["correction_cosine"]
    assert over_runs(values).equals(values.mean("run"))
    distance = finite_width()["kernel_distance"]
    assert over_runs(distance) is distance


def test_the_epoch_at_which_teachers_overtake_hard_labels_is_found():
    group = imperfect()
    hard = group["test_error"].sel(soft_ratio=0.0, n_train=512).mean()
    teachers = group["teacher_error"].mean("world")
    first = min(epoch for epoch in EPOCHS if teachers.sel(stopping_epoch=epoch) < hard)
    assert jz20_fig5.overtaken(group, 513) == first
    group["teacher_error"][:] = 1.0
    assert jz20_fig5.overtaken(group, 513) is None


@pytest.mark.slow
def test_a_figure_is_drawn_from_the_command_line(tmp_path):
    storage.write(correction(), tmp_path / "correction.nc", {})
    options = ["--preset", "smoke", "--svg", str(tmp_path / "f.svg"), "--png", str(tmp_path / "f.png")]
    command = [sys.executable, "-m", "kdtheory.figures.jz20_theorem2", *options, str(tmp_path / "correction.nc")]
    subprocess.run(command, check=True)
    assert (tmp_path / "f.png").stat().st_size > 10_000
    assert not re.search(r"<dc:date>", (tmp_path / "f.svg").read_text(encoding="utf-8"))
