"""The page of findings: statements as printed by verdict, and readings that fail."""

from kdtheory.pages.findings import section


def record(name, verdict, scope="paper"):
    return {"id": name, "verdict": verdict, "scope": scope, "statement": f"Says {name}.", "reason": "1 of 2; more"}


def test_statements_as_printed_are_counted_by_verdict_and_failures_are_listed():
    records = [
        record("pl19-a", "holds"), record("pl19-b", "fails"), record("pl19-c", "fails", "reading"),
        record("pl19-d", "not decided at this scale"), record("pl19-e", "equal to rounding"),
        record("jz20-f", "holds in part"), record("ext-g", "fails", "ours"),
    ]  # fmt: skip
    pl19, jz20 = section(records).split("## JZ20")
    assert "Of 4 claims that take a statement as printed, 1 hold, 0 hold in part, 1 fail and 1 are not decided" in pl19
    assert (
        "* Says pl19-b. Measured: 1 of 2. (`pl19-b`)" in pl19 and "* Says pl19-c. Measured: 1 of 2. (`pl19-c`)" in pl19
    )
    assert "Not decided: `pl19-d`." in pl19
    assert "**Holds in part**" in jz20 and "jz20-f" in jz20 and "Not decided: none." in jz20 and "ext-g" not in jz20
