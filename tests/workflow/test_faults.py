"""What a kill and a failed download leave behind: nothing half-written, and a run that goes on."""

import json
import shutil
import time

from workflow.snakemake_study import LOGS, RESULTS, SMOKE, Study, output_of, planned_jobs

from kdtheory import open_cube
from kdtheory.figures.registry import figures
from kdtheory.study.schema import names

IMAGES = ("mnist", "cifar10")
EXPERIMENTS = names("experiments")


def claims_of(study):
    """The record of each claim that was checked, by its id."""
    files = study.files("claims/*.json")
    return {entry["id"]: entry for file in files for entry in json.loads(file.read_text())["claims"]}


def test_a_run_of_few_experiments_on_one_core_killed_midway_gives_the_same_data_and_figures_to_the_bit(smoke, tmp_path):
    study = Study.short(tmp_path / "study")
    driver = study.start(*SMOKE, "--cores", "1")
    deadline = time.monotonic() + 300
    while len(list(study.folder.glob(f"{RESULTS}/students/*/*/*.nc"))) < 4:
        assert driver.poll() is None and time.monotonic() < deadline, "the run ended before it could be killed"
        time.sleep(0.1)
    study.kill(driver)
    finished_before = {path: path.stat().st_mtime_ns for path in study.folder.glob(f"{RESULTS}/datasets/*/*.nc")}
    assert not (study.folder / RESULTS / "analysis/mixing.nc").exists()

    assert study.resume("--cores", "1").wait(timeout=1800) == 0
    # Of other experiments there are other claims.
    found, expected = (
        {name: digest for name, digest in whole.contents().items() if "/claims" not in name} for whole in (study, smoke)
    )
    assert found == {name: expected[name] for name in found}
    assert {name.split("/")[2] for name in found} == {"datasets", "teachers", "students", "analysis", "figures"}
    checked, others = claims_of(study), claims_of(smoke)
    assert checked and checked == {name: others[name] for name in checked}
    unchanged = [path for path, when in finished_before.items() if path.stat().st_mtime_ns == when]
    assert len(unchanged) >= len(finished_before) - 1, "what was finished is not computed again"


def test_without_images_the_rest_completes_and_a_later_run_adds_them(smoke, tmp_path):
    study = Study.copied_to(tmp_path / "study")
    targets = [f"{RESULTS}/figures/pl19_{name}.svg" for name in ("fig1", "fig2", "fig4")]
    offline = {"KDTHEORY_SOURCES": "none", "KDTHEORY_CACHE": str(tmp_path / "empty"), "KDTHEORY_DATA": ""}
    wanted = ["--logger", "kdtheory", "--", *targets, f"{RESULTS}/datasets/cifar10_resnet/0000.nc"]
    failed = study.run(*SMOKE, "--cores", "2", *wanted, **offline)
    assert failed.returncode != 0
    *_, heading, one, other, last = output_of(failed).splitlines()
    assert heading == "2 jobs failed:"
    assert {one, other} == {f"  Fetch and verify {name}: see {LOGS}/datasets/fetched/{name}.log" for name in IMAGES}
    counts = f"missing: {len(EXPERIMENTS) - 1} of {len(EXPERIMENTS)} groups of the cube, "
    assert last.startswith(f"{counts}{len(figures()) - 2} of {len(figures())} figures, ")
    assert "; cifar10 and mnist could not be had" in last and "KDTHEORY_SOURCES" in last and "KDTHEORY_DATA" in last
    for images in IMAGES:
        log = (study.folder / f"{LOGS}/datasets/fetched/{images}.log").read_text()
        assert "error:" in log and images in log
        assert "Traceback" not in log
    drawn = study.folder / RESULTS / "figures"
    assert {path.name for path in drawn.glob("*.svg")} == {"pl19_fig1.svg", "pl19_fig2.svg"}
    cube = open_cube(study.folder / RESULTS / "cube.nc")
    assert {node.path for node in cube.subtree if node.has_data} == {"/linear/angle_law"}
    assert (study.folder / RESULTS / "explorer.html").is_file()
    reported = study.run(*SMOKE, "--report", f"{RESULTS}/report.html", "--", "presentable")
    assert reported.returncode == 0, output_of(reported)[-5000:]

    claims = {entry["id"]: entry for entry in json.loads((study.folder / RESULTS / "claims.json").read_text())}
    reasons = [entry["reason"] for entry in claims.values() if "linear/bias" in entry["reason"]]
    assert all(entry["verdict"] == "not run" for entry in claims.values())
    assert reasons and all("mnist" in reason for reason in reasons)

    before = {path: path.stat().st_mtime_ns for path in drawn.glob("*.svg")}
    planned = planned_jobs(study.run(*SMOKE, "-n", *targets))
    assert planned["fetch_images"] == 1 and planned["measure"] == 1 and planned["draw_figure"] == 1
    added = study.run(*SMOKE, "--cores", "2", *targets)
    assert added.returncode == 0, output_of(added)[-5000:]
    assert (drawn / "pl19_fig4.svg").exists()
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_damaged_result_is_named_and_never_used(smoke, tmp_path):
    study = Study(tmp_path / "study")
    shutil.copytree(smoke.folder, study.folder, symlinks=True)
    victim = study.folder / RESULTS / "analysis/angle_law.nc"
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    failed = study.run(*SMOKE, "--cores", "1", "--forcerun", "draw_figure", "--", f"{RESULTS}/figures/pl19_fig1.svg")
    assert failed.returncode != 0
    log = (study.folder / LOGS / "figures/pl19_fig1.log").read_text()
    assert "angle_law.nc" in log and "delete it and run again" in log
