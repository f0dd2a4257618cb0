"""A configuration file of damaged bytes is read as Snakemake reads it, or refused with one line that names it."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kdtheory.study.text_files import UnreadableFile
from kdtheory.study.yaml_files import read

SMOKE = (Path(__file__).parents[2] / "workflow" / "presets" / "smoke.yaml").read_bytes()
# Pieces that mean something to YAML, beside bytes that mean nothing.
PIECES = [
    b"\t",
    b"\0",
    b"\xff",
    b"- ",
    b"? ",
    b": ",
    b"&x ",
    b"*x",
    b"*network",
    b"<<: ",
    b"!!int ",
    b"|\n",
    b"'",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b"---\n",
    b"...\n",
    b"%YAML 1.1\n",
    b"010",
    b"1:30",
    b"yes",
    b"#",
    b"\r",
    b"\n  ",
]


@st.composite
def damaged(draw):
    content = SMOKE[: draw(st.sampled_from([200, 1200, len(SMOKE)]))]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 12))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4), st.just(content[start : start + 80])))
        content = content[:start] + piece + content[start + length :]
    return content


@pytest.mark.slow
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(content=damaged())
def test_a_damaged_file_is_read_as_snakemake_reads_it_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "damaged.yaml"
    path.write_bytes(content)
    try:
        found = read(path).values
    except UnreadableFile as error:
        assert str(error).startswith(f"{path}:") and str(error).isprintable()
        return
    assert found == yaml.safe_load(content.decode())
