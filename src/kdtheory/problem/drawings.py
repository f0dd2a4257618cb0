"""The figures of a diagnosis, as SVG."""

import io
from collections.abc import Callable

import numpy as np
import xarray as xr

# Okabe and Ito's palette, safe for colour-blind readers.
_PALETTE = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#222222", "#777777")
_STYLE = {
    "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True,
    "grid.color": "#E8E8E8", "legend.frameon": False, "legend.fontsize": 7.5, "svg.fonttype": "path",
    "svg.hashsalt": "kdtheory", "axes.titlesize": 9, "axes.titlelocation": "left",
    "figure.constrained_layout.use": True,
}  # fmt: skip
_WIDTH, _HEIGHT = 3.7, 3.0


def figure(tree: xr.DataTree, name: str) -> str:
    """Return a figure of a diagnosis as an ``<svg>`` element.

    Parameters
    ----------
    tree : xarray.DataTree
        From :func:`kdtheory.diagnose`.
    name : str
        A key of ``FIGURES``.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    group, columns, draw = FIGURES[name]
    data = tree[group].to_dataset()
    n_columns = columns(data)
    with rc_context(_STYLE):
        drawn = Figure(figsize=(_WIDTH * n_columns + 0.6, _HEIGHT))
        draw(data, drawn.subplots(1, n_columns, squeeze=False, sharey=True)[0])
        text = io.StringIO()
        drawn.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue().partition("<svg")[1] + text.getvalue().partition("<svg")[2]


def _decisions(facts, axes):
    """Share of the disagreements that the label wins, against ρ."""
    for axis, t in zip(axes, facts["temperature"].values, strict=True):
        at = facts.sel(temperature=t)
        for colour, checkpoint in _few(facts["checkpoint"].values):
            axis.plot(
                at["soft_ratio_grid"],
                at["label_wins_at"].sel(checkpoint=checkpoint),
                color=colour,
                label=f"checkpoint {checkpoint:g}",
            )
        axis.axvline(t / (1 + t), color="#222222", linestyle="--", linewidth=1)
        axis.set(title=f"T = {t:g}", xlabel="soft ratio ρ", ylim=(-0.03, 1.03))
    axes[0].set_ylabel("share of disagreements\nthat the label wins")
    axes[0].legend(loc="lower left")


def _teachers(teachers, axes):
    x = teachers["checkpoint"].values
    _band(axes[0], x, teachers, _PALETTE[0], "")
    axes[0].set(xlabel="checkpoint", ylabel="teacher's audit error")


def _curves(curve, axes):
    """Learning curves, one panel for each depth."""
    for axis, depth in zip(axes, curve["depth"].values, strict=True):
        at = curve.sel(depth=depth)
        for colour, target in _few(curve["target"].values):
            _band(
                axis,
                curve["n_train"].values,
                at.isel(target=list(curve["target"].values).index(target)),
                colour,
                target,
            )
        axis.set(title=f"depth {depth}", xlabel="transfer points n", xscale="log")
    axes[0].set_ylabel("audit error of the kernel student")
    axes[0].legend(loc="lower left")


def _norms(growth, axes):
    for colour, target in _few(growth["target"].values):
        position = list(growth["target"].values).index(target)
        axes[0].plot(
            growth["n_train"], np.sqrt(growth["squared_norm"].isel(target=position)), color=colour, label=target
        )
    axes[0].set(xscale="log", yscale="log", xlabel="transfer points n", ylabel="‖Δŵ_n‖")
    axes[0].legend()


def _inefficiency(growth, axes):
    middle = np.sqrt(growth["n_first"].values * growth["n_last"].values)
    for colour, target in _few(growth["target"].values):
        at = growth.isel(target=list(growth["target"].values).index(target))
        value = at["inefficiency"].values
        bars = np.stack([value - at["inefficiency_low"].values, at["inefficiency_high"].values - value])
        axes[0].errorbar(middle, value, bars, fmt="o-", color=colour, capsize=2, label=target)
    axes[0].set(xscale="log", xlabel="transfer points n", ylabel="data inefficiency I(n)")
    axes[0].legend()


def _correction(correction, axes):
    for colour, t in zip(_PALETTE, correction["temperature"].values, strict=False):
        axes[0].plot(
            correction["checkpoint"], correction["cosine"].sel(temperature=t), "o-", color=colour, label=f"T = {t:g}"
        )
    axes[0].axhline(0, color="#222222", linewidth=0.8)
    axes[0].set(xlabel="checkpoint", ylabel="cosine of δŵ_h and Δŵ_c", ylim=(-1.05, 1.05))
    axes[0].legend()


def _band(axis, x, data, colour, label):
    axis.plot(x, data["error"], "o-", color=colour, markersize=3, label=label)
    axis.fill_between(x, data["error_low"], data["error_high"], color=colour, alpha=0.15, linewidth=0)


def _few(values):
    """At most five, evenly spread, the first and the last among them, each with its colour."""
    chosen = dict.fromkeys(np.linspace(0, len(values) - 1, min(5, len(values))).round().astype(int).tolist())
    return [(colour, values[position]) for colour, position in zip(_PALETTE, chosen, strict=False)]


def _one(_data: xr.Dataset) -> int:
    return 1


# Name → group, number of panels, and what draws them.
FIGURES: dict[str, tuple[str, Callable[[xr.Dataset], int], Callable]] = {
    "decisions": ("facts", lambda facts: facts.sizes["temperature"], _decisions),
    "teachers": ("teachers", _one, _teachers),
    "curves": ("curve", lambda curve: curve.sizes["depth"], _curves),
    "norms": ("growth", _one, _norms),
    "inefficiency": ("inefficiency", _one, _inefficiency),
    "correction": ("correction", _one, _correction),
}
