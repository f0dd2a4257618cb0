"""The explorer of a study as one HTML page (``kdtheory explore``)."""

import argparse
import json
from pathlib import Path

import vl_convert
import xarray as xr

from kdtheory.claims.listing import found as read_claims
from kdtheory.cube import open_cube
from kdtheory.jobs import storage
from kdtheory.pages.explorer import groups
from kdtheory.pages.explorer import run as runs
from kdtheory.pages.explorer.claims import described as described_claims
from kdtheory.pages.explorer.columns import Columns, packed
from kdtheory.pages.explorer.specifications import specifications

# Chromium shows a blank frame for a data address above 2 MiB, which is how Snakemake's report holds this page; base64
# adds a third.
LIMIT = 1_500_000
ASSETS = Path(__file__).parent
SCRIPTS = ("data.js", "plot.js", "claims.js", "selection.js", "cube.js", "run.js", "app.js")
REPLICATION = Path("docs/replication.json")
# For what is not counted before the columns are packed.
_SPARE = 20_000
_NAME = "name the results of a study (results, or results/<preset>), its cube or the folder of its groups"


def page(tree: xr.DataTree, path: str, records: list[dict], results: Path, replication: dict | None = None) -> str:
    """Return the page.

    Parameters
    ----------
    tree : xarray.DataTree
        The cube; it may be empty.
    path : str
        Of the cube, for the lines of Python that the page shows.
    records : list of dict
        Entries of claims.json.
    results : path
        The results folder, with the jobs' benchmarks and the figures.
    replication : dict, optional
        What docs/replication.json holds: ``seeds``, ``preset``, and ``verdicts`` by claim.

    Returns
    -------
    str
        At most 1.5 MB.

    Raises
    ------
    ValueError
        The claims and the script library alone take more.
    """
    data = {
        "path": path,
        "figures": (results / "figures").as_posix(),
        "preset": tree.attrs.get("preset", ""),
        "claims": described_claims(records, path, replication),
        "replication": {key: (replication or {}).get(key) for key in ("seeds", "preset")},
        "run": runs.described(tree.attrs, results / "benchmarks"),
        "specifications": specifications(),
    }
    parts = {
        "style": (ASSETS / "style.css").read_text(encoding="utf-8"),
        "scripts": "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in SCRIPTS),
        "library": packed(vl_convert.javascript_bundle().encode()),
    }
    columns = Columns()
    described = groups.described(tree, Columns(), 0)
    fixed = sum(map(len, parts.values())) + len(_as_data(data | {"groups": described})) + _SPARE
    data["groups"] = groups.described(tree, columns, max(0, LIMIT - fixed))
    parts |= {"columns": columns.packed(), "data": _as_data(data)}
    content = (ASSETS / "page.html").read_text(encoding="utf-8")
    for name, part in parts.items():
        content = content.replace(f"{{{{ {name} }}}}", part)
    if len(content.encode()) > LIMIT:
        raise ValueError(f"the page would take {len(content.encode())} bytes, more than {LIMIT}: {len(records)} claims")
    return content


def _as_data(data):
    return packed(json.dumps(data, ensure_ascii=False, allow_nan=False).encode())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory explore``."""
    parser.description = (
        "Write the explorer: one HTML page of at most 1.5 MB with the claims, the cube and the run of a study, which "
        "opens in any browser without network."
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="the results of a study, a cube, or a folder of groups")
    parser.add_argument("-o", "--output", type=Path, required=True, help="HTML file to write")
    parser.add_argument("--claims", type=Path, help="claims.json; by default that beside the cube, if there is one")
    parser.add_argument(
        "--replication", type=Path, default=REPLICATION,
        help="verdicts at other root seeds, as `make replicate` writes them; by default %(default)s, if there is one",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Write the page."""
    write(arguments.path, arguments.output, arguments.claims, arguments.replication)
    return 0


def write(results: Path, output: Path, claims: Path | None = None, replication: Path = REPLICATION) -> None:
    """Write the page of a study.

    Parameters
    ----------
    results : pathlib.Path
        The results of a study, a cube, or a folder of groups.
    output : pathlib.Path
        HTML file.
    claims : pathlib.Path, optional
        claims.json; by default that beside the cube, if there is one.
    replication : pathlib.Path
        Verdicts at other root seeds, if there is such a file.

    Raises
    ------
    FileNotFoundError
        There are no results, neither measurements nor claims.
    """
    path = results
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file; {_NAME}")
    if (path / "cube.nc").is_file():
        path = path / "cube.nc"
    elif (path / "analysis").is_dir():
        path = path / "analysis"
    beside = results if path != results or (path / "claims.json").is_file() else path.parent
    tree = open_cube(path) if path.is_file() or any(path.glob("*.nc")) else xr.DataTree()
    file = claims or beside / "claims.json"
    records = read_claims(file) if claims or file.is_file() else []
    if not (records or tree.children):
        raise FileNotFoundError(f"{results}: holds neither a cube nor groups nor claims; {_NAME}")
    replicated = storage.read(replication) if replication.is_file() else None
    content = page(tree, str(path), records, beside, replicated)
    with storage.replacing(output) as temporary:
        temporary.write_text(content, encoding="utf-8")
