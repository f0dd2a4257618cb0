import json
from dataclasses import replace
from pathlib import Path

import pytest

from kdtheory.claims.registry import Claim, claims
from kdtheory.pages import protocol
from kdtheory.pages.freeze import digests, exploratory

REPOSITORY = Path(__file__).parents[3]


def test_the_committed_page_is_up_to_date():
    committed = (REPOSITORY / "docs" / "protocol.md").read_text(encoding="utf-8")
    frozen = json.loads((REPOSITORY / "docs" / "freeze.json").read_text(encoding="utf-8"))
    assert committed == protocol.page(claims(), frozen), "run: python -m kdtheory.pages.protocol"


CLAIM = Claim(
    "pl19-x", "1", "Risk | falls.", "risk", "paired t", 0.05, "pl19_fig1", ("linear/x",), len,
    kind="order", scope="reading", reading="of the mean", parts=("early", "late"), tolerance=0.1, assumes=("a.b",),
)  # fmt: skip


def test_a_claim_is_a_row_with_what_was_declared():
    text = protocol.page({"pl19-x": CLAIM}, digests({"pl19-x": CLAIM}))
    assert "1 claims, 1 of them about random data. Their error rates add up to 0.05" in text
    assert "Exploratory: none." in text and "Exploratory: `pl19-x`." in protocol.page({"pl19-x": CLAIM}, {})
    row = text.splitlines()[-1]
    cells = ["`pl19-x`", r"Risk \| falls. (Reading: of the mean.) Parts: early; late.", "order", "reading", "risk"]
    assert row == "| " + " | ".join([*cells, "paired t", "0.1", "0.05", "`a.b`"]) + " |"


@pytest.mark.parametrize(
    "changed",
    [{"statement": "Risk rises."}, {"test": "t"}, {"tolerance": 0.2}, {"error_rate": 0.1}, {"parts": ()}],
)
def test_a_claim_that_changed_since_the_freeze_is_exploratory(changed):
    frozen = digests({"pl19-x": CLAIM})
    assert exploratory({"pl19-x": replace(CLAIM, figure="pl19_fig2", reads=())}, frozen) == set()
    assert exploratory({"pl19-x": replace(CLAIM, **changed)}, frozen) == {"pl19-x"}
