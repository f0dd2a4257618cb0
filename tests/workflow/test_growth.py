"""A study grows by a batch of worlds: the new batches are computed, and nothing that was there is made again."""

import pytest
import yaml
from workflow.snakemake_study import RESULTS, SMOKE, Study, digest_of, output_of, planned_jobs

from kdtheory import open_cube

# What is left of the study, with the datasets whose worlds grow.
EXPERIMENTS = {"margin": ["margin_10", "margin_100"], "mixing": ["boundary"]}
DATASETS = [name for datasets in EXPERIMENTS.values() for name in datasets]
STORED = ("datasets/*/*.nc", "teachers/**/*.nc", "teachers/**/*.safetensors", "students/**/*.nc")
# Jobs of one batch.
OF_A_BATCH = {"make_dataset": 3, "train_teacher": 1, "export_logits": 3, "fit_linear": 2, "fit_kernel": 1}


class GrowingStudy(Study):
    """A study of a few experiments, whose jobs compute one world each."""

    def with_worlds(self, worlds):
        """The options and the target of a run with so many worlds."""
        datasets = {name: {"worlds": worlds, "worlds_per_job": 1} for name in DATASETS}
        (self.folder / "worlds.yaml").write_text(yaml.safe_dump({"datasets": datasets}))
        return [*SMOKE, "worlds.yaml", "--cores", "2", "--", "analysis"]

    def stored(self):
        """Digest of the bytes and time of change of every file of datasets, teachers and students."""
        return {str(file): (digest_of(file), file.stat().st_mtime_ns) for file in self.files(*STORED)}


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A study of two worlds that was given a third: what it stored before, what it planned then, the study."""
    study = GrowingStudy.short(tmp_path_factory.mktemp("growth") / "study", EXPERIMENTS)
    first = study.run(*study.with_worlds(2))
    assert first.returncode == 0, output_of(first)[-5000:]
    before = study.stored()
    planned = planned_jobs(study.run("-n", *study.with_worlds(3)))
    second = study.run(*study.with_worlds(3))
    assert second.returncode == 0, output_of(second)[-5000:]
    return before, planned, study


def test_exactly_the_new_batches_are_computed(grown):
    before, planned, study = grown
    assert planned == {**OF_A_BATCH, "measure": len(EXPERIMENTS), "analysis": 1}
    new = study.stored().keys() - before.keys()
    assert len(new) == sum(OF_A_BATCH.values())
    assert {file.rpartition("/")[2].partition(".")[0] for file in new} == {"0002"}


def test_what_was_there_is_not_made_again_and_is_the_same_byte_for_byte(grown):
    before, _, study = grown
    after = study.stored()
    assert len(before) == 2 * sum(OF_A_BATCH.values())
    assert {file: after[file] for file in before} == before


def test_the_groups_have_all_worlds_and_know_the_configuration(grown):
    *_, study = grown
    cube = open_cube(study.folder / RESULTS / "analysis")
    assert cube["linear/margin"]["world"].values.tolist() == [0, 1, 2]
    assert cube["wide/mixing"]["world"].values.tolist() == [0, 1, 2]
    found = yaml.safe_load(cube.attrs["config"])["datasets"]
    asked = yaml.safe_load((study.folder / "worlds.yaml").read_text())["datasets"]
    assert {name: {key: found[name][key] for key in block} for name, block in asked.items()} == asked


def test_a_batch_that_the_configuration_has_not_is_no_target(grown):
    *_, study = grown
    asked = study.run("-n", *study.with_worlds(3)[:-1], f"{RESULTS}/students/margin/dim_10/0003.nc")
    assert asked.returncode != 0
    assert "neither a rule nor a result of this configuration; did you mean" in output_of(asked)
