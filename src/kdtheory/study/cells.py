"""What a cell of an experiment asks of its dataset and teacher: points, worlds, epochs that they have."""

import math

from kdtheory.study import batches, own
from kdtheory.study.schema import ConfigError, dotted, shown


def check(config: dict, settings: dict, path: tuple) -> None:
    """Check one cell against the blocks of its dataset and teacher.

    Parameters
    ----------
    config : dict
        The configuration, valid by its schemas.
    settings : dict
        The cell's block.
    path : tuple of str
        Its keys, for the message.

    Raises
    ------
    ConfigError
        On the first thing that dataset or teacher have not.
    """
    _check_sizes(config, settings, path)
    _check_what_inputs_have(config, settings, path)
    _check_chains(config, settings, path)


def _check_sizes(config, settings, path):
    """Students ask for no more points than there are, in increasing sizes, and for steps that make whole epochs."""
    dataset, largest = config["datasets"][settings["dataset"]], max(settings.get("n_train", [0]))
    for key in ("n_points", "transfer_points"):
        if largest > dataset.get(key, math.inf):
            raise ConfigError(
                f"{dotted((*path, 'n_train'))}: asks for {largest} points, "
                f"but datasets.{settings['dataset']}.{key} is {dataset[key]}"
            )
    if "risk" in settings.get("kept", []) and "n_risk" not in dataset and not own.is_file(dataset):
        raise ConfigError(
            f"{dotted((*path, 'kept'))}: holds risk, for which datasets.{settings['dataset']}.n_risk is needed"
        )
    if sorted(settings.get("n_train", [])) != settings.get("n_train", []):
        raise ConfigError(f"{dotted((*path, 'n_train'))}: is {settings['n_train']}, must increase")
    if settings.get("recorded_steps", 0) > settings.get("max_steps", math.inf):
        raise ConfigError(f"{dotted((*path, 'recorded_steps'))}: is {settings['recorded_steps']}, must be ≤ max_steps")
    if "steps" in settings:
        from kdtheory.students.steps import epochs_of

        for n_train in settings["n_train"]:
            try:
                epochs_of(settings["steps"], n_train, settings["batch_size"])
            except ValueError as error:
                raise ConfigError(f"{dotted((*path, 'steps'))}: {error}") from error


def _check_what_inputs_have(config, settings, path):
    """Students see only the epochs that their teacher has, and the worlds, runs and points that their dataset has."""
    teacher, dataset = config["teachers"][settings["teacher"]], config["datasets"][settings["dataset"]]
    limits = {}
    if "stopping_epochs" in teacher:
        limits["stopping_epochs"] = (set(teacher["stopping_epochs"]), f"an epoch that {settings['teacher']} keeps")
    if "n_test" in dataset:
        beyond = dataset["n_test"] + dataset.get("n_oracle", 0)
        allowed = range(dataset["n_test"], beyond + 1)
        limits["oracle_sizes"] = (allowed, f"between n_test = {dataset['n_test']} and n_test + n_oracle = {beyond}")
    source = "datasets" if "worlds" in dataset else "teachers"
    for key, limiting, named in (
        ("test_points", "n_test", "datasets"),
        ("pool_points", "n_points", "datasets"),
        ("last_size", "n_points", "datasets"),
        ("worlds", "worlds", source),
        ("trained_worlds", "worlds", source),
        ("runs", "runs", "datasets"),
    ):
        name = settings[named.removesuffix("s")]
        most = config[named][name].get(limiting, math.inf)
        if settings.get(key, 0) > most:
            raise ConfigError(
                f"{dotted((*path, key))}: is {settings[key]}, must be at most {named}.{name}.{limiting} = {most}"
            )
    if "worlds" in dataset and settings.get("worlds", 0) % (size := batches.size(dataset)):
        raise ConfigError(
            f"{dotted((*path, 'worlds'))}: is {settings['worlds']}, must be a multiple of {size}, "
            f"the worlds of a job of datasets.{settings['dataset']}"
        )
    if "dims" in dataset:
        limits["dims"] = (dataset["dims"], f"one of datasets.{settings['dataset']}.dims")
        for key, known in (("modes", dataset["modes"]), ("width_law", dataset["width_laws"])):
            if (value := settings["flipped"][key]) not in known:
                where = dotted((*path, "flipped", key))
                raise ConfigError(f"{where}: is {shown(value)}, must be one of datasets.{settings['dataset']}: {known}")
    elif "dims" in settings:
        limits["dims"] = (
            range(1, dataset["dim"] + 1),
            f"at most datasets.{settings['dataset']}.dim = {dataset['dim']}",
        )
    for key, (allowed, words) in limits.items():
        for value in settings.get(key, []):
            if value not in allowed:
                raise ConfigError(f"{dotted((*path, key))}: holds {value}, must be {words}")


def _check_chains(config, settings, path):
    """The sizes of chains lie in their pool and increase; errors are counted on points that the dataset has."""
    dataset, pool = config["datasets"][settings["dataset"]], settings.get("pool_points", math.inf)
    for key, largest in (
        ("n_train", max(settings.get("n_train", [0]))),
        ("largest_size", settings.get("largest_size", 0)),
    ):
        if largest > pool:
            raise ConfigError(f"{dotted((*path, key))}: asks for {largest} points, but pool_points is {pool}")
    if "last_size" in settings and settings["last_size"] <= settings["first_size"]:
        raise ConfigError(
            f"{dotted((*path, 'last_size'))}: is {settings['last_size']}, must be above first_size = "
            f"{settings['first_size']}"
        )
    most = dataset.get("n_test", math.inf) + dataset.get("n_oracle", 0)
    if settings.get("error_points", 0) > most:
        raise ConfigError(
            f"{dotted((*path, 'error_points'))}: is {settings['error_points']}, must be at most n_test + n_oracle = "
            f"{most} of datasets.{settings['dataset']}"
        )
