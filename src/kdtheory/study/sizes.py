"""What a study's largest arrays take, before any job: one that no memory holds is refused with the key to change."""

import os
from math import inf
from pathlib import Path

from kdtheory.study.operations import dataset_bytes, is_counted, logits_bytes, student_cost, teacher_cost
from kdtheory.study.schema import ConfigError, dotted, schema

# Of the largest node that a cluster is assumed to have.
LARGEST_NODE = 1 << 40
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def machine_memory() -> int:
    """Return the bytes of memory of this machine, or of the control group that the process is in when it has less."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        limit = Path(file).read_text().strip() if Path(file).is_file() else ""
        total = min(total, int(limit)) if limit.isdigit() else total
    return total


def check_sizes(config: dict, memory: float) -> None:
    """Check that the largest arrays of every job fit into memory.

    Parameters
    ----------
    config : dict
        A checked configuration.
    memory : float
        Bytes that a job may take.

    Raises
    ------
    kdtheory.study.schema.ConfigError
        They do not; the message names the job, the memory, and the key whose half would save the most.
    """
    for job, blocks, cost in _jobs(config):
        needed = cost(*(block for _, block in blocks))
        if needed > memory:
            path, value = _largest_factor(blocks, cost)
            raise ConfigError(
                f"{dotted(path)}: is {_short(value)}, with which {job} takes about {_amount(needed)} of "
                f"memory at once, and there are {_amount(memory)}"
            )


def _jobs(config):
    """Each job: what it is, the blocks of the configuration that its memory depends on, and its bytes by them."""
    for name, block in config["datasets"].items():
        yield f"making the dataset {name}", [(("datasets", name), block)], dataset_bytes
    for experiment, block in config["experiments"].items():
        student = schema(f"experiments/{experiment}.yaml").get("x-student")
        for cell_name, cell in block.get("cells", {}).items():
            dataset, teacher = (("datasets", cell["dataset"]), ("teachers", cell["teacher"]))
            inputs = [(path, config[path[0]][path[1]]) for path in (dataset, teacher)]
            yield f"training the teacher {cell['teacher']}", inputs, _teacher_bytes
            yield f"exporting the logits of {cell['teacher']}", inputs, logits_bytes
            if student and is_counted(student):
                path = ("experiments", experiment, "cells", cell_name)
                yield f"fitting {experiment}, {cell_name}", [(path, cell), *inputs], _student_bytes(student)


def _teacher_bytes(dataset, teacher):
    cost = teacher_cost(teacher, dataset)
    return cost.bytes if cost else 0


def _student_bytes(student):
    return lambda cell, dataset, teacher: student_cost(student, cell, dataset, teacher).bytes


def _largest_factor(blocks, cost):
    """Path and value of the key whose half would save the most memory."""
    best, found = inf, None
    for index, (path, block) in enumerate(blocks):
        for key, value in block.items():
            if isinstance(value, list) and len(value) > 1:
                less = value[: len(value) // 2]
            elif isinstance(value, int) and value > 1:
                less = value // 2
            else:
                continue
            halved = [each for _, each in blocks]
            halved[index] = {**block, key: less}
            if (saved := cost(*halved)) < best:
                best, found = saved, ((*path, key), value)
    return found


def _short(value):
    return f"a list of {len(value)} up to {max(value)}" if isinstance(value, list) else value


def _amount(count):
    unit = min(max(0, int(count).bit_length() - 1) // 10, len(_UNITS) - 1)
    return f"{count / 1024**unit:.1f} {_UNITS[unit]}"
