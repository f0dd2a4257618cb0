"""The settings that are compared, and what a student of each one learns: effective logits for K classes."""

from dataclasses import dataclass

import numpy as np

from kdtheory.problem.data import AUDIT, Problem
from kdtheory.theory.multiclass import effective_logits_multiclass
from kdtheory.theory.stationarity import soft_ratio_from_tsquared

# α weighs the soft term, which is multiplied by T²; 1 − α the hard one.
ALPHAS = (0.1, 0.5, 0.9, 1.0)
TEMPERATURES = (1.0, 2.0, 4.0)
START_ALPHA, START_TEMPERATURE = 0.9, 4.0


@dataclass(frozen=True)
class Setting:
    """A teacher's checkpoint (its position), α and T; α = 0 is hard labels, without a teacher."""

    checkpoint: int
    alpha: float
    temperature: float

    @property
    def soft_ratio(self) -> float:
        """ρ of JZ20 Eq. 2."""
        return float(soft_ratio_from_tsquared(self.alpha, self.temperature))

    def name(self, problem: Problem) -> str:
        """Return the setting in words."""
        if self.alpha == 0:
            return "hard labels"
        checkpoint = f"checkpoint {problem.checkpoints[self.checkpoint]:g}"
        if self.alpha == 1:
            return f"{checkpoint}, teacher alone"
        return f"{checkpoint}, α = {self.alpha:g}, T = {self.temperature:g}"


HARD = Setting(0, 0.0, 1.0)


def all_settings(problem: Problem) -> list[Setting]:
    """Return hard labels, where every transfer point has one, and every checkpoint, α and T; T is 1 where α is 1.

    Without hard labels the temperature does not matter: the loss is least at the teacher's logits.
    """
    grid = [
        Setting(checkpoint, alpha, temperature)
        for checkpoint in range(len(problem.checkpoints))
        for alpha in ALPHAS
        for temperature in (TEMPERATURES if alpha < 1 else (1.0,))
    ]
    return [HARD, *grid] if _all_labelled(problem) else grid


def start_setting(problem: Problem) -> Setting:
    """Return the teacher that errs least on audit points, α = 0.9 and T = 4; without audit labels, on all labels."""
    judged = audit_points(problem)
    if not len(judged):
        judged = np.flatnonzero(problem.labels >= 0)
    errors = np.mean(problem.teacher_logits[:, judged].argmax(axis=2) != problem.truth[judged], axis=1)
    return Setting(int(errors.argmin()), START_ALPHA, START_TEMPERATURE)


def main_settings(problem: Problem) -> list[Setting]:
    """Return those that are followed in the sample size: hard labels, each teacher alone, and the start."""
    alone = [setting for setting in all_settings(problem) if setting.alpha in (0, 1)]
    return [*alone, start_setting(problem)]


def audit_points(problem: Problem) -> np.ndarray:
    """Return the positions of the audit points that have a label."""
    audit = problem.of(AUDIT)
    return audit[problem.truth[audit] >= 0]


def student_targets(problem: Problem, points: np.ndarray, setting: Setting) -> np.ndarray:
    """Return the logits at which the loss of each point is least, for a student of ``setting``.

    Parameters
    ----------
    problem : Problem
    points : ndarray of int, shape (m,)
        Positions; a point without a label has the soft term alone.
    setting : Setting

    Returns
    -------
    ndarray, shape (m, K)
        Centred. Of hard labels the centred one-hot vectors, whose multiples lead to the same decisions.
    """
    labels = problem.labels[points]
    if setting.alpha == 0:
        return np.eye(problem.n_classes)[labels] - 1 / problem.n_classes
    logits = problem.teacher_logits[setting.checkpoint, points]
    targets = logits - logits.mean(axis=1, keepdims=True)
    labelled = labels >= 0
    if setting.alpha < 1 and labelled.any():
        targets[labelled] = effective_logits_multiclass(
            logits[labelled], labels[labelled], setting.soft_ratio, setting.temperature
        )
    return targets


def _all_labelled(problem):
    return bool((problem.labels[problem.split == 0] >= 0).all())
