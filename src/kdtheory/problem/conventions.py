"""How tools weigh the two terms of a distillation loss: from each tool's own numbers to the soft ratio ρ of JZ20 Eq. 2.

ρ is the weight in ρ·CE(softmax(z_t/T), softmax(z/T)) + (1 − ρ)·CE(y, softmax(z)). With weights w of the soft term, that
includes T² where the tool multiplies by it, and h of the hard one, a loss has the minimiser of ρ = w/(w + h).
"""

from dataclasses import dataclass

from kdtheory.theory.arguments import real_number


@dataclass(frozen=True)
class Convention:
    """The loss of a tool.

    Parameters
    ----------
    name : str
        The tool, and what of it.
    soft, hard : str
        Which of the tool's numbers is the weight of the soft and of the hard term, for people.
    times_temperature_squared : bool
        Whether the tool multiplies the soft term by T².
    line : str
        The line that gives soft weight {soft:g}, hard weight {hard:g} and temperature {temperature:g}, as far as the
        tool has them.
    remark : str
        What is easily missed.
    """

    name: str
    soft: str
    hard: str
    times_temperature_squared: bool
    line: str
    remark: str = ""

    def spelled(self, alpha: float, temperature: float) -> str:
        """Return the line for the weight α of the soft term, times T² where the tool does so itself, and 1 − α."""
        return self.line.format(soft=alpha, hard=1 - alpha, temperature=temperature)


CONVENTIONS = {
    "torchdistill": Convention(
        "torchdistill, KDLoss", "beta, by default 1 − alpha", "alpha", True,
        "KDLoss(..., temperature={temperature:g}, alpha={hard:g}, reduction='batchmean')",
        "alpha weighs the hard labels; with alpha 0 the soft term alone is left",
    ),
    "repdistiller": Convention(
        "RepDistiller, --distill kd", "alpha (-a)", "gamma (-r)", True,
        "python train_student.py --distill kd -r {hard:g} -a {soft:g} -b 0 --kd_T {temperature:g}",
    ),
    "distillkit": Convention(
        "DistillKit", "weight of kl", "weight of cross_entropy", True,
        "loss_functions: [{{function: cross_entropy, weight: {hard:g}}}, "
        "{{function: kl, weight: {soft:g}, temperature: {temperature:g}}}]",
        "weights are divided by their sum; made for language models, whose tokens this diagnosis does not treat",
    ),
    "trl": Convention(
        "TRL, GKDTrainer", "1", "0", False,
        "ρ = 1 and T = 1 alone: GKDConfig(beta=0.0)",
        "no hard labels, and temperature is that of generation, not of the loss; beta 0 is KL(teacher, student)",
    ),
    "keras": Convention(
        "Keras, Distiller", "1 − student_loss_weight", "student_loss_weight", True,
        "Distiller(teacher, student, distillation_losses=LogitsDistillation(temperature={temperature:g}), "
        "student_loss_weight={hard:g})",
        "T² is there for 'kl_divergence' alone",
    ),
    "torch": Convention(
        "plain torch", "alpha", "1 − alpha", True,
        "loss = {soft:g} * {temperature:g}**2 * kl_div(log_softmax(z / {temperature:g}, 1), softmax(z_t / "
        "{temperature:g}, 1), reduction='batchmean') + {hard:g} * cross_entropy(z, y)",
        "reduction='mean' divides the soft term by the number of classes too",
    ),
    "torch-without": Convention(
        "plain torch without T²", "alpha", "1 − alpha", False,
        "loss = {soft:g} * kl_div(log_softmax(z / {temperature:g}, 1), softmax(z_t / {temperature:g}, 1), "
        "reduction='batchmean') + {hard:g} * cross_entropy(z, y)",
        "alpha is ρ itself",
    ),
}  # fmt: skip


def soft_ratio_of(tool: str, soft: float, hard: float, temperature: float) -> float:
    """Return the soft ratio ρ of a tool's weights.

    Parameters
    ----------
    tool : str
        A key of ``CONVENTIONS``.
    soft, hard : float
        Weights of the soft and of the hard term, as the tool takes them; not negative, not both 0. TRL's GKDTrainer
        has no hard term: ``hard`` must be 0.
    temperature : float
        T > 0.

    Raises
    ------
    ValueError
        An unknown tool, or a number is out of range.
    """
    if tool not in CONVENTIONS:
        raise ValueError(f"tool is {tool!r}, must be one of {', '.join(CONVENTIONS)}")
    soft, hard, temperature = (
        real_number(name, value) for name, value in (("soft", soft), ("hard", hard), ("temperature", temperature))
    )
    if not (soft >= 0 and hard >= 0 and soft + hard > 0 and temperature > 0):
        raise ValueError(
            f"weights {soft}, {hard} must not be negative or both 0, and temperature {temperature} positive"
        )
    if tool == "trl" and hard != 0:
        raise ValueError("TRL's GKDTrainer has no hard term: hard must be 0")
    if CONVENTIONS[tool].times_temperature_squared:
        soft *= temperature**2
    return soft / (soft + hard)
