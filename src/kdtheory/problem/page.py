"""The page of a diagnosis: one HTML file that needs no network."""

from html import escape

import numpy as np
import xarray as xr

from kdtheory.problem.conventions import CONVENTIONS
from kdtheory.problem.drawings import figure

_STYLE = """
:root { --ground: #fff; --raised: #f3f5f8; --ink: #1b1f24; --faint: #57606a; --line: #c9d0d8; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #15181c; --raised: #20252b; --ink: #e6e9ed; --faint: #a4adb8; --line: #444c56; }
}
body { margin: 0 auto; padding: 0 1rem 3rem; max-width: 75rem; font: 15px/1.45 system-ui, sans-serif;
  color: var(--ink); background: var(--ground); }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid var(--line); }
p { max-width: 60rem; } .faint { color: var(--faint); }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; } th { background: var(--raised); }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.figure { overflow-x: auto; background: #fff; border-radius: 4px; margin: .6rem 0; }
.answer { background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: .2rem 1rem; }
"""
_RANKS = 15


def page(tree: xr.DataTree) -> str:
    """Return the HTML page of a diagnosis, from :func:`kdtheory.diagnose`."""
    parts = [_heading(tree), _start(tree), _facts(tree)]
    if "curve" in tree:
        parts += [_ranking(tree), _students(tree)]
    if "correction" in tree:
        parts.append(_correction(tree))
    parts.append(_conventions(tree))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(tree.attrs["title"])}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>{"".join(parts)}</body></html>\n'
    )


def _heading(tree):
    attrs = tree.attrs
    findings = "".join(f"<li>{escape(finding)}</li>" for finding in attrs["findings"])
    return (
        f"<h1>A teacher on your points</h1><p class=faint>{attrs['transfer_points']} transfer points, {attrs['audit_points']} "
        f"audit points, {attrs['classes']} classes; kdtheory {attrs['kdtheory_version']}. Facts come first: they are true of "
        "any student that minimises the loss on these points. What is said of the <em>kernel student</em>, an infinitely "
        "wide network trained to the end, is measured for it alone.</p>"
        + (f"<h2>The checker</h2><ul>{findings}</ul>" if findings else "")
    )


def _start(tree):
    attrs = tree.attrs
    measured = "audit points" if attrs["audit_points"] else "labelled points"
    return (
        f"<h2>Where to start</h2><p>Checkpoint <b>{attrs['start_checkpoint']:g}</b>, the teacher that errs least on the "
        f"{measured}, α = <b>{attrs['start_alpha']:g}</b> with T², T = <b>{attrs['start_temperature']:g}</b>: soft ratio "
        f"ρ = {attrs['start_soft_ratio']:.4f}. In 78 problems with trained networks this rule was .013 above the best of 97 "
        "settings in test error, and the usual default, the last checkpoint, .065.</p>"
        f"<h2>Does the kernel student's ranking hold for your students?</h2><div class=answer><p><b>{escape(attrs['answer'])}"
        f"</b>. {escape(attrs['answer_text'])}</p></div>"
        "<p class=faint>One student trained on hard labels tells: in the 78 problems, where its audit error was within .04 "
        "of the kernel's flow, the ranking agreed well with trained students (mean rank correlation .77), else not (.45). "
        "This was found afterwards and is not confirmed. Convolutional students, noisy audit labels and teachers trained on "
        "the transfer points were not tried. Language models by tokens are out of scope.</p>"
    )


def _facts(tree):
    facts, teachers = tree["facts"].to_dataset(), tree["teachers"].to_dataset()
    temperatures = facts["temperature"].values
    sure = ", ".join(f"ρ ≤ {float(facts['sure_soft_ratio'].sel(temperature=t)):.3g} at T = {t:g}" for t in temperatures)
    rows = [
        (
            f"{name:g}", _share(teachers, index), f"{float(facts['disagreement'][index]):.3f}",
            f"{float(teachers['label_scale'][index]):.2f}",
            *(f"{float(facts['label_wins'].sel(alpha=0.9, temperature=t)[index]):.3f}" for t in temperatures),
        )
        for index, name in enumerate(facts["checkpoint"].values)
    ]  # fmt: skip
    columns = (
        "checkpoint", "audit error", "disagrees with labels", "scale against labels",
        *(f"label wins, α = 0.9, T = {t:g}" for t in temperatures),
    )  # fmt: skip
    drawn = [_figure(tree, "decisions")] + ([_figure(tree, "teachers")] if tree.attrs["audit_points"] else [])
    return (
        "<h2>Certain: who wins where teacher and label disagree</h2><p>The student that minimises the loss decides for the "
        "label exactly where q_k − q_y &lt; (1 − ρ)T/ρ, q the teacher's probabilities at T and k its best other class, and for "
        f"the teacher elsewhere; no third class ever wins. The label wins against every teacher at {sure} (dashed). Shares of "
        f"the disagreements among {facts.attrs['points']} labelled transfer points:</p>{_table(columns, rows)}{''.join(drawn)}"
    )


def _ranking(tree):
    ranking = tree["ranking"].to_dataset()
    rows = []
    for rank in ranking["rank"].values[:_RANKS]:
        at = ranking.sel(rank=rank)
        hard = float(at["alpha"]) == 0
        name = ("hard labels", "0", "", "0") if hard else tuple(
            f"{float(at[key]):.4g}" for key in ("checkpoint", "alpha", "temperature", "soft_ratio")
        )  # fmt: skip
        apart = "" if rank == 1 else f"{float(at['p_value']):.2g}"
        rows.append((str(rank), *name, _share(at), apart))
    columns = ("rank", "checkpoint", "α", "T", "ρ", f"error {ranking.attrs['basis']}", "p against the first")
    return (
        f"<h2>Kernel student: ranking of {ranking.sizes['rank']} settings</h2><p>Measured on {ranking.attrs['points']} points, "
        "with exact 95 % intervals. Settings whose p against the first is not small cannot be told from it.</p>"
        + _table(columns, rows)
    )


def _students(tree):
    curve, growth = tree["curve"].to_dataset(), tree["inefficiency"].to_dataset()
    rows = [
        (
            str(target),
            _share(curve.sel(depth=curve.attrs["left_out_depth"]).isel(target=index, n_train=-1)),
            _left_out(curve, index),
        )
        for index, target in enumerate(curve["target"].values)
    ]
    columns = ("target", "audit error at all transfer points", "leave-one-out against the labels given")
    drawn = [_figure(tree, "curves")] if tree.attrs["audit_points"] else []
    return (
        "<h2>Kernel student: errors by number of transfer points</h2><p>Bands are exact 95 % intervals over audit points, for "
        f"these transfer points in one order. Nothing is extrapolated.</p>{_table(columns, rows)}{''.join(drawn)}"
        "<h2>Kernel student: how far its weights must move</h2><p>‖Δŵ_n‖² = Σ_k z_kᵀΘ_n⁻¹z_k of each target, and its growth "
        f"I(n) by octaves of n; bars are 1.96 standard errors over {growth.attrs['orders']} orders of one pool of points, not "
        f"over other points.</p>{_figure(tree, 'norms')}{_figure(tree, 'inefficiency')}"
    )


def _correction(tree):
    return (
        "<h2>Kernel student: which way a few hard labels turn it</h2><p>JZ20 Theorem 2, a derivative at ρ = 1, for this student "
        "and these labels: positive where hard labels turn the weights towards those of the labels. It is no prediction for "
        f"trained networks.</p>{_figure(tree, 'correction')}"
    )


def _conventions(tree):
    alpha, temperature = tree.attrs["start_alpha"], tree.attrs["start_temperature"]
    rows = [
        (
            each.name, each.soft, each.hard, "yes" if each.times_temperature_squared else "no",
            f"<code>{escape(each.spelled(_alpha_for(each, tree.attrs), temperature))}</code>", escape(each.remark),
        )
        for each in CONVENTIONS.values()
    ]  # fmt: skip
    columns = ("tool", "soft weight", "hard weight", "T² in the loss", "the start in its words", "remark")
    return (
        f"<h2>The same loss in each tool's words</h2><p>The start is α = {alpha:g}, T = {temperature:g} with T². A loss with "
        "weights w (soft, with T² where the tool multiplies by it) and h (hard) has ρ = w/(w + h). "
        "<code>kdtheory loss check</code> measures ρ, T and a missing T² of yours.</p>"
        + _table(columns, rows, raw=True)
    )


def _alpha_for(convention, attrs):
    """The weight that gives the start's ρ: ρ itself where the tool does not multiply by T²."""
    return attrs["start_alpha"] if convention.times_temperature_squared else round(attrs["start_soft_ratio"], 4)


def _share(data, index=...):
    error, low, high = (float(data[name][index]) for name in ("error", "error_low", "error_high"))
    return "" if np.isnan(error) else f"{error:.3f} [{low:.3f}, {high:.3f}]"


def _left_out(curve, index):
    error, low, high = (float(curve[name][index]) for name in ("left_out", "left_out_low", "left_out_high"))
    return "" if np.isnan(error) else f"{error:.3f} [{low:.3f}, {high:.3f}]"


def _figure(tree, name):
    return f'<div class="figure">{figure(tree, name)}</div>'


def _table(columns, rows, raw=False):
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{cell if raw else escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f'<div style="overflow-x:auto"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
