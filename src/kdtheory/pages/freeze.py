"""The frozen protocol: which declarations of claims were fixed before the study that judges them.

docs/freeze.json holds a digest of every declaration as it was in the commit that wrote the file last. A claim that was
declared or changed later is exploratory until a fresh root seed has confirmed it.
"""

import hashlib
import json

from kdtheory.claims.registry import Claim

# What a claim says of itself and how it is judged; neither its figure nor the groups that it reads.
_FIXED = (
    "statement", "reading", "parts", "kind", "scope", "quantity", "test", "tolerance", "error_rate", "assumes"
)  # fmt: skip


def digests(declared: dict[str, Claim]) -> dict[str, str]:
    """Return the SHA-256 of each declaration, its first 16 hexadecimal digits, by id.

    Parameters
    ----------
    declared : dict of str to Claim
        Claims by id.
    """
    return {name: _digest([getattr(claim, field) for field in _FIXED]) for name, claim in declared.items()}


def exploratory(declared: dict[str, Claim], frozen: dict[str, str]) -> set[str]:
    """Return the ids of the claims whose declaration is not the frozen one.

    Parameters
    ----------
    declared : dict of str to Claim
        Claims by id, as they are now.
    frozen : dict of str to str
        What `digests` returned when the protocol was frozen.
    """
    return {name for name, digest in digests(declared).items() if frozen.get(name) != digest}


def _digest(fields):
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()[:16]
