"""The plots of the explorer as Vega-Lite specifications; the page adds axes, titles and rows."""

import altair as alt

_ROWS = alt.NamedData("rows")


def specifications() -> dict[str, dict]:
    """Return the specification of each plot of the page by its name.

    ``line`` and ``bars``: means with interval over a numeric axis and over names; ``worlds``: single worlds;
    ``strip``: a claim's cells beside zero; ``jobs``: time and memory of each job.
    """
    named = {"line": _line(), "bars": _bars(), "worlds": _worlds(), "strip": _strip(), "jobs": _jobs()}
    return {name: _plain(chart) for name, chart in named.items()}


def _tooltip(*fields):
    return [alt.Tooltip(field, format=".4~g") if field.endswith(":Q") else alt.Tooltip(field) for field in fields]


_COLOUR = alt.Color("colour:N", sort=None)


def _mean(mark, *more):
    return mark.encode(x="x:Q", y=alt.Y("y:Q", scale=alt.Scale(zero=False)), color=_COLOUR,
                       tooltip=_tooltip("label:N", "colour:N", "y:Q", "low:Q", "high:Q"), **dict(more))  # fmt: skip


def _line():
    chart = alt.Chart(_ROWS)
    band = chart.mark_area(opacity=0.2).encode(x="x:Q", y="low:Q", y2="high:Q", color=_COLOUR)
    return alt.layer(band, _mean(chart.mark_line()), _mean(chart.mark_point(filled=True, size=30, opacity=1)))


def _bars():
    chart = alt.Chart(_ROWS)
    rule = chart.mark_rule(strokeWidth=2).encode(x="x:Q", y="low:Q", y2="high:Q", color=_COLOUR, xOffset="colour:N")
    point = _mean(chart.mark_point(filled=True, size=50, opacity=1), ("xOffset", "colour:N"))
    return alt.layer(rule, point)


def _worlds():
    chart = alt.Chart(_ROWS)
    line = _mean(chart.mark_line(opacity=0.4, strokeWidth=1), ("detail", ["world:N"]))
    return alt.layer(line, _mean(chart.mark_point(filled=True, size=12, opacity=0.5)))


def _strip():
    chart = alt.Chart(_ROWS).encode(y=alt.Y("place:Q", axis=None))
    x = alt.X("value:Q", title="estimate in each cell, with its interval", scale=alt.Scale(zero=False))
    tooltip = _tooltip("cell:N", "value:Q", "low:Q", "high:Q")
    colour = alt.condition("datum.least", alt.value("#d55e00"), alt.value("#3b7dc4"))
    interval = chart.mark_rule(strokeWidth=1.5, opacity=0.6).encode(
        x="low:Q", x2="high:Q", color=colour, tooltip=tooltip
    )
    point = chart.mark_point(filled=True, size=25, opacity=1).encode(x=x, color=colour, tooltip=tooltip)
    zero = (
        alt.Chart(alt.Data(values=[{"at": 0}])).mark_rule(strokeDash=[4, 3]).encode(x="at:Q", color=alt.value("#888"))
    )
    tolerance = alt.Chart(alt.NamedData("tolerance")).mark_bar(height=6, opacity=0.5).encode(
        x="from:Q", x2="to:Q", y=alt.value(4), color=alt.value("#009e73"), tooltip=_tooltip("tolerance:Q")
    )  # fmt: skip
    return alt.layer(zero, interval, point, tolerance)


def _jobs():
    log = alt.Scale(type="log")
    point = alt.Chart(_ROWS).mark_point(filled=True, size=60, opacity=0.8)
    return point.encode(
        x=alt.X("seconds:Q", scale=log, title="wall time in seconds"),
        y=alt.Y("memory:Q", scale=log, title="largest resident memory in MB"),
        color=alt.Color("stage:N", title="stage"),
        shape=alt.Shape("stage:N", title="stage"),
        tooltip=_tooltip("job:N", "stage:N", "seconds:Q", "memory:Q"),
    )


def _plain(chart):
    """Without the address of the schema and altair's own sizes; invisible to screen readers, which read the table."""
    return {key: value for key, value in chart.to_dict(validate=False).items() if key not in ("$schema", "config")}
