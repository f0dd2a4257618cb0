"""Keep what a finished study found under docs/: claims, figures, options, costs, and the pages on them (``make docs``).

Without a study, the generated sections are written again from what docs/ keeps; so the faults that
``make test-faults`` counted come into their table.
"""

import argparse
import json
import re
from pathlib import Path

from kdtheory.claims.registry import NOT_RUN, claims
from kdtheory.cube import open_cube
from kdtheory.figures.registry import figures
from kdtheory.jobs import log, storage
from kdtheory.pages import options
from kdtheory.pages.sections import sections
from kdtheory.study import configuration_files, plan

_PRESET = "default"
_LARGEST_IMAGE = 150_000
_WIDEST_IMAGE = 1000
# The benchmark's own image (`bench.report`) lies beside the figures.
_OTHER_IMAGES = {"bench"}
# What docs/ keeps, and the command that makes it.
_REMEDIES = {
    "claims": "make docs",
    "freeze": "python -m kdtheory.pages.protocol --freeze",
    "reliability": "make test-faults KEEP=yes",
    "rates": "make docs",
}


def write_documents(results, config, repository):
    """Write docs/claims.json, docs/rates.json, docs/images/, docs/options.md and the generated sections of all pages.

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
        "freeze": _kept(repository, "freeze"),
        "reliability": _kept(repository, "reliability"),
        "rates": plan.measured_rates(config, results),
    }
    drawings = {name: _existing(results / "figures" / f"{name}.png") for name in figures()}

    written = {
        repository / "docs" / "claims.json": json.dumps(kept["claims"], indent=1, ensure_ascii=False) + "\n",
        repository / "docs" / "rates.json": json.dumps(kept["rates"], indent=1) + "\n",
        repository / "docs" / "options.md": options.page(config),
        **_pages(repository, kept),
    }
    images = repository / "docs" / "images"
    for name, drawing in drawings.items():
        shrink(drawing, images / f"{name}.png")
    for image in set(images.glob("*.png")) - {images / f"{name}.png" for name in {*drawings, *_OTHER_IMAGES}}:
        image.unlink()
    for path, text in written.items():
        _replace(path, text)


def write_pages(repository):
    """Write the generated sections of README and docs/ from what docs/ keeps.

    Parameters
    ----------
    repository : path-like
        Folder that holds README.md and docs/.

    Raises
    ------
    FileNotFoundError
        A page, or something kept, is missing.
    ValueError
        A page lacks the markers of a section.
    """
    repository = Path(repository)
    for path, text in _pages(repository, kept_in(repository)).items():
        _replace(path, text)


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


def _pages(repository, kept):
    """The text of every page with generated sections, by its path."""
    return {
        repository / page: with_sections(_existing(repository / page, "it is kept in git").read_text("utf-8"), contents)
        for page, contents in sections(kept).items()
    }


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


def _main():
    parser = argparse.ArgumentParser(description="Keep a finished study's claims, figures and options as documents.")
    parser.add_argument("--results", help="results folder of a finished study at default scale; without it only the "
                        "generated sections are written, from what docs/ keeps")  # fmt: skip
    parser.add_argument("--config", default="config.yaml", help="configuration of that study (config.yaml)")
    parser.add_argument("--repository", default=".", help="folder that holds README.md and docs/")
    arguments = parser.parse_args()
    if arguments.results is None:
        write_pages(arguments.repository)
        return
    config = configuration_files.check([arguments.config])
    write_documents(arguments.results, config, arguments.repository)


if __name__ == "__main__":
    log.run(_main)
