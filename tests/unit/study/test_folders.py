import re
from pathlib import Path

import pytest

from kdtheory.claims.collect import STAGES
from kdtheory.study.folders import folder_of
from kdtheory.study.schema import schema

REPOSITORY = Path(__file__).parents[3]
PRESETS = schema("study.yaml")["properties"]["preset"]["enum"]


@pytest.mark.parametrize(
    ("preset", "folders"), [("default", ("results", "logs")), ("smoke", ("results/smoke", "logs/smoke"))]
)
def test_every_preset_but_the_default_one_has_folders_below(preset, folders):
    assert (folder_of(preset), folder_of(preset, "logs")) == folders


def test_no_preset_has_the_name_of_what_lies_beside_its_folder():
    rules = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "workflow" / "rules").glob("*.smk"))
    made = set(re.findall(r"<(?:results|logs)>/(\w+)", rules))
    assert set(STAGES) < made
    # The last two are of `make replicate` and `make bench`.
    assert not set(PRESETS) & {*made, "replicates", "bench"}
