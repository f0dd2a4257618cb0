"""What students learn when, and what hard labels add, in the basis of the kernel's eigenfunctions (JZ20 Sec. 4)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.statistics.worlds import over_runs, worlds_in_words

FIGURE = Figure(
    reads=("wide/spectra",),
    shows="Spectra (Sec. 4)",
    question="08. Data inefficiency: what makes a task hard?",
    caption=(
        "What a student learns when, by octaves of the kernel's eigenfunctions. The paper says that low frequencies "
        "are learned first, in a time proportional to 1/λ (look for parallels to the dashed lines), and that the jump "
        "of hard labels adds high frequencies to the effective logits (lower left; dotted: what a jump has)."
    ),
)

_JUMP_EXPONENT = -0.5


def draw(spectra):
    """Draw frequencies, learning times, and energies by soft ratio and by stopping epoch."""
    figure, axes = style.panels(2, 2, width=4.6, height=3.8)
    spectra = over_runs(spectra.sortby(["soft_ratio", "stopping_epoch", "octave"]))
    _draw_frequencies(axes[0, 0], spectra)
    _draw_times(axes[0, 1], spectra)
    last = spectra.isel(stopping_epoch=-1)
    colours = style.soft_ratio_colours(spectra["soft_ratio"].values)
    _draw_energies(axes[1, 0], last["energy"], "soft_ratio", colours, "ρ = {:g}")
    _draw_jump(axes[1, 0], last["energy"].isel(soft_ratio=0))
    style.title(axes[1, 0], f"Effective logits, epoch {int(last['stopping_epoch'])}", _high(last["energy"], "ρ = {:g}"))
    soft = spectra["energy"].sel(soft_ratio=1.0)
    epochs = style.shades(spectra["stopping_epoch"].values.tolist())
    _draw_energies(axes[1, 1], soft, "stopping_epoch", epochs, "epoch {}")
    style.title(axes[1, 1], "Teacher's logits (ρ = 1)", _high(soft, "epoch {}"))
    for axis in axes.flat:
        frames.fit_to_means(axis, margin=0.1)
        style.legend_beside(axis)
    return figure


def _draw_frequencies(axis, spectra):
    frequency = spectra["frequency"].assign_coords(octave=spectra["eigenvalue"].mean("world").values)
    frames.draw_means(axis, frequency, color=style.BLUE, label="octaves", linestyle="none")
    axis.set(
        xscale="log",
        yscale="log",
        xlabel=r"eigenvalue $\lambda$ (falling)",
        ylabel="frequency (radians per unit of length)",
    )
    axis.invert_xaxis()
    words = f"n = {int(spectra['octave'][-1])}, {worlds_in_words(spectra)}"
    style.title(axis, "Eigenfunctions of the kernel", words)


def _draw_times(axis, spectra):
    trained = spectra.sel(soft_ratio=spectra["soft_ratio"] > 0).mean("stopping_epoch")
    for ratio, colour in style.soft_ratio_colours(trained["soft_ratio"].values).items():
        here = trained.sel(soft_ratio=ratio)
        squared = np.exp(np.log(here["squared_time"]).mean("world")).values
        times = here["learning_time"].assign_coords(octave=squared)
        means = frames.draw_means(axis, times, geometric=True, color=colour, label=f"ρ = {ratio:g}")
        # Through the middle of the curve, so that only its slope is compared.
        level = np.exp(np.nanmean(np.log(means.values / squared)))
        axis.plot(squared, level * squared, linestyle="--", linewidth=0.8, color=colour)
    axis.plot([], [], color=style.GREY, linestyle="--", linewidth=0.8, label=r"$\propto 1/\lambda$")
    axis.set(
        xscale="log",
        yscale="log",
        xlabel=r"learning time with the squared loss, $1/\lambda$",
        ylabel="learning time with the distillation loss",
    )
    style.title(axis, "When octaves are learned", "means over stopping epochs")


def _draw_energies(axis, energy, along, colours, words):
    frames.draw_means(axis, energy, hue=along, palette=colours, names=words)
    axis.set_xscale("log", base=2)
    axis.set(
        yscale="log", xlabel="last eigenfunction of the octave", ylabel=r"share of the energy of $z_{s,\mathrm{eff}}$"
    )


def _draw_jump(axis, energy):
    octaves = energy["octave"].values
    middle = len(octaves) // 2
    law = float(energy.mean("world")[middle]) * (octaves / octaves[middle]) ** _JUMP_EXPONENT
    axis.plot(octaves[2:], law[2:], color=style.INK, linestyle=":", linewidth=1.2, label=r"jump, $i^{-1/2}$")


def _high(energy, words):
    """Share of the last three octaves at both ends of a dimension, in words."""
    share = energy.isel(octave=slice(-3, None)).sum("octave").mean("world")
    (along,) = share.dims
    ends = (share.isel({along: place}) for place in (0, -1))
    parts = (f"{style.number(float(end))} ({words.format(end[along].item())})" for end in ends)
    return f"last three octaves: {', '.join(parts)}"


if __name__ == "__main__":
    run_figure(draw, FIGURE)
