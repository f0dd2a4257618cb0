"""The group of effective logits on a coarse grid, with variables that are true to a statement or false."""

from functools import cache

import numpy as np

from kdtheory.analysis import effective_logits as analysis
from kdtheory.analysis.measurement import Experiment


@cache
def _measured():
    settings = {
        "soft_ratios": [0.05, 0.2, 0.5, 0.7, 1.0], "temperatures": [0.2, 0.5, 1.0, 2.0, 5.0], "largest_logit": 10.0,
        "logits": 21, "descent_steps": 2000, "descent_rate": 0.2,
    }  # fmt: skip
    return analysis.measure(Experiment(settings, None, {}, {}, {}))


def effective_logits(**changed):
    """The real group; ``changed`` variables are functions of it."""
    group = _measured()
    return group.assign({name: change(group) for name, change in changed.items()})


def scaled(name, factor):
    """A variable, larger or smaller by a factor."""
    return {name: lambda group: factor * group[name]}


def shifted(name, change, **where):
    """A variable that is off by a constant, at one value of a coordinate where it is given."""

    def change_of(group):
        values = group[name]
        elsewhere = [group[dim] != value for dim, value in where.items()]
        return values.where(*elsewhere, values + change) if elsewhere else values + change

    return {name: change_of}


def reversed_along(name, dim):
    """A variable whose order along a dimension is turned round."""
    return {name: lambda group: group[name].isel({dim: slice(None, None, -1)}).assign_coords({dim: group[dim]})}


def towards_label(logit):
    """Effective logits of one size, all on the correct side."""
    return {"effective_logit": lambda group: logit * (2 * group["label"] - 1) + 0 * group["effective_logit"]}


def share_of_teacher(share):
    """Effective logits that are a share of the teacher's."""
    return {"effective_logit": lambda group: share * group["teacher_logit"] + 0 * group["effective_logit"]}


def cut_off(factor=1.0, side=""):
    """Effective logits that are the cut-off itself, but for a factor above, below or on both sides of the threshold."""

    def cut(group):
        threshold, teacher = group["threshold"], group["teacher_logit"]
        logit = (2 * group["label"] - 1) * np.maximum(threshold, np.abs(teacher))
        chosen = {"above": teacher > threshold, "below": teacher <= threshold, "": teacher < np.inf}[side]
        return logit.where(~chosen, factor * logit)

    return {"effective_logit": cut}


def uneven_plateau(unevenness, name="effective_logit"):
    """Logits on a plateau, which at the largest teacher logit is higher by this share."""
    return {
        name: lambda group: (
            10 * (1 + unevenness * (group["teacher_logit"] == group["teacher_logit"].max())) + 0 * group[name]
        )
    }


def confident_limit(logit=10.0, **colder):
    """Limits for wrong teachers of a constant size, or of another below T = 1."""
    cold = colder.get("cold", logit)
    return {"wrong_teacher_limit": lambda g: 0 * g["threshold"] + logit + (cold - logit) * (g["temperature"] < 1)}
