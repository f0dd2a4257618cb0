"""What ``kdtheory problem``, ``diagnose`` and ``loss`` print and write, and how they fail."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from problem_arrays import problem_arrays
from scipy.special import softmax

from kdtheory.__main__ import main
from kdtheory.jobs import storage
from kdtheory.problem import Problem, write_problem


@pytest.fixture
def file(tmp_path):
    """Write a problem with some arrays changed; return its path."""

    def write(**changes):
        path = tmp_path / "mine.npz"
        write_problem(Problem.from_arrays(**{**problem_arrays(n=90, audit=60), **changes}), path)
        return path

    return write


def fails(capsys, *arguments):
    with pytest.raises(SystemExit) as end:
        main(list(map(str, arguments)))
    err = capsys.readouterr().err
    return end.value.code, err


def test_a_right_problem_is_checked_in_two_lines(file, capsys):
    assert main(["problem", "check", str(file())]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("mine.npz: 90 transfer, 60 audit, 0 test points, 4 classes, 3 checkpoints")
    assert second == "nothing odd"


def test_every_finding_is_a_line_and_a_refusal_is_status_1(file, capsys):
    logits = softmax(problem_arrays(n=90, audit=60)["teacher_logits"], axis=2)
    assert main(["problem", "check", str(file(teacher_logits=logits, seen=np.arange(150) < 9))]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == ["refused", "warning"]
    assert lines[1].endswith("[probabilities]")


@pytest.mark.parametrize("command", [["problem", "check"], ["diagnose"], ["loss", "check"]])
def test_files_that_cannot_be_read_are_one_error_line(tmp_path, capsys, command):
    for name, content in (("none.npz", None), ("bad.npz", b"bad"), ("mine.txt", b"")):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        status, err = fails(capsys, *command, tmp_path / name)
        assert status == 1 and err.startswith("error: ") and err.count("\n") == 1, err
        assert name in err


@pytest.mark.slow
def test_a_diagnosis_is_a_page_a_cube_and_a_summary(file, tmp_path, capsys):
    assert main(["diagnose", str(file()), "-o", str(tmp_path / "out"), "--hard-label-error", "0.9"]) == 0
    out = capsys.readouterr().out
    assert "start: checkpoint 30, α = 0.9 with T², T = 4 (ρ = 0.9931)" in out and "errs on 0.900" in out
    summary = storage.read(tmp_path / "out" / "diagnosis.json")
    cube = storage.read_tree(tmp_path / "out" / "diagnosis.nc")
    assert summary["kernel_flow_error"] == cube.attrs["kernel_flow_error"]
    assert summary["ranking_of"].startswith("kernel student")
    assert len(summary["ranking"]) == 10 and len(summary["teachers"]) == 3
    assert [rank["error"] for rank in summary["ranking"]] == cube["ranking"]["error"].values[:10].tolist()
    json.dumps(summary, allow_nan=False)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "diagnosis.html",
        "diagnosis.json",
        "diagnosis.nc",
    ]


@pytest.mark.slow
def test_a_refusal_ends_the_diagnosis_unless_it_is_accepted(file, tmp_path, capsys):
    logits = np.roll(problem_arrays(n=90, audit=60)["teacher_logits"], 1, axis=1)
    path = file(teacher_logits=logits)
    status, err = fails(capsys, "diagnose", path, "-o", tmp_path / "out")
    assert status == 1 and "mismatched-rows" in err and not (tmp_path / "out").exists()
    assert main(["diagnose", str(path), "-o", str(tmp_path / "out"), "--accept", "mismatched-rows"]) == 0
    assert "refused: " in capsys.readouterr().out


class _Page(HTMLParser):
    """Every tag is closed, and every address is of the page itself."""

    VOID = ("meta", "br", "path", "use", "rect", "circle", "image")

    def __init__(self):
        super().__init__()
        self.open, self.addresses, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action", "data")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action", "data")]

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.slow
@pytest.mark.parametrize("whole", [True, False])
def test_the_page_needs_no_network_and_promises_nothing(file, tmp_path, capsys, whole):
    changes = {} if whole else {"audit_labels": None, "split": None}
    main(["diagnose", str(file(**changes)), "-o", str(tmp_path)])
    capsys.readouterr()
    page, source = _Page(), (tmp_path / "diagnosis.html").read_text(encoding="utf-8")
    page.feed(source)
    assert page.open == [] and all(address.startswith("#") for address in page.addresses)
    assert not re.search(r"<script|@import|url\((?!#)", source)
    text = " ".join(" ".join(page.text).split())
    for heading in (
        "Where to start",
        "Certain: who wins",
        "Kernel student: ranking of 31 settings",
        "each tool's words",
        "ρ at T = 4",
    ):
        assert heading in text
    assert ("audit error of the kernel student" in source) or not whole
    assert not re.search(r"\bnan\b", text.lower())
    # What may not be promised: other n, a verdict of the norm, a sign for real students.
    assert "Nothing is extrapolated" in text and "It is no prediction for trained networks" in text
    assert "decides nothing about your students" in text
    assert not re.search(r"would need|needed n|will improve|you will|expected gain|supervision complexity", text)


@pytest.mark.slow
def test_findings_are_escaped_in_the_page(file, tmp_path, capsys):
    arrays = problem_arrays(n=90, audit=60)
    arrays["inputs"][1] = arrays["inputs"][0]
    names = np.array([f"<script>{i}</script>" for i in range(150)])
    main(["diagnose", str(file(ids=names, inputs=arrays["inputs"])), "-o", str(tmp_path)])
    assert "<script>" not in (tmp_path / "diagnosis.html").read_text(encoding="utf-8")


def test_a_loss_is_checked_from_its_file(tmp_path, capsys):
    rng = np.random.default_rng(0)
    z, z_t, labels = rng.normal(0, 2, (12, 5)), rng.normal(0, 2, (12, 5)), rng.integers(0, 5, 12)
    gradient = (0.9 / 4 * (softmax(z / 4, 1) - softmax(z_t / 4, 1)) + 0.1 * (softmax(z, 1) - np.eye(5)[labels])) / 12
    path = tmp_path / "loss.npz"
    np.savez(path, student_logits=z, teacher_logits=z_t, labels=labels, gradient=gradient)
    assert main(["loss", "check", str(path), "--alpha", "0.9", "--temperature", "4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ρ = 0.9000, T = 4" and lines[-1] == "the soft term lacks its factor T²"
    np.savez(path, student_logits=z, labels=labels)
    assert "lacks teacher_logits, gradient" in fails(capsys, "loss", "check", path)[1]
