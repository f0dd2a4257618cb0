"""What the claims on networks of finite width do where little was measured, and which widths and steps they use."""

import pytest
from samples.finite_width import finite_width

from kdtheory.claims.registry import UNDECIDED, claims
from kdtheory.claims.width_draws import width_slopes

CLAIMS = {name: claim for name, claim in claims().items() if claim.reads == ("wide/finite_width",)}


@pytest.mark.parametrize("name", CLAIMS)
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("few", [{"world": [0]}, {"width": [0], "world": [0]}])
def test_a_single_world_decides_nothing(name, few):
    assert CLAIMS[name].check(finite_width().isel(few)).verdict == UNDECIDED


# The risk is compared at the largest width, whatever it is.
@pytest.mark.parametrize("name", sorted(CLAIMS.keys() - {"ext-width-risk"}))
def test_narrow_networks_are_no_evidence_about_wide_ones(name):
    assert CLAIMS[name].check(finite_width().isel(width=[0, 1])).verdict == UNDECIDED


def test_cells_that_were_not_measured_are_in_the_reason():
    group = finite_width()
    group["kernel_drift"] = group["kernel_drift"].where(group["n_train"] == 128)
    assert "; 8 of 16 cells were not measured" in CLAIMS["jz20-sec2-kernel-constant"].check(group).reason
    assert "; 2 of 4 cells were not measured" in CLAIMS["jz20-sec2-kernel-constant-width"].check(group).reason


def test_slopes_are_fitted_from_the_first_width_on_and_after_the_last_step_that_all_widths_have():
    path = finite_width()["logit_distance_path"]
    last = path["step"][-4]
    at_widest = path.sel(width=2048)
    assert at_widest.sel(step=last).notnull().any() and at_widest.sel(step=path["step"] > last).isnull().all()
    bent = path.where((path["width"] >= 256) & (path["step"] == last), 1e6).where(path.notnull())
    found, words = width_slopes(bent)
    expected, _ = width_slopes(path)
    assert found.value.shape == (2, 2) and (found.value == expected.value).all()
    assert (found.lower(0.995) < -0.5).all() and (found.upper(0.995) > -0.5).all()
    assert f"after {int(last)} steps" in words
