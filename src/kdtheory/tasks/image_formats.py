"""The formats in which MNIST and CIFAR-10 are published in, decoded to arrays; bad bytes raise ValueError."""

import gzip
import io
import json
import tarfile
import zlib
from typing import NamedTuple

import numpy as np

_IDX_UNSIGNED_BYTE = 0x08
_CIFAR_RECORD = 1 + 3 * 32 * 32
# The training images of MNIST; no other published file of the two sets is larger, so that reading stops here.
LARGEST_FILE = 16 + 60_000 * 28 * 28
# Of a tar archive: headers, padding and small files beside the wanted ones.
_OVERHEAD = 1_000_000
_TRAIN_BATCHES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5")


class ImageSet(NamedTuple):
    """A labelled image set in its published order; every array is uint8.

    Attributes
    ----------
    train_images, test_images : ndarray, (n, 28, 28) grey or (n, 32, 32, 3) red-green-blue
        Pixels, 0 … 255.
    train_labels, test_labels : ndarray, (n,)
        Classes, 0 … 9.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def mnist_from_idx(files):
    """Decode the four idx files of MNIST.

    Parameters
    ----------
    files : dict of str to bytes
        Content of ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte`` and the two ``t10k-…``.

    Returns
    -------
    ImageSet
    """
    return ImageSet(
        read_idx(files["train-images-idx3-ubyte"]),
        read_idx(files["train-labels-idx1-ubyte"]),
        read_idx(files["t10k-images-idx3-ubyte"]),
        read_idx(files["t10k-labels-idx1-ubyte"]),
    )


def cifar_from_batches(files):
    """Decode CIFAR-10's binary batches.

    Parameters
    ----------
    files : dict of str to bytes
        Content of ``data_batch_1.bin`` … ``data_batch_5.bin`` and ``test_batch.bin``.

    Returns
    -------
    ImageSet
    """
    images, labels = zip(*(read_cifar_batch(files[f"{batch}.bin"]) for batch in _TRAIN_BATCHES), strict=True)
    return ImageSet(np.concatenate(images), np.concatenate(labels), *read_cifar_batch(files["test_batch.bin"]))


def cifar_from_png(files):
    """Decode CIFAR-10 from PNG files that hold one image per row, and JSON lists of labels.

    Parameters
    ----------
    files : dict of str to bytes
        Content of ``data_batch_1.png`` … ``data_batch_5.png``, ``test_batch.png``, ``train_lables.json``
        and ``test_lables.json`` (the package's spelling).

    Returns
    -------
    ImageSet
    """
    return ImageSet(
        np.concatenate([read_png_rows(files[f"{batch}.png"]) for batch in _TRAIN_BATCHES]),
        np.array(json.loads(files["train_lables.json"]), dtype=np.uint8),
        read_png_rows(files["test_batch.png"]),
        np.array(json.loads(files["test_lables.json"]), dtype=np.uint8),
    )


def read_idx(content):
    """Decode an idx file of unsigned bytes.

    Parameters
    ----------
    content : bytes
        Two zero bytes, the type code, the number of dimensions, each dimension as big-endian uint32,
        the data.

    Returns
    -------
    ndarray of uint8
        In the shape that the file states.

    Raises
    ------
    ValueError
        If the header is not that of an idx file of bytes, or the data do not fill the stated shape.
    """
    if len(content) < 4 or content[:3] != bytes([0, 0, _IDX_UNSIGNED_BYTE]):
        raise ValueError(f"not an idx file of unsigned bytes: it starts with {content[:4]!r}")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise ValueError(f"an idx file of {len(content)} bytes ends within its header")
    shape = tuple(int(size) for size in np.frombuffer(content[4:start], ">u4"))
    data = np.frombuffer(content, np.uint8, offset=start)
    if data.size != np.prod(shape, dtype=object):
        raise ValueError(f"an idx file of shape {shape} holds {data.size} bytes of data")
    return data.reshape(shape).copy()


def read_cifar_batch(content):
    """Decode a binary batch of CIFAR-10.

    Parameters
    ----------
    content : bytes
        Records of one label byte and 3 × 32 × 32 pixels, colour plane by colour plane.

    Returns
    -------
    images : ndarray of uint8, (n, 32, 32, 3)
    labels : ndarray of uint8, (n,)

    Raises
    ------
    ValueError
        If the content is not a whole number of records.
    """
    if len(content) % _CIFAR_RECORD:
        raise ValueError(f"a CIFAR batch of {len(content)} bytes is not a multiple of {_CIFAR_RECORD}")
    records = np.frombuffer(content, np.uint8).reshape(-1, _CIFAR_RECORD)
    planes = records[:, 1:].reshape(-1, 3, 32, 32)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 0].copy()


def read_png_rows(content):
    """Decode a PNG of which each row of 1024 red-green-blue pixels is one image.

    Parameters
    ----------
    content : bytes
        An 8-bit RGB PNG, 1024 pixels wide.

    Returns
    -------
    ndarray of uint8, (height, 32, 32, 3)

    Raises
    ------
    ValueError
        If the PNG has another width or another kind of pixel.
    """
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
        if picture.mode != "RGB" or picture.width != 1024:
            raise ValueError(f"expected an RGB PNG 1024 wide, got {picture.mode} {picture.width} wide")
        return np.array(picture).reshape(-1, 32, 32, 3)


def gunzip(content, place):
    """Decompress gzip bytes; ValueError names their `place` if they are damaged, truncated or larger than any set's."""
    try:
        unpacked = gzip.GzipFile(fileobj=io.BytesIO(content)).read(LARGEST_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{place} is not a whole gzip file: {error}") from error
    check_size(len(unpacked), place)
    return unpacked


def check_size(size, place):
    """Raise ValueError where a file has more bytes than any published file; the message names its `place`."""
    if size > LARGEST_FILE:
        raise ValueError(f"{place} is not a published file: it has more than {LARGEST_FILE:,} bytes")


def tar_members(stream, names, place):
    """Read members of a gzipped tar archive by their exact names; nothing is written to disk.

    Parameters
    ----------
    stream : binary file, open for reading
    names : iterable of str
        Full member names. Each must be a regular file in the archive.
    place : str or Path
        Where the archive comes from, for errors.

    Returns
    -------
    dict of str to bytes

    Raises
    ------
    ValueError
        If the archive is damaged, lacks a member or holds more than these members can have.
    """
    wanted = set(names)
    contents = {}
    unpacked = _Bounded(gzip.GzipFile(fileobj=stream), len(wanted) * LARGEST_FILE + _OVERHEAD, place)
    try:
        # One pass in the archive's order: looking members up by name would decompress it several times.
        with tarfile.open(fileobj=unpacked, mode="r|") as archive:
            for member in archive:
                if member.isfile() and member.name in wanted:
                    check_size(member.size, f"{place}: {member.name}")
                    contents[member.name] = archive.extractfile(member).read()
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise ValueError(f"{place} is not a whole tar.gz archive: {error}") from error
    missing = sorted(wanted - set(contents))
    if missing:
        raise ValueError(f"{place} has no file {missing[0]}")
    return contents


class _Bounded:
    """A stream of which no more than a number of bytes is read."""

    def __init__(self, stream, limit, place):
        self._stream, self._left, self._place = stream, limit, place

    def read(self, size):
        """Return up to ``size`` further bytes; ValueError beyond the limit."""
        content = self._stream.read(size)
        self._left -= len(content)
        if self._left < 0:
            raise ValueError(f"{self._place} is not a published archive: it holds too many bytes")
        return content
