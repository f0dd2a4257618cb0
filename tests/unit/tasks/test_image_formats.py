import gzip
import io
import json
import struct
import tarfile

import numpy as np
import pytest
from PIL import Image

from kdtheory.tasks.image_formats import (
    LARGEST_FILE,
    cifar_from_batches,
    cifar_from_png,
    gunzip,
    mnist_from_idx,
    read_cifar_batch,
    read_idx,
    read_png_rows,
    tar_members,
)


def idx_bytes(array):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def png_bytes(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


def cifar_record(image, label):
    """One record written pixel by pixel: label, then the red, the green and the blue plane."""
    planes = [image[row, column, colour] for colour in range(3) for row in range(32) for column in range(32)]
    return bytes([label, *planes])


def tar_bytes(contents):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def random_bytes(seed, *shape):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("shape", [(7,), (3, 28, 28), (2, 300), (0,)])
def test_idx_bytes_are_read_back_as_the_array_they_hold(shape):
    array = random_bytes(0, *shape)
    decoded = read_idx(idx_bytes(array))
    assert decoded.dtype == np.uint8 and decoded.shape == shape
    assert np.array_equal(decoded, array)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>an error page</html>",
        struct.pack(">BBBBI", 0, 0, 9, 1, 1) + b"x",  # signed bytes
        struct.pack(">BBBBI", 0, 0, 8, 3, 1),  # ends in its header
        struct.pack(">BBBBI", 0, 0, 8, 1, 4) + b"xyz",
        struct.pack(">BBBBI", 0, 0, 8, 1, 4) + b"vwxyz",
        struct.pack(">BBBB4I", 0, 0, 8, 4, *[2**16] * 4),  # the product of the sizes is 0 modulo 2⁶⁴
    ],
)
def test_bytes_that_are_no_whole_idx_file_are_refused(content):
    with pytest.raises(ValueError, match="idx file"):
        read_idx(content)


def test_mnist_files_go_to_their_own_fields():
    parts = [random_bytes(seed, *shape) for seed, shape in enumerate([(4, 28, 28), (4,), (2, 28, 28), (2,)])]
    names = [f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
    decoded = mnist_from_idx({name: idx_bytes(part) for name, part in zip(names, parts, strict=True)})
    assert all(np.array_equal(found, part) for found, part in zip(decoded, parts, strict=True))


def test_a_cifar_batch_agrees_with_one_written_pixel_by_pixel():
    images, labels = random_bytes(1, 5, 32, 32, 3), random_bytes(2, 5) % 10
    content = b"".join(cifar_record(*record) for record in zip(images, labels, strict=True))
    found_images, found_labels = read_cifar_batch(content)
    assert np.array_equal(found_images, images) and np.array_equal(found_labels, labels)
    with pytest.raises(ValueError, match="multiple of 3073"):
        read_cifar_batch(content[:-1])


def test_each_row_of_a_png_is_one_image():
    images = random_bytes(3, 4, 32, 32, 3)
    assert np.array_equal(read_png_rows(png_bytes(images.reshape(4, 1024, 3))), images)


@pytest.mark.parametrize("pixels", [random_bytes(4, 2, 1023, 3), random_bytes(4, 2, 1024)])
def test_a_png_of_another_width_or_kind_is_refused(pixels):
    with pytest.raises(ValueError, match="1024 wide"):
        read_png_rows(png_bytes(pixels))


def test_binary_batches_and_png_rows_of_the_same_images_decode_to_the_same_set():
    images, labels = random_bytes(5, 12, 32, 32, 3), random_bytes(6, 12) % 10
    batches = [f"data_batch_{batch}" for batch in range(1, 6)] + ["test_batch"]
    binary, png = {}, {}
    for index, batch in enumerate(batches):
        part = slice(2 * index, 2 * index + 2)
        records = zip(images[part], labels[part], strict=True)
        binary[f"{batch}.bin"] = b"".join(cifar_record(*record) for record in records)
        png[f"{batch}.png"] = png_bytes(images[part].reshape(2, 1024, 3))
    png["train_lables.json"] = json.dumps(labels[:10].tolist()).encode()
    png["test_lables.json"] = json.dumps(labels[10:].tolist()).encode()
    expected = (images[:10], labels[:10], images[10:], labels[10:])
    for decoded in (cifar_from_batches(binary), cifar_from_png(png)):
        for found, wanted in zip(decoded, expected, strict=True):
            assert found.dtype == np.uint8 and np.array_equal(found, wanted)


def test_tar_members_are_read_by_their_exact_names():
    content = tar_bytes({"package/a": b"A", "other/a": b"no", "package/b": b"B", "package/a2": b"no"})
    found = tar_members(io.BytesIO(content), ["package/a", "package/b"], "the archive")
    assert found == {"package/a": b"A", "package/b": b"B"}
    with pytest.raises(ValueError, match=r"the archive has no file a$"):
        tar_members(io.BytesIO(content), ["a", "package/a"], "the archive")


def test_a_link_in_a_tar_archive_is_no_file():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        link = tarfile.TarInfo("package/a")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    buffer.seek(0)
    with pytest.raises(ValueError, match="has no file package/a"):
        tar_members(buffer, ["package/a"], "the archive")


def test_damaged_containers_are_refused_with_their_place():
    noise = random_bytes(7, 5000).tobytes()
    archive = tar_bytes({"a": noise})
    # Changed bytes in a member are the digests' business: tarfile does not read up to gzip's checksum.
    for content in (archive[:-600], archive[:1000], b"no archive"):
        with pytest.raises(ValueError, match=r"here is not a whole tar\.gz"):
            tar_members(io.BytesIO(content), ["a"], "here")
    packed = gzip.compress(noise)
    assert gunzip(packed, "here") == noise
    for content in (packed[:-4], packed[:100], b"<html>", packed[:50] + b"\0" * 50 + packed[100:]):
        with pytest.raises(ValueError, match="here is not a whole gzip"):
            gunzip(content, "here")


class Zeros(io.RawIOBase):
    """A stream of zeros that counts what is read from it."""

    def __init__(self, size):
        self.left = size

    def read(self, size=-1):
        size = min(self.left, 2**20 if size < 0 else size)
        self.left -= size
        return bytes(size)


def bomb(size, header=b""):
    """Gzip bytes of a header and many zeros, a thousandth of their size."""
    packed, zeros = io.BytesIO(), Zeros(size)
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        file.write(header)
        while zeros.left:
            file.write(zeros.read(2**20))
    return packed.getvalue()


def test_a_gzip_file_that_unpacks_to_more_than_any_published_file_is_refused():
    content = bomb(LARGEST_FILE + 2**20)
    assert len(content) < 10**6
    with pytest.raises(ValueError, match="here is not a published file: it has more than 47,040,016 bytes"):
        gunzip(content, "here")


@pytest.mark.parametrize("name", ["a", "another"], ids=["the wanted member", "another member"])
def test_an_archive_that_unpacks_to_more_than_its_members_can_have_is_refused(name):
    member = tarfile.TarInfo(name)
    member.size = 2 * LARGEST_FILE
    content = bomb(member.size, member.tobuf())
    with pytest.raises(ValueError, match="here"):
        tar_members(io.BytesIO(content), ["a"], "here")
