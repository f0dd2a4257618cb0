"""Results that were damaged after they were written: each is found and named, none is used."""

import shutil

import pytest
from workflow.snakemake_study import LOGS, RESULTS, SMOKE, Study, output_of

from kdtheory import open_cube
from kdtheory.jobs.storage import CorruptFile
from kdtheory.jobs.verify import verify

# One file of each stage, of four parts of the study that have nothing in common: its kind → file, what reads it, and
# the log of the job that does.
VICTIMS = {
    "dataset": (
        "datasets/gaussian_below/0000.nc", f"{RESULTS}/teachers/norms/logits/gaussian_below/0000.nc",
        "teachers/norms-gaussian_below/0000",
    ),
    "checkpoint": (
        "teachers/network/checkpoints/0000.safetensors", f"{RESULTS}/teachers/network/logits/boundary/0000.nc",
        "teachers/network-boundary/0000",
    ),
    "student": ("students/margin/dim_10/0000.nc", f"{RESULTS}/analysis/margin.nc", "analysis/margin"),
    "cube group": ("analysis/angle_law.nc", f"{RESULTS}/figures/pl19_fig1.svg", "figures/pl19_fig1"),
}  # fmt: skip


def truncated(content):
    return content[: len(content) * 2 // 3]


def bit_flipped(content):
    """One bit of the last number that a file holds: its data come last or fill most of it."""
    changed = bytearray(content)
    changed[position_of_data(content)] ^= 0x10
    return bytes(changed)


def position_of_data(content):
    # Where bytes vary most there are numbers, no header and no padding.
    windows = range(0, len(content) - 64, 64)
    return max(windows, key=lambda start: len(set(content[start : start + 64]))) + 32


@pytest.mark.parametrize("damage", [truncated, bit_flipped], ids=lambda damage: damage.__name__)
def test_a_damaged_file_of_any_stage_is_named_and_never_used(short, tmp_path, faults, damage):
    study = Study(tmp_path / "study")
    shutil.copytree(short.folder, study.folder, symlinks=True)
    results = study.folder / RESULTS
    with faults.survives(
        f"a {damage.__name__.replace('_', '-')} dataset, checkpoint, student, cube group or cube",
        "`verify` and the job that reads it name it; nothing is computed from it; deleted, it is made again the same",
        moments=len(VICTIMS) + 1,
    ):
        for name in [*(victim for victim, *_ in VICTIMS.values()), "cube.nc"]:
            (results / name).write_bytes(damage((results / name).read_bytes()))
        found = [line.split(":")[0] for line in verify(results)[1]]
        assert found == sorted(
            str(results / name) for name in [*(victim for victim, *_ in VICTIMS.values()), "cube.nc"]
        )
        with pytest.raises(CorruptFile, match=r"cube\.nc"):
            open_cube(results / "cube.nc")

        readers = [reader for _, reader, _ in VICTIMS.values()]
        failed = study.run(*SMOKE, "--cores", "2", "--forcerun", *readers, "--", *readers)
        assert failed.returncode != 0
        for victim, reader, log in VICTIMS.values():
            said = (study.folder / LOGS / f"{log}.log").read_text()
            assert f"{RESULTS}/{victim}: " in said and "delete it and run again" in said and "Traceback" not in said
            assert not (study.folder / reader).exists(), f"{reader} was made from a damaged {victim}"

        for name in [*(victim for victim, *_ in VICTIMS.values()), "cube.nc"]:
            (results / name).unlink()
        # Named by their stages: what only finished results were made from, `all` alone would not make again.
        repaired = study.run(*SMOKE, "--cores", "2", "--", "datasets", "teachers", "students", "all")
        assert repaired.returncode == 0, output_of(repaired)[-5000:]
        assert study.contents() == short.contents()
        assert verify(results)[1] == []


def test_a_job_that_raises_costs_only_what_needs_it(short, tmp_path, faults):
    study = Study(tmp_path / "study")
    shutil.copytree(short.folder, study.folder, symlinks=True)
    source = study.folder / "src/kdtheory/analysis/margin.py"
    right = source.read_text()
    with faults.survives(
        "a job that raises an error",
        "its log says so, what needs it waits, all else completes; mended, only that is computed",
    ):
        source.write_text(right.replace('"""\n', '"""\nraise ValueError("broken on purpose")\n', 1))
        failed = study.run(*SMOKE, "--cores", "2")
        assert failed.returncode != 0
        assert "broken on purpose" in (study.folder / LOGS / "analysis/margin.log").read_text()
        assert not (study.folder / RESULTS / "analysis/margin.nc").exists()
        figures = {path.name for path in study.files("figures/*.svg")}
        assert "pl19_fig1.svg" in figures and "pl19_fig4.svg" in figures
        whole, damaged = verify(study.folder / RESULTS)
        assert whole and not damaged

        source.write_text(right)
        mended = study.run(*SMOKE, "--cores", "2")
        assert mended.returncode == 0, output_of(mended)[-5000:]
        assert study.contents() == short.contents()
