# What is checked before any job: the configuration files, their values, sizes and scales, targets and variables.
import os
import sys

from snakemake.exceptions import WorkflowError

from kdtheory.jobs import records, variables
from kdtheory.study import config as study_config
from kdtheory.study import configuration_files, folders, sizes

# Jobs are given the files that the main process has checked; a workflow that uses this one as a module has its own.
FIRST = workflow.is_main_process and workflow.modifier.parent_modifier is None
CONFIG_FILES = []
if FIRST:
    if not workflow.config_settings.replace_workflow_config:
        CONFIG_FILES.append(workflow.current_basedir.join("../../config.yaml").get_path_or_uri(secret_free=False))
    CONFIG_FILES += workflow.overwrite_configfiles
    CONFIG_FILES = [os.path.relpath(path) for path in CONFIG_FILES]


def refused(check, *arguments, of="config"):
    """What a check returns; what it refuses ends the run with one line."""
    try:
        return check(*arguments)
    except ValueError as error:
        raise WorkflowError(f"{of}: {error}") from None


if FIRST:
    refused(variables.check_variables, of="environment")
    refused(configuration_files.read, CONFIG_FILES)


def checked(found):
    """The configuration, when the strict reading of its files is what Snakemake found in them."""
    if not FIRST:
        return refused(study_config.check, found)
    # A number of jobs stands for a cluster, whose nodes are not this machine.
    on_cluster = workflow.resource_settings.nodes is not None
    memory = sizes.LARGEST_NODE if on_cluster else sizes.machine_memory()
    config = refused(configuration_files.check, CONFIG_FILES, found, workflow.config_settings.config, memory)
    # A folder that was killed in a run is unlocked whatever it holds.
    if not variables.presets_may_mix() and "--unlock" not in sys.argv:
        refused(records.check_preset, folders.folder_of(config["preset"]), config["preset"], of="results")
    return config
