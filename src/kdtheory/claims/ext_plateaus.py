"""Our own result: the dimension of the inputs decides where data inefficiency levels off, the depth hardly does."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import every_cell

_ERROR_RATE = 0.01
_TOLERANCE = 0.05
_READS = {"figure": "ext_plateaus", "reads": ("wide/plateaus",)}
_TARGETS = {
    "random_labels": "random labels: (d + 1)/(2d)",
    "jump": "a jump at a decision boundary: ½ in every dimension",
    "smooth": "a smooth function: 0",
    "kinked": "a kinked function: (d − 2)/(2d)",
    "nngp": "a network at its initialisation (the zero function): (d − 2)/(2d)",
}


def _plateau(target, words):
    @claim(
        f"ext-plateau-{target.replace('_', '-')}",
        section="4",
        statement=f"I(n) levels off where the kernel's spectrum puts it. {words[0].upper()}{words[1:]}.",
        quantity="I over the last octave less the prediction, every dimension d and depth",
        test=f"in no cell the interval, Bonferroni over cells, lies beyond {_TOLERANCE} of 0",
        error_rate=_ERROR_RATE,
        **_READS,
    )
    def check(plateaus):
        from scipy.special import ndtri

        last = _at(plateaus, target)
        off = (last["inefficiency"] - last["predicted"]).transpose("dim", "depth").values
        error = last["inefficiency_se"].transpose("dim", "depth").values
        measured = np.isfinite(off)
        width = -ndtri(_ERROR_RATE / 2 / max(1, measured.sum())) * error
        beyond = (np.abs(off) - width > _TOLERANCE)[measured]
        shown = ", ".join(
            f"{np.nanmean(row + predicted):.3f} for {predicted:.3f} (d = {dim})"
            for dim, row, predicted in zip(last["dim"].values, off, last["predicted"].values, strict=True)
        )
        reason = f"mean I over depths at n = {_sizes(last)}: {shown}"
        worst = off[measured][np.argmax(np.abs(off[measured]))] if measured.any() else np.nan
        return every_cell(
            beyond, reason, estimate=worst, reading=f"“levels off” is agreement to {_TOLERANCE} at these n"
        )

    return check


for _target, _words in _TARGETS.items():
    _plateau(_target, _words)


@claim(
    "ext-plateau-approach",
    section="4",
    statement="I(n) comes closer to the predicted plateau as n grows.",
    quantity="|I − prediction| over the last octave less that two octaves before, every target, dimension and depth",
    test=f"no cell moves away significantly, by a normal test with Bonferroni over cells, unless it stays within "
    f"{_TOLERANCE}",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _approach(plateaus):
    from scipy.special import ndtri

    off = np.abs(plateaus["inefficiency"] - plateaus["predicted"])
    last, before = off.isel(window=-1), off.isel(window=-3)
    error = np.hypot(plateaus["inefficiency_se"].isel(window=-1), plateaus["inefficiency_se"].isel(window=-3))
    dims = ("target", "dim", "depth")
    last, before, error = (values.transpose(*dims).values.ravel() for values in (last, before, error))
    measured = np.isfinite(last) & np.isfinite(before)
    last, before, error = last[measured], before[measured], error[measured]
    away = (last - before + ndtri(_ERROR_RATE / max(1, last.size)) * error > 0) & (last > _TOLERANCE)
    reason = f"mean |I − prediction| {before.mean():.3f} two octaves before and {last.mean():.3f} in the last one"
    return every_cell(away, reason, estimate=(last - before).max(initial=-np.inf))


@claim(
    "ext-plateau-depth",
    section="4",
    statement="The plateaus do not depend on the student's depth.",
    quantity="spread over depths of I over the last octave, every target and dimension",
    test=f"in no cell significantly more than {_TOLERANCE}, by a normal test with Bonferroni over cells",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _depth(plateaus):
    from scipy.special import ndtri

    last = plateaus.isel(window=-1)
    values = last["inefficiency"].transpose("target", "dim", "depth").values
    error = last["inefficiency_se"].transpose("target", "dim", "depth").values
    several = np.isfinite(values).sum(axis=-1) > 1
    values, error = values[several], error[several]
    spread = np.nanmax(values, axis=-1) - np.nanmin(values, axis=-1)
    width = -ndtri(_ERROR_RATE / max(1, len(spread))) * np.sqrt(2) * np.nanmax(error, axis=-1)
    depths = ", ".join(str(depth) for depth in plateaus["depth"].values)
    reason = f"depths {depths}: largest spread {spread.max(initial=0):.3f}, median {np.median(spread):.3f}"
    return every_cell(spread - width > _TOLERANCE, reason, estimate=spread.max(initial=0))


@claim(
    "ext-plateau-order",
    section="4",
    statement="In every dimension random labels are harder than a jump, a jump than a kink, and a kink than a smooth "
    "function.",
    quantity="difference of I over the last octave of adjacent targets, every dimension and depth",
    test="no difference is significantly negative, by a normal test with Bonferroni over cells",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _order(plateaus):
    from scipy.special import ndtri

    last = plateaus.isel(window=-1).sel(target=["smooth", "kinked", "jump", "random_labels"])
    values = last["inefficiency"].transpose("target", "dim", "depth").values
    error = last["inefficiency_se"].transpose("target", "dim", "depth").values
    rise = np.diff(values, axis=0)
    noise = np.hypot(error[1:], error[:-1])
    measured = np.isfinite(rise)
    wrong = (rise - ndtri(_ERROR_RATE / max(1, measured.sum())) * noise < 0)[measured]
    reason = f"smallest difference {np.nanmin(rise):.3f}, from {_names(last, rise)}"
    return every_cell(wrong, reason, estimate=float(np.nanmin(rise)))


def _names(last, rise):
    step, dim, depth = np.unravel_index(np.nanargmin(rise), rise.shape)
    names = [str(name).replace("_", " ") for name in last["target"].values[step : step + 2]]
    return f"{names[0]} to {names[1]} at d = {last['dim'].values[dim]}, depth {last['depth'].values[depth]}"


def _at(plateaus, target):
    return plateaus.sel(target=target).isel(window=-1)


def _sizes(last):
    return f"{int(last['window_start'])}…{int(last['window_end'])}"
