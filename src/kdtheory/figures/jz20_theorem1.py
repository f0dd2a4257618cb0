"""The risk bound by angles of random features, against the risk that it bounds (JZ20 Theorem 1, S5, S6)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.statistics.worlds import over_runs, worlds_in_words

FIGURE = Figure(
    reads=("wide/transfer",),
    shows="Theorem 1",
    question="07. Transfer risk: do soft labels teach faster?",
    caption=(
        "Above: the transfer risk (solid) below the bound of the paper's Theorem 1 (dashed) for three kinds of "
        "teachers; where the bound is 1 (grey) it says nothing. Lower left: every student; a dot above the diagonal "
        "would refute the theorem, a cross above it refutes eq. 7 as printed, with an acute angle. Lower right: the "
        "norm that the paper neglects (grey) beside the one that it keeps."
    ),
)

_KINDS = {"network": "Network teacher", "linear": "Linear teacher", "smooth": "Smooth teacher"}
_TEACHERS = {"network": style.BLUE, "linear": style.ORANGE, "smooth": style.GREEN}
_CLASSICAL = {"risk_bound": "--", "norm_bound": "-.", "rademacher_bound": (0, (1, 1))}
_THEOREM = {"linestyle": "--", "linewidth": 1.4}
_LINEAR = {"color": style.GREY, "linestyle": ":", "linewidth": 3}


def draw(transfer):
    """Draw bound and risk for each teacher, every student's bound against its risk, classical bounds, and norms."""
    transfer = transfer.sortby("soft_ratio")
    means = over_runs(transfer)
    figure, axes = style.panels(3, 2, width=4.3, height=3.7)
    colours = style.soft_ratio_colours(transfer["soft_ratio"].values)
    kinds = [kind for kind in _KINDS if kind in transfer["teacher_kind"].values]
    for axis, kind in zip(axes[0], kinds, strict=False):
        _draw_bounds(axis, means.sel(teacher_kind=kind).isel(oracle_size=-1), colours)
    _draw_cells(axes[1, 0], transfer)
    _draw_classical(axes[1, 1], means.sel(soft_ratio=means["soft_ratio"].max(), teacher_kind=kinds))
    _draw_norms(axes[1, 2], means.sel(teacher_kind=kinds[0]), colours)
    _legend(axes[0, 0], colours)
    style.legend_below(figure, 6)
    return figure


def _measured(group, colours):
    """The soft ratios that this teacher has."""
    return {
        ratio: colour for ratio, colour in colours.items() if group["oracle_risk"].sel(soft_ratio=ratio).notnull().any()
    }


def _draw_bounds(axis, here, colours):
    floor, measured = style.floor_of(here["oracle_risk"].mean("world")), _measured(here, colours)
    frames.draw_means(axis, here["oracle_risk"], hue="soft_ratio", palette=measured, names="", floor=floor, ms=4)
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.axhspan(1, 2, color=style.LIGHT, alpha=0.6, linewidth=0)
    for ratio, colour in measured.items():
        cells = here.sel(soft_ratio=ratio)
        for name, options in (("risk_bound_linear", _LINEAR), ("risk_bound", {"color": colour, **_THEOREM})):
            mean = cells[name].mean("world").dropna("n_train")
            axis.plot(mean["n_train"], mean, **options)
    axis.set(ylim=(floor / 2, 1.6), xlabel="sample size $n$", ylabel="transfer risk, bound")
    lowest = here["risk_bound"].mean("world").stack(cell=["soft_ratio", "n_train"])
    best = lowest.isel(cell=int(lowest.argmin("cell")))
    words = f"N = {int(here['oracle_size'])}; least mean bound {style.number(float(best))}"
    if best < 1:
        words += f" (n = {int(best['n_train'])}, ρ = {float(best['soft_ratio']):g})"
    style.title(axis, _KINDS[str(here["teacher_kind"].values)], words)


def _draw_cells(axis, transfer):
    bound, printed, risk = (transfer[name] for name in ("risk_bound", "risk_bound_printed", "oracle_risk"))
    risk = risk.broadcast_like(bound)
    known = bound.notnull() & risk.notnull()
    floor = 0.5 / float(transfer["oracle_test_points"])
    _scatter(axis, bound, risk, known, floor, ".", style.BLUE, "signed angle")
    _scatter(axis, printed, risk, known & (printed < bound), floor, "x", style.RED, "acute angle, where it differs")
    axis.plot([floor, 1], [floor, 1], color=style.INK, linewidth=0.8)
    axis.set(xscale="log", yscale="log", xlabel="bound of the student", ylabel="risk of the student")
    counts = [_violations(transfer, suffix) for suffix in ("", "_nested")]
    signed, acute, outside, cells = (sum(column) for column in zip(*counts, strict=True))
    words = f"above: signed {signed}, printed {acute} of {cells}; points outside the region: {outside}"
    style.title(axis, f"Every student at every n, {worlds_in_words(transfer)}", words)


def _scatter(axis, bound, risk, chosen, floor, marker, colour, label):
    x, y = (values.where(chosen).values.ravel() for values in (bound, risk.transpose(*bound.dims)))
    keep = np.isfinite(x)
    # Zeros lie on the lower and left edges.
    x, y = np.maximum(x[keep], floor), np.maximum(y[keep], floor)
    axis.plot(
        x, y, marker, color=colour, ms=3 if marker == "." else 4, mew=0.8, alpha=0.5, label=label, rasterized=True
    )


def _violations(transfer, suffix):
    bound, printed, outside = (
        transfer[f"{name}{suffix}"] for name in ("risk_bound", "risk_bound_printed", "outside_region")
    )
    risk = transfer["oracle_risk"]
    # Both are shares of the same test points: half a point is above rounding.
    slack = 0.5 / float(transfer["oracle_test_points"])
    cells = int((bound.notnull() & risk.notnull()).sum())
    return int((risk > bound + slack).sum()), int((risk > printed + slack).sum()), int(outside.sum()), cells


def _draw_classical(axis, here):
    here = here.isel(oracle_size=-1)
    colours = {str(kind): _TEACHERS[str(kind)] for kind in here["teacher_kind"].values}
    risk = here["oracle_risk"].where(here["oracle_risk"].mean("world") > 0)
    frames.draw_means(axis, risk, hue="teacher_kind", palette=colours, names="", ms=4)
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    for kind in here["teacher_kind"].values:
        for name, line in _CLASSICAL.items():
            mean = here[name].sel(teacher_kind=kind).mean("world").dropna("n_train")
            axis.plot(mean["n_train"], mean, color=_TEACHERS[kind], linestyle=line, linewidth=1.4)
        axis.plot([], [], "s", color=_TEACHERS[kind], ms=6, label=_KINDS[kind].lower())
    for line, words in zip(_CLASSICAL.values(), ("Theorem 1", "‖Δŵ‖/√n", "2‖Δŵ‖√(EΘ/n)"), strict=True):
        axis.plot([], [], color=style.GREY, linestyle=line, label=words)
    axis.axhspan(1, axis.get_ylim()[1], color=style.LIGHT, alpha=0.6, linewidth=0)
    axis.set(xlabel="sample size $n$", ylabel="transfer risk, bound")
    style.title(axis, f"Classical bounds, ρ = {float(here['soft_ratio']):g}", "solid: risk; grey area: says nothing")


def _draw_norms(axis, here, colours):
    measured = _measured(here, colours)
    frames.draw_means(axis, here["zero_norm"], color=style.GREY, ms=4)
    frames.draw_means(axis, here["weight_norm"], hue="soft_ratio", palette=measured, names="", ms=4)
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    for ratio, colour in measured.items():
        norm = here["oracle_norm"].sel(soft_ratio=ratio).mean("world")
        axis.plot(norm["oracle_size"], norm, "D", color=colour, mfc="white", ms=4)
    zero = here["oracle_zero_norm"].mean("world")
    axis.plot(zero["oracle_size"], zero, "D", color=style.GREY, mfc="white", ms=4)
    axis.set(xlabel="sample size $n$ (diamonds: oracle's $N$)", ylabel=r"norm of the weight change")
    share = (zero / here["oracle_norm"].mean("world")).isel(oracle_size=-1)
    share = share.dropna("soft_ratio")
    ends = (
        f"{style.number(float(share.isel(soft_ratio=place)))} (ρ = {float(share['soft_ratio'][place]):g})"
        for place in (0, -1)
    )
    kind = str(here["teacher_kind"].values)
    words = f"N = {int(zero['oracle_size'][-1])}: ‖Δw_z‖ / ‖Δw*‖ = {', '.join(ends)}"
    style.title(axis, f"Is the zero function negligible? ({kind})", words)


def _legend(axis, colours):
    for ratio, colour in colours.items():
        axis.plot([], [], "s", color=colour, ms=6, label=f"ρ = {ratio:g}")
    axis.plot([], [], color=style.GREY, marker="o", ms=3, label="risk, norm")
    axis.plot([], [], "D", color=style.GREY, mfc="white", ms=4, label="norm of the oracle")
    axis.plot([], [], color=style.GREY, **_THEOREM, label="Theorem 1")
    axis.plot([], [], **_LINEAR, label="bound of PL19")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
