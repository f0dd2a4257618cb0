import numpy as np
import pytest

from kdtheory.jobs import storage
from kdtheory.teachers.checkpoints import at_epochs, joined

KEPT = {4: {"layer/0.weight": np.arange(6.0).reshape(2, 3)}, 16: {"layer/0.weight": np.ones((2, 3))}}


def test_one_file_gives_back_the_arrays_of_every_epoch_in_the_order_asked_for(tmp_path):
    storage.write(joined(KEPT), tmp_path / "checkpoints.safetensors", {})
    late, early = at_epochs(storage.read(tmp_path / "checkpoints.safetensors"), [16, 4])
    for found, expected in ((late, KEPT[16]), (early, KEPT[4])):
        assert found.keys() == expected.keys()
        np.testing.assert_array_equal(found["layer/0.weight"], expected["layer/0.weight"])


def test_an_epoch_that_was_not_kept_is_named():
    with pytest.raises(ValueError, match=r"hold the epochs \[4, 16\], not \[8\]"):
        at_epochs(joined(KEPT), [4, 8])
