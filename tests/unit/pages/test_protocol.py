from pathlib import Path

from kdtheory.claims.registry import Claim, claims
from kdtheory.pages import protocol

REPOSITORY = Path(__file__).parents[3]


def test_the_committed_page_is_up_to_date():
    committed = (REPOSITORY / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert committed == protocol.page(claims()), "run: python -m kdtheory.pages.protocol"


def test_a_claim_is_a_row_with_what_was_declared():
    claim = Claim(
        "pl19-x", "1", "Risk | falls.", "risk", "paired t", 0.05, "pl19_fig1", ("linear/x",), len,
        kind="order", scope="reading", reading="of the mean", parts=("early", "late"), tolerance=0.1, assumes=("a.b",),
    )  # fmt: skip
    text = protocol.page({"pl19-x": claim})
    assert "1 claims, 1 of them about random data. Their error rates add up to 0.05" in text
    row = text.splitlines()[-1]
    cells = ["`pl19-x`", r"Risk \| falls. (Reading: of the mean.) Parts: early; late.", "order", "reading", "risk"]
    assert row == "| " + " | ".join([*cells, "paired t", "0.1", "0.05", "`a.b`"]) + " |"
