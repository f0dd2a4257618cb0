import pytest
import xarray as xr

from kdtheory.analysis.coordinates import COORDINATES, with_coordinates_described


def test_a_coordinate_gets_its_meaning_and_keeps_what_it_says_itself():
    theta = xr.Variable("theta", [0.0, 1.0], {"units": "degree"})
    described = with_coordinates_described(xr.Dataset(coords={"theta": theta, "world": [0, 1]}))
    assert described["theta"].attrs == {"long_name": COORDINATES["theta"][0], "units": "degree"}
    assert described["world"].attrs == dict(zip(("long_name", "units"), COORDINATES["world"], strict=True))
    assert not xr.Dataset(coords={"world": [0]})["world"].attrs


def test_a_coordinate_that_nobody_described_is_an_error_that_names_it():
    with pytest.raises(RuntimeError, match="coordinate noise has no long_name, units"):
        with_coordinates_described(xr.Dataset(coords={"noise": [0.0]}))
    own = xr.Variable("noise", [0.0], {"long_name": "noise", "units": "1"})
    assert with_coordinates_described(xr.Dataset(coords={"noise": own}))["noise"].attrs == own.attrs
