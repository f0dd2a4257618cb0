"""The page of a diagnosis: one HTML file that needs no network."""

from html import escape

import numpy as np
import xarray as xr

from kdtheory.problem import wording
from kdtheory.problem.conventions import CONVENTIONS
from kdtheory.problem.drawings import figure

_STYLE = """
:root { --ground: #fff; --raised: #f3f5f8; --ink: #1b1f24; --faint: #57606a; --line: #c9d0d8;
  color-scheme: light dark; }
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
.wide { overflow-x: auto; } .figure { overflow-x: auto; background: #fff; border-radius: 4px; margin: .6rem 0; }
.comparison { background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: .2rem 1rem; }
"""
_RANKS = 15
_WINS_ALPHA = 0.9


def page(tree: xr.DataTree) -> str:
    """Return the HTML page of a diagnosis, from :func:`kdtheory.diagnose`."""
    parts = [_heading(tree), _start(tree), _facts(tree)]
    if "ranking" in tree:
        parts += [_ranking(tree), _curves(tree), _growth(tree)]
    if "correction" in tree:
        parts.append(wording.CORRECTION + _figure(tree, "correction"))
    parts.append(_conventions(tree))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
    title = f"<title>{escape(tree.attrs['title'])}</title>"
    return f'<!doctype html><html lang="en"><head>{head}{title}</head><body>{"".join(parts)}</body></html>\n'


def _heading(tree):
    findings = "".join(f"<li>{escape(finding)}</li>" for finding in tree.attrs["findings"])
    return wording.HEADING.format(**tree.attrs) + (f"<h2>The checker</h2><ul>{findings}</ul>" if findings else "")


def _start(tree):
    judged = "audit points" if tree.attrs["audit_points"] else "labelled points"
    return wording.START.format(judged=judged, **tree.attrs) + wording.COMPARISON.format(**tree.attrs)


def _facts(tree):
    facts, teachers = tree["facts"].to_dataset(), tree["teachers"].to_dataset()
    temperatures = facts["temperature"].values
    wins = facts["label_wins"].sel(alpha=_WINS_ALPHA)
    rows = []
    for index, checkpoint in enumerate(facts["checkpoint"].values):
        numbers = [f"{float(wins.isel(checkpoint=index).sel(temperature=t)):.3f}" for t in temperatures]
        apart, scale = float(facts["disagreement"][index]), float(teachers["label_scale"][index])
        rows.append(
            (f"{checkpoint:g}", _share(teachers.isel(checkpoint=index)), f"{apart:.3f}", f"{scale:.2f}", *numbers)
        )
    columns = ["checkpoint", "audit error", "disagrees with labels", "scale against labels"]
    columns += [f"label wins, α = {_WINS_ALPHA:g}, T = {t:g}" for t in temperatures]
    limits = zip(temperatures, facts["sure_soft_ratio"].values, strict=True)
    sure = ", ".join(f"ρ ≤ {ratio:.3g} at T = {t:g}" for t, ratio in limits)
    drawn = [_figure(tree, "decisions")] + ([_figure(tree, "teachers")] if tree.attrs["audit_points"] else [])
    text = wording.DISAGREEMENTS.format(sure=sure, points=facts.attrs["points"])
    return text + _table(columns, rows) + "".join(drawn)


def _ranking(tree):
    ranking = tree["ranking"].to_dataset()
    rows = []
    for rank in ranking["rank"].values[:_RANKS]:
        at = ranking.sel(rank=rank)
        names = [f"{float(at[key]):.4g}" for key in ("checkpoint", "alpha", "temperature", "soft_ratio")]
        if float(at["alpha"]) == 0:
            names = ["hard labels", "0", "", "0"]
        rows.append((str(rank), *names, _share(at), "" if rank == 1 else f"{float(at['p_value']):.2g}"))
    columns = ("rank", "checkpoint", "α", "T", "ρ", f"error {ranking.attrs['basis']}", "p against the first")
    text = wording.RANKING.format(settings=ranking.sizes["rank"], points=ranking.attrs["points"])
    return text + _table(columns, rows)


def _curves(tree):
    curve = tree["curve"].to_dataset()
    last = curve.sel(depth=curve.attrs["left_out_depth"]).isel(n_train=-1)
    rows = [
        (str(target), _share(last.isel(target=index)), _share(last.isel(target=index), "left_out"))
        for index, target in enumerate(curve["target"].values)
    ]
    columns = ("target", "audit error at all transfer points", "leave-one-out against the labels given")
    drawn = _figure(tree, "curves") if tree.attrs["audit_points"] else ""
    return wording.CURVES + _table(columns, rows) + drawn


def _growth(tree):
    text = wording.GROWTH.format(orders=tree["inefficiency"].attrs["orders"])
    return text + _figure(tree, "norms") + _figure(tree, "inefficiency")


def _conventions(tree):
    start = tree.attrs
    rows = []
    for each in CONVENTIONS.values():
        # A tool that does not multiply by T² has the start's ρ at that weight itself.
        alpha = start["start_alpha"] if each.times_temperature_squared else round(start["start_soft_ratio"], 4)
        squared = "yes" if each.times_temperature_squared else "no"
        line = each.spelled(alpha, start["start_temperature"])
        rows.append((each.name, each.soft, each.hard, squared, line, each.remark))
    columns = ("tool", "soft weight", "hard weight", "T² in the loss", "the start in its words", "remark")
    return wording.CONVENTIONS.format(**start) + _soft_ratios(tree) + _table(columns, rows, code=4)


def _soft_ratios(tree):
    """The soft ratio of each α and T, for losses with T²."""
    ratios = tree["facts"]["soft_ratio"]
    columns = ("α with T²", *(f"ρ at T = {t:g}" for t in ratios["temperature"].values))
    rows = [
        (f"{alpha:g}", *(f"{ratio:.4f}" for ratio in ratios.sel(alpha=alpha).values))
        for alpha in ratios["alpha"].values
    ]
    return _table(columns, rows)


def _share(data, name="error"):
    """A share with its interval; nothing where it was not measured."""
    value, low, high = (float(data[f"{name}{end}"]) for end in ("", "_low", "_high"))
    return "" if np.isnan(value) else f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _figure(tree, name):
    return f'<div class="figure">{figure(tree, name)}</div>'


def _table(columns, rows, code=None):
    """A table; the cells of the column ``code`` are code."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(_cell(text, index == code) for index, text in enumerate(row))}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(text, code):
    return f"<td><code>{escape(text)}</code></td>" if code else f"<td>{escape(text)}</td>"
