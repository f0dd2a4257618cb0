import pytest

from kdtheory.jobs.device import device_choice
from kdtheory.jobs.variables import DOWNLOADS, allowed_downloads, check_variables, presets_may_mix

NAMES = ("CACHE", "DATA", "DEVICE", "MIXED_PRESETS", "PRESET", "SOURCES")


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(f"KDTHEORY_{name}", raising=False)


@pytest.mark.parametrize("empty", [False, True])
def test_an_empty_variable_is_one_that_is_not_set(monkeypatch, empty):
    for name in NAMES if empty else ():
        monkeypatch.setenv(f"KDTHEORY_{name}", "")
    check_variables()
    assert device_choice() == "auto"
    assert allowed_downloads() == set(DOWNLOADS)
    assert not presets_may_mix()


def test_what_a_job_can_use_passes(monkeypatch, tmp_path):
    for name, value in {
        "CACHE": str(tmp_path / "new" / "cache"), "DATA": str(tmp_path), "DEVICE": "cpu", "MIXED_PRESETS": "allow",
        "SOURCES": "npm, mirror",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"KDTHEORY_{name}", value)
    check_variables()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEVICE", "tpu", "KDTHEORY_DEVICE is 'tpu'; allowed are auto, cpu and gpu"),
        ("SOURCES", "ftp", "KDTHEORY_SOURCES must be 'none' or a list"),
        ("MIXED_PRESETS", "yes", "KDTHEORY_MIXED_PRESETS is 'yes'; allowed is allow"),
        ("DATA", "no/such", "KDTHEORY_DATA is 'no/such', which is no folder"),
        ("CACHE", f"{__file__}/cache", "test_variables.py is no folder"),
        ("DEVCE", "cpu", "KDTHEORY_DEVCE: unknown variable; did you mean KDTHEORY_DEVICE?"),
        ("COLOURS", "red", "KDTHEORY_COLOURS: unknown variable; "),
    ],
)
def test_what_no_job_can_use_is_named(monkeypatch, name, value, words):
    monkeypatch.setenv(f"KDTHEORY_{name}", value)
    with pytest.raises(ValueError) as caught:
        check_variables()
    assert words in str(caught.value) and "\n" not in str(caught.value)
