"""The figures as text (``kdtheory figures``): their names and what they show."""

import argparse

from kdtheory.figures.registry import figures, labels
from kdtheory.jobs import terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory figures``: none."""
    parser.description = "List the figures: results/figures/<name>.svg, what each shows and the groups that it reads."


def run(arguments: argparse.Namespace) -> int:
    """Print the table of figures."""
    rows = []
    for name, figure in figures().items():
        label = labels(name, figure)
        rows.append((name, f"{label['paper']} {label['shows']}", figure.question, ", ".join(figure.reads)))
    print("\n".join(terminal.table(("figure", "shows", "question", "reads"), rows, terminal.width())))
    return 0
