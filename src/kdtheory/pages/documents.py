"""Keep what a finished study found under docs/ and in the README: claims, figures, options, costs (``make docs``).

Without a study, the README's generated sections are written again from what docs/ keeps; so the faults that
``make test-faults`` counted come into its table.
"""

import argparse
import json
import re
from collections import Counter
from importlib import import_module
from itertools import groupby
from pathlib import Path

from kdtheory.claims.finding import tally
from kdtheory.claims.registry import NOT_RUN, claims
from kdtheory.cube import open_cube
from kdtheory.figures.registry import figures, labels
from kdtheory.jobs import log, storage
from kdtheory.jobs.markdown import escaped, table
from kdtheory.jobs.provenance import REPOSITORY
from kdtheory.pages import options
from kdtheory.study import configuration_files, plan

_PRESET = "default"
_LARGEST_IMAGE = 150_000
_WIDEST_IMAGE = 1000
# The benchmark's own image (`bench.report`) lies beside the figures.
_OTHER_IMAGES = {"bench"}
_COLUMNS = ("claim", "statement", "verdict", "what we see")
# What docs/ keeps, and the command that makes it.
_REMEDIES = {"claims": "make docs", "reliability": "make test-faults KEEP=yes", "rates": "make docs"}
_PAPER = [REPOSITORY / "config.yaml", REPOSITORY / "workflow" / "presets" / "paper.yaml"]
_FAULT_COLUMNS = ("fault", "what happens", "tried", "survived", "lost")


def write_documents(results, config, repository):
    """Write docs/claims.json, docs/rates.json, docs/images/, docs/options.md and the README's generated sections.

    Parameters
    ----------
    results : path-like
        Folder of a finished study at default scale.
    config : dict
        The configuration of that study, checked.
    repository : path-like
        Folder that holds README.md and docs/.

    Raises
    ------
    FileNotFoundError
        A result is missing.
    ValueError
        The results are incomplete, of another preset or of another configuration.
    """
    results, repository = Path(results), Path(repository)
    _check_cube(results / "cube.nc", config)
    kept = {
        "claims": _finished_claims(results / "claims.json"),
        "reliability": _kept(repository, "reliability"),
        "rates": plan.measured_rates(config, results),
    }
    drawings = {name: _existing(results / "figures" / f"{name}.png") for name in figures()}

    written = {
        repository / "docs" / "claims.json": json.dumps(kept["claims"], indent=1, ensure_ascii=False) + "\n",
        repository / "docs" / "rates.json": json.dumps(kept["rates"], indent=1) + "\n",
        repository / "docs" / "options.md": options.page(config),
        repository / "README.md": _readme(repository, kept),
    }
    images = repository / "docs" / "images"
    for name, drawing in drawings.items():
        shrink(drawing, images / f"{name}.png")
    for image in set(images.glob("*.png")) - {images / f"{name}.png" for name in {*drawings, *_OTHER_IMAGES}}:
        image.unlink()
    for path, text in written.items():
        _replace(path, text)


def write_readme(repository):
    """Write the README's generated sections from what docs/ keeps.

    Parameters
    ----------
    repository : path-like
        Folder that holds README.md and the files of docs/.

    Raises
    ------
    FileNotFoundError
        One of them is missing.
    ValueError
        The README lacks the markers of a section.
    """
    repository = Path(repository)
    _replace(repository / "README.md", _readme(repository, kept_in(repository)))


def kept_in(repository):
    """Return what docs/ of a repository keeps, by the name of its file, as `sections` takes it."""
    return {name: _kept(repository, name) for name in _REMEDIES}


def claims_not_kept(repository):
    """Return the ids of the registered claims that docs/claims.json of a repository has no result of, in their order.

    Such claims are new since the last study at default scale; ``make docs`` keeps their results.
    """
    path = Path(repository) / "docs" / "claims.json"
    kept = {entry["id"] for entry in json.loads(path.read_text(encoding="utf-8"))} if path.is_file() else set()
    return [name for name in claims() if name not in kept]


def sections(kept):
    """Return the README's generated sections by name.

    Parameters
    ----------
    kept : dict
        ``claims``, the records of claims.json; ``reliability``, those that ``make test-faults KEEP=yes`` writes;
        ``rates``, operations per second of a core by kind of job (`kdtheory.study.plan.measured_rates`).
    """
    return {
        "claims": _claims_section(kept["claims"]),
        "figures": _figures_section(),
        "reliability": _reliability_section(kept["reliability"]),
        "plan": "\n".join([*plan.table(plan.read(_PAPER), kept["rates"]), ""]),
    }


def with_sections(text, contents):
    """Return ``text`` with each generated section replaced.

    Parameters
    ----------
    text : str
        Has, for each section, one marker ``<!-- generated: <name> -->`` and after it ``<!-- end -->``.
    contents : dict
        Name of the section → Markdown between its markers.

    Raises
    ------
    ValueError
        A section's markers are not there exactly once.
    """
    for name, content in contents.items():
        opening = f"<!-- generated: {name} -->"
        pattern = re.compile(f"({re.escape(opening)}\n).*?(<!-- end -->)", re.DOTALL)
        if len(pattern.findall(text)) != 1:
            raise ValueError(f"the page must hold one section between {opening} and <!-- end -->")
        text = pattern.sub(lambda found, new=content: f"{found[1]}{new}{found[2]}", text)
    return text


def shrink(drawing, image):
    """Write a PNG of fewer pixels and colours, below 150 kB."""
    from PIL import Image

    with Image.open(drawing) as opened:
        full = opened.convert("RGB")
    width = min(full.width, _WIDEST_IMAGE)
    with storage.replacing(image) as temporary:
        while True:
            size = (width, round(full.height * width / full.width))
            small = full.resize(size, Image.Resampling.LANCZOS)
            # The default method gives its colours to large areas, and thin lines would change theirs.
            small.quantize(256, method=Image.Quantize.MAXCOVERAGE).save(temporary, optimize=True)
            if temporary.stat().st_size < _LARGEST_IMAGE:
                return
            width = width * 9 // 10


def _check_cube(path, config):
    attributes = open_cube(path).attrs
    if attributes["preset"] != _PRESET or config["preset"] != _PRESET:
        raise ValueError(
            f"{path}: is of preset {attributes['preset']}, the configuration of {config['preset']}; "
            f"the documents show the preset {_PRESET}"
        )
    if json.loads(attributes["config"]) != config:
        raise ValueError(f"{path}: was made with another configuration; run the study again")


def _finished_claims(path):
    records = json.loads(_existing(path).read_text(encoding="utf-8"))
    if [record["id"] for record in records] != list(claims()):
        raise ValueError(f"{path}: does not hold the claims that are registered now; run the study again")
    missing = [record["id"] for record in records if record["verdict"] == NOT_RUN]
    if missing:
        raise ValueError(f"{path}: claims were not run: {', '.join(missing)}; finish the study first")
    return [_without_cells(record) for record in records]


def _without_cells(record):
    """A record without the estimates of single cells, which fill most of its file and which no page shows."""
    parts = [[name, _without_cells(part)] for name, part in record.get("parts", [])]
    return {
        **{key: value for key, value in record.items() if key != "estimates"},
        **({"parts": parts} if parts else {}),
    }


def _readme(repository, kept):
    return with_sections((repository / "README.md").read_text(encoding="utf-8"), sections(kept))


def _kept(repository, name):
    path = _existing(repository / "docs" / f"{name}.json", _REMEDIES[name])
    return json.loads(path.read_text(encoding="utf-8"))


def _existing(path, remedy="finish the study first (make study)"):
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; {remedy}")
    return path


def _replace(path, text):
    with storage.replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _claims_section(records):
    """One table for each paper, folded: they are long."""
    lines = [f"{len(records)} claims:", "", *(f"* {text}" for text in tally(records)), ""]
    for paper, members in groupby(records, key=lambda record: record["paper"]):
        members = list(members)
        rows = [
            (f"`{record['id']}`", escaped(record["statement"]), f"**{record['verdict']}**", _seen(record))
            for record in members
        ]
        lines += ["<details>", f"<summary>{paper}: {_verdicts(members)}</summary>", ""]
        lines += [*table(_COLUMNS, rows), "", "</details>", ""]
    return "\n".join(lines)


def _verdicts(records):
    counts = Counter(record["verdict"] for record in records)
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())


def _seen(record):
    reading = "" if record["reading"] == "as stated" else f" (Reading: {record['reading']}.)"
    return escaped(record["reason"] + reading)


def _figures_section():
    lines = []
    for name, figure in figures().items():
        label = labels(name, figure)
        shown = import_module(f"kdtheory.figures.{name}").__doc__.splitlines()[0]
        title, caption = f"{label['paper']} {label['shows']}", escaped(figure.caption)
        lines += [f"![{escaped(shown)}](docs/images/{name}.png)", "", f"**{title}.** {caption}", ""]
    return "\n".join(lines)


def _reliability_section(records):
    counts = ("tried", "survived", "lost")
    rows = [
        (escaped(record["fault"]), record["answer"], *(str(record[count]) for count in counts)) for record in records
    ]
    rows.append(("**all**", "", *(f"**{sum(record[count] for record in records)}**" for count in counts)))
    return "\n".join([*table(_FAULT_COLUMNS, rows), ""])


def _main():
    parser = argparse.ArgumentParser(description="Keep a finished study's claims, figures and options as documents.")
    parser.add_argument("--results", help="results folder of a finished study at default scale; without it only the "
                        "README is written, from what docs/ keeps")  # fmt: skip
    parser.add_argument("--config", default="config.yaml", help="configuration of that study (config.yaml)")
    parser.add_argument("--repository", default=".", help="folder that holds README.md and docs/")
    arguments = parser.parse_args()
    if arguments.results is None:
        write_readme(arguments.repository)
        return
    config = configuration_files.check([arguments.config])
    write_documents(arguments.results, config, arguments.repository)


if __name__ == "__main__":
    log.run(_main)
