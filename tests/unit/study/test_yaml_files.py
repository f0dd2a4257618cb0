"""Files that no YAML loader should take, each with the one line that it gives, within 2 s and 200 MB."""

import os
import re
import resource
import time
from pathlib import Path

import pytest
import yaml

from kdtheory.study.text_files import UnreadableFile
from kdtheory.study.yaml_files import read

REPOSITORY = Path(__file__).parents[3]
FILES = [REPOSITORY / "config.yaml", *sorted((REPOSITORY / "workflow" / "presets").glob("*.yaml"))]


def repeated(first, line):
    """Ten generations, of which each names the one before ten times."""
    return first + "".join(line.format(name=f"a{n}", before=",".join([f"*a{n - 1}"] * 10)) for n in range(1, 11))


HOSTILE = {
    "a key twice": (
        "seed: 1\nexperiments:\n  mixing: {a: 1}\n  mixing: {b: 2}\n",
        4,
        "experiments.mixing: is written twice, first in line 3",
    ),
    "a key twice in braces": (
        "experiments: {mixing: {a: 1}, mixing: {b: 2}}\n",
        1,
        "experiments.mixing: is written twice",
    ),
    "two merges": ("a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n", 4, "b.<<: is written twice"),
    "a bomb of lists": (
        repeated("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n", "{name}: &{name} [{before}]\n"),
        4,
        "a3: has more than 10,000 values",
    ),
    "a bomb of merges": (
        repeated("a0: &a0 {k: 1}\n", "{name}: &{name} {{<<: [{before}]}}\n"),
        5,
        "values, aliases counted as often",
    ),
    "an octal integer": ("seed: 010\n", 1, "seed: 010 is 8 in YAML 1.1 and 10 in YAML 1.2"),
    "a sexagesimal integer": ("preset: x\nseed: 1:30\n", 2, "seed: 1:30 is 90 in YAML 1.1 and '1:30' in YAML 1.2"),
    "an octal integer of YAML 1.2": ("seed: 0o10\n", 1, "seed: 0o10 is '0o10' in YAML 1.1 and 8"),
    "a switch": ("preset: yes\n", 1, "preset: yes is True in YAML 1.1"),
    "a number beyond all": ("seed: 1e999\n", 1, "seed: 1e999 is no finite number"),
    "no number": ("seed: .nan\n", 1, "seed: .nan is no finite number"),
    "a tab that YAML 1.1 refuses": ("a: [1, 2\t]\n", 1, "found character '\\t' that cannot start any token"),
    "a colon at the end of a key": ("a:\n  b: {c:, d: 2}\n", 2, "a.b: c: ends with a colon"),
    "a date": ("preset: 2001-01-01\n", 1, "preset: 2001-01-01 is a date"),
    "UTF-16": ("seed: 1\n".encode("utf-16"), 1, "is not UTF-8 text, at byte 0"),
    "latin-1": ("# one\nseed: 1 # é\n".encode("latin-1"), 2, "is not UTF-8 text"),
    "two documents": ("seed: 1\n---\nseed: 2\n", 2, "a second document begins here"),
    "a tab": ("datasets:\n\tx: 1\n", 2, "found character '\\t' that cannot start any token"),
    "NUL": ("seed: 1\nx: \0\n", 2, "unprintable character '\\x00'"),
    "deep lists": ("a: " + "[" * 15000 + "]" * 15000 + "\n", 1, "is nested in more than 20 levels"),
    "deep blocks": ("\n".join(" " * n + "a:" for n in range(200)), 22, "is nested in more than 20 levels"),
    "deep keys": ("{" * 30000, 1, "has a key that is no plain text"),
    "a list within itself": ("a: &a [*a]\n", 1, "a.0: the alias *a stands within what it repeats"),
    "a block within itself": ("a: &a {b: *a}\n", 1, "a.b: the alias *a stands within what it repeats"),
    "an alias of nothing": ("a: *b\n", 1, "a: the alias *b has no anchor before it"),
    "an anchor twice": ("a: &x 1\nb: &x 2\n", 2, "b: the anchor &x is set twice"),
    "5,000 digits": ("seed: " + "9" * 5000 + "\n", 1, "seed: is a value of 5000 characters"),
    "a tag that runs code": ('a: !!python/object/apply:os.system ["touch outside"]\n', 1, "a: has the tag"),
    "an expression that runs code": (
        '__use_yte__: true\n?open("outside", "w") and "a": 1\n',
        1,
        "__use_yte__: lets Snakemake run code",
    ),
    "a directive": ("%YAML 1.1\n---\nseed: 010\n", 2, "has a directive"),
    "nothing": ("", 1, "is empty"),
    "a list": ("- a\n", 1, "must be a block of keys"),
    "a number as a key": ("1: a\n", 1, "has the key 1, which is no text"),
    "a list as a key": ("? [a, b]\n: 1\n", 1, "has a key that is no plain text"),
    "a merge of text": ("a: {<<: text}\n", 1, "a.<<: must be an alias of a block"),
    "an open quote": ('a: "xyz\nb: [1, 2\n', 3, "found unexpected end of stream"),
    "a missing comma": ("a: [1 2, 3\nb: 1\n", 2, ""),
    "half a megabyte": ("a: [" + "0.5, " * 100_000 + "1]\n", None, "has more than 32,000 bytes"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("content", "line", "words"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_file_that_is_not_plain_data_is_one_line_with_file_line_and_key(tmp_path, content, line, words):
    path = tmp_path / "mine.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before, memory = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableFile) as caught:
        read(path)
    assert time.process_time() - before < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 200_000
    assert re.fullmatch(re.escape(f"{path}:" if line is None else f"{path}:{line}: ") + ".+", str(caught.value))
    assert words in str(caught.value)
    assert not (tmp_path / "outside").exists() and not Path("outside").exists()


def test_the_largest_file_that_is_read_takes_at_most_two_seconds(tmp_path):
    (tmp_path / "mine.yaml").write_text("a: [" + "1, " * 9990 + "]\n")
    before = time.process_time()
    assert read(tmp_path / "mine.yaml").values == {"a": [1] * 9990}
    assert time.process_time() - before < 2


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_our_files_are_read_as_snakemake_reads_them(file):
    document = read(file)
    assert document.values == yaml.safe_load(file.read_text())
    line = document.lines["experiments", "kernel_distillation" if file.stem == "own" else "transfer", "cells"]
    assert file.read_text().splitlines()[line - 1].strip().startswith("cells:")


def test_anchors_aliases_and_merges_work(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("a: &a {x: 1, y: [2]}\nb: {<<: *a, x: 3}\nc: *a\nd: {<<: [{x: 5}, *a], z: 1.0e-3}\ne: 1e-3\n")
    values = read(path).values
    assert values == {
        "a": {"x": 1, "y": [2]}, "b": {"x": 3, "y": [2]}, "c": {"x": 1, "y": [2]}, "d": {"x": 5, "y": [2], "z": 1e-3},
        "e": 1e-3,
    }  # fmt: skip


def test_json_is_read_too(tmp_path):
    (tmp_path / "mine.json").write_text('{"seed": 1,\n\t"preset": "smoke", "a": [1.5, null, true]}')
    assert read(tmp_path / "mine.json").values == {"seed": 1, "preset": "smoke", "a": [1.5, None, True]}


def test_what_is_no_file_is_one_line(tmp_path):
    (tmp_path / "smoke.yaml").touch()
    with pytest.raises(UnreadableFile, match=r"smok\.yaml: no such file; did you mean .*smoke\.yaml\?"):
        read(tmp_path / "smok.yaml")
    with pytest.raises(UnreadableFile, match="is no regular file"):
        read(tmp_path)
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(UnreadableFile, match="is no regular file"):
        read(tmp_path / "pipe.yaml")
    with pytest.raises(UnreadableFile, match="File name too long"):
        read(tmp_path / ("a" * 1000))
