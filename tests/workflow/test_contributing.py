"""CONTRIBUTING, followed to the letter in a copy: its templates, its two entries of config.yaml, its commands."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
TEMPLATES = REPOSITORY / "docs" / "templates"
OURS = ("src", "tests", "bench", "docs", "envs", "profiles", "workflow")
# What the configuration's entries and the commands change beside the files that they add.
GENERATED = {"docs/options.md", "docs/protocol.md"}


def code_of(language):
    """The one block of code of a language that CONTRIBUTING shows."""
    (code,) = re.findall(rf"^```{language}\n(.*?)^```$", CONTRIBUTING, flags=re.DOTALL | re.MULTILINE)
    return code


def with_entries(config, entries):
    """The text of a configuration with entries at the beginning of its sections."""
    for section in re.split(r"^(?=\w)", entries, flags=re.MULTILINE)[1:]:
        head, lines = section.split("\n", 1)
        assert config.count(f"\n{head}\n") == 1, f"config.yaml has no section {head}"
        config = config.replace(f"\n{head}\n", f"\n{head}\n{lines.rstrip()}\n")
    return config


def digests(folder):
    """Digest of every file that is no cache, by path."""
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in files if not any(part.startswith((".", "__pycache__")) for part in path.parts)]
    return {path.as_posix(): hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in kept}


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """Digests before and after, and the finished commands."""
    copy = tmp_path_factory.mktemp("contributor") / "kdtheory"
    copy.mkdir()
    for name in OURS:
        shutil.copytree(REPOSITORY / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for path in REPOSITORY.iterdir():
        if path.is_file() and not path.name.startswith(".git"):
            shutil.copy2(path, copy)
    before = digests(copy)
    config = (copy / "config.yaml").read_text(encoding="utf-8")
    (copy / "config.yaml").write_text(with_entries(config, code_of("yaml")), encoding="utf-8")
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    finished = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", code_of("sh")], cwd=copy, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": tools, "PYTHONPATH": str(copy / "src")},
    )  # fmt: skip
    return before, digests(copy), finished


def test_every_command_succeeds_and_the_dry_run_finds_what_was_added(followed):
    _, _, finished = followed
    assert finished.returncode == 0, (finished.stdout + finished.stderr)[-5000:]
    planned = finished.stdout + finished.stderr
    assert "Export the logits of teacher noisy on margin_10" in planned
    assert "Measure noise" in planned and "Draw ext_noise" in planned
    assert re.search(r"Missing output files: results/claims/ext[-_]noise[a-z-]*\.json", planned)


def test_nothing_is_edited_but_the_configuration_and_generated_pages(followed):
    before, after, _ = followed
    templates = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.*") if path.is_file()}
    assert after.keys() - before.keys() == templates
    assert before.keys() <= after.keys()
    assert {path for path, digest in before.items() if after[path] != digest} == {"config.yaml", *GENERATED}


def test_the_entries_are_one_teacher_and_one_experiment():
    assert {section: list(entries) for section, entries in yaml.safe_load(code_of("yaml")).items()} == {
        "teachers": ["noisy"], "experiments": ["noise"]
    }  # fmt: skip
