import pytest


@pytest.fixture(autouse=True)
def without_garbage_collection(monkeypatch):
    """A collection before each round takes a tenth of a second in a process that has loaded all tests."""
    monkeypatch.setattr("bench.harness.gc.collect", lambda: 0)
