"""What is wrong with a problem: findings with their evidence, and the error that carries them."""

from collections.abc import Iterable
from dataclasses import dataclass

REFUSED, WARNING, NOTE = "refused", "warning", "note"


@dataclass(frozen=True)
class Finding:
    """One observation about a problem.

    Parameters
    ----------
    kind : str
        A short name such as ``probabilities``; a refusal of this kind can be accepted by name.
    severity : str
        ``refused``, ``warning`` or ``note``.
    message : str
        What is wrong, the numbers that show it, and what to do.
    """

    kind: str
    severity: str
    message: str

    def __str__(self):
        """Return ``severity: message [kind]``."""
        return f"{self.severity}: {self.message} [{self.kind}]"


class ProblemError(ValueError):
    """A problem, or the file of one, that cannot be used.

    Attributes
    ----------
    findings : tuple of Finding
        The refusals, at least one.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(self.findings)

    def __str__(self):
        """Return the messages in one line."""
        return "; ".join(f"{finding.message} [{finding.kind}]" for finding in self.findings)


def refuse(kind: str, message: str) -> ProblemError:
    """Return the error of a single refusal, to be raised."""
    return ProblemError([Finding(kind, REFUSED, message)])
