"""After the tests of the pages: how many claims are registered and have no kept result."""

from pathlib import Path

from kdtheory.pages.documents import claims_not_kept

REPOSITORY = Path(__file__).parents[3]


def pytest_terminal_summary(terminalreporter):
    missing = claims_not_kept(REPOSITORY)
    if missing:
        terminalreporter.section("claims without a kept result")
        terminalreporter.write_line(f"{len(missing)} claims are not in docs/claims.json (make docs keeps them):")
        terminalreporter.write_line("  " + ", ".join(missing))
