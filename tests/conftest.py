"""What several folders of tests share: the finished smoke study, and the count of the faults that a run survived."""

from pathlib import Path

import pytest
from workflow.fault_ledger import FaultLedger, keep
from workflow.snakemake_study import SMOKE, Study


def pytest_addoption(parser):
    parser.addoption("--keep-faults", metavar="FILE", type=Path, help="write the counts of the faults tried to a file")
    parser.addoption("--stops", metavar="N", type=int, default=4, help="how often the whole study is stopped")
    parser.addoption(
        "--soak-minutes", metavar="N", type=float, help="how long to soak; without it 3, and no count is kept"
    )
    parser.addoption("--without", metavar="PACKAGE", help="skip the modules that cannot be imported for lack of it")


def pytest_configure(config):
    config.fault_ledger = FaultLedger()
    config.soak_ledger = FaultLedger()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    missing = collector.config.getoption("--without")
    if report.failed and missing:
        cause = report.call.excinfo.value.__cause__
        if isinstance(cause, ModuleNotFoundError) and cause.name == missing:
            report.outcome, report.longrepr = "skipped", (str(collector.path), 0, f"Skipped: needs {missing}")
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep the tests of the workflow in one process, since each process would run a smoke study of its own."""
    from xdist.scheduler import LoadScopeScheduling

    class OneProcessForTheWorkflow(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return "workflow" if nodeid.startswith("tests/workflow/") else nodeid

    return OneProcessForTheWorkflow(config, log)


@pytest.fixture
def faults(pytestconfig):
    """The count of the faults that were tried and survived."""
    return pytestconfig.fault_ledger


@pytest.fixture(scope="session")
def smoke(tmp_path_factory):
    """The finished smoke study, run on two cores."""
    return Study.copied_to(tmp_path_factory.mktemp("smoke") / "study").finish(*SMOKE, "--cores", "2")


def pytest_terminal_summary(terminalreporter, config):
    for part, ledger in {"faults": config.fault_ledger, "soak": config.soak_ledger}.items():
        if ledger:
            terminalreporter.section(part)
            for line in ledger.lines():
                terminalreporter.write_line(line)


def pytest_sessionfinish(session, exitstatus):
    config = session.config
    kept = config.getoption("--keep-faults")
    # A run that stopped or failed tells nothing of the faults that it did not come to.
    if kept and exitstatus == pytest.ExitCode.OK:
        if config.fault_ledger:
            keep(kept, "faults", config.fault_ledger.records())
        if config.getoption("--soak-minutes") and config.soak_ledger:
            keep(kept, "soak", config.soak_ledger.records())
