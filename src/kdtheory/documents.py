"""Keep what a finished study found under docs/ and in the README: claims, figures, options (``make docs``)."""

import argparse
import json
import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import yaml

from kdtheory import log, options, storage
from kdtheory.claims.registry import NOT_RUN, claims
from kdtheory.config import check
from kdtheory.cube import open_cube
from kdtheory.figures.registry import figures, labels

_PRESET = "default"
_LARGEST_IMAGE = 150_000
_WIDEST_IMAGE = 1000
# The benchmark's own image (`kdtheory.performance`) lies beside the figures.
_OTHER_IMAGES = {"bench"}
_COLUMNS = ("claim", "statement", "verdict", "what we see")


def write_documents(results, config, repository):
    """Write docs/claims.json, docs/images/, docs/options.md and the README's generated sections.

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
    records = _finished_claims(results / "claims.json")
    drawings = {name: _existing(results / "figures" / f"{name}.png") for name in figures()}

    readme = repository / "README.md"
    written = {
        repository / "docs" / "claims.json": json.dumps(records, indent=1, ensure_ascii=False) + "\n",
        repository / "docs" / "options.md": options.page(config),
        readme: with_sections(readme.read_text(encoding="utf-8"), sections(records)),
    }
    images = repository / "docs" / "images"
    for name, drawing in drawings.items():
        shrink(drawing, images / f"{name}.png")
    for image in set(images.glob("*.png")) - {images / f"{name}.png" for name in {*drawings, *_OTHER_IMAGES}}:
        image.unlink()
    for path, text in written.items():
        with storage.replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def sections(records):
    """Return the README's generated sections by name.

    Parameters
    ----------
    records : list of dict
        The content of claims.json.
    """
    return {"claims": _claims_section(records), "figures": _figures_section()}


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
            full.resize(size, Image.Resampling.LANCZOS).quantize(128).save(temporary, optimize=True)
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
    return records


def _existing(path):
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; finish the study first (make study)")
    return path


def _claims_section(records):
    verdicts = Counter(record["verdict"] for record in records)
    counts = ", ".join(f"{count} *{verdict}*" for verdict, count in verdicts.most_common())
    rows = [
        (f"`{record['id']}`", options.escaped(record["statement"]), f"**{record['verdict']}**", _seen(record))
        for record in records
    ]
    return "\n".join([f"{len(records)} claims: {counts}.", "", *options.table(_COLUMNS, rows), ""])


def _seen(record):
    reading = "" if record["reading"] == "as stated" else f" (Reading: {record['reading']}.)"
    return options.escaped(record["reason"] + reading)


def _figures_section():
    lines = []
    for name, figure in figures().items():
        label = labels(name, figure)
        shown = import_module(f"kdtheory.figures.{name}").__doc__.splitlines()[0]
        title, caption = f"{label['paper']} {label['shows']}", options.escaped(figure.caption)
        lines += [f"![{options.escaped(shown)}](docs/images/{name}.png)", "", f"**{title}.** {caption}", ""]
    return "\n".join(lines)


def _main():
    parser = argparse.ArgumentParser(description="Keep a finished study's claims, figures and options as documents.")
    parser.add_argument("--results", required=True, help="results folder of a finished study at default scale")
    parser.add_argument("--config", required=True, help="configuration of that study (config.yaml)")
    parser.add_argument("--repository", default=".", help="folder that holds README.md and docs/")
    arguments = parser.parse_args()
    config = check(yaml.safe_load(Path(arguments.config).read_text(encoding="utf-8")))
    write_documents(arguments.results, config, arguments.repository)


if __name__ == "__main__":
    log.run(_main)
