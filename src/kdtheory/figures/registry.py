"""What a figure declares of itself, and how it is found and run: by the name of its module.

The workflow reads every declaration each time it starts, so nothing heavy is imported before a figure is drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

PAPERS = {"pl19": "PL19", "jz20": "JZ20", "ext": "ours"}
# Figures of a study on a user's own problem.
OWN = {"own": "your problem"}


@dataclass(frozen=True)
class Figure:
    """Declaration of a figure.

    Parameters
    ----------
    reads : tuple of str
        Groups of the cube, in the order of ``draw``'s parameters.
    shows : str
        What it reproduces ("Fig. 3").
    question : str
        Question it belongs to, with its number in two digits: the report sorts them as text.
    caption : str
        What to look at and what the paper shows, in two or three sentences that are true whatever the numbers are;
        numbers are computed and written into the figure. How each panel is to be read is in docs/readings.yaml.
    """

    reads: tuple
    shows: str
    question: str
    caption: str


def figures(own: bool = False) -> dict[str, Figure]:
    """Return the declarations of all figures by name, sorted.

    Parameters
    ----------
    own : bool
        Of a study on a user's own problem; by default of the papers and of ours.

    Returns
    -------
    dict of str to Figure
        The name is the module's: paper, underscore, figure or theorem.
    """
    files = sorted(Path(__file__).parent.glob("*_*.py"))
    names = [file.stem for file in files if file.stem.split("_")[0] in (OWN if own else PAPERS)]
    return {name: import_module(f"kdtheory.figures.{name}").FIGURE for name in names}


def labels(name: str, figure: Figure) -> dict[str, str]:
    """Return the labels under which the report lists a figure: its paper and what it shows."""
    return {"paper": (PAPERS | OWN)[name.split("_")[0]], "shows": figure.shows}


def run_figure(draw: Callable, figure: Figure) -> None:
    """Draw a figure from the command line.

    Parameters
    ----------
    draw : callable
        ``draw(*groups) -> matplotlib.figure.Figure``.
    figure : Figure
    """
    from kdtheory.jobs import log

    log.run(partial(_main, draw, figure))


def _main(draw, figure):
    import argparse

    from kdtheory.figures import style
    from kdtheory.jobs import storage

    parser = argparse.ArgumentParser(description=f"Draw {figure.shows}: {figure.question}")
    parser.add_argument("groups", nargs=len(figure.reads), help=f"files of {', '.join(figure.reads)}")
    parser.add_argument("--preset", required=True, help="scale of the study; a reduced one is named in the figure")
    parser.add_argument("--svg", required=True, help="SVG file to write")
    parser.add_argument("--png", required=True, help="PNG file to write")
    arguments = parser.parse_args()
    drawn = style.styled(draw)(*map(storage.read, arguments.groups))
    style.save(drawn, arguments.svg, arguments.png, arguments.preset)
