"""neural-tangents 0.6.5 on a JAX that is newer than it: the only module that may import neural_tangents.

Its last release is older than the JAX it runs on here. Each line below puts back one thing that it imports or
names while it is imported; none of them changes what a closed-form kernel, a Jacobian contraction or a prediction
computes. JAX 0.12 needs no more of them than 0.10.2 does. Its STRUCTURED_DERIVATIVES would need more than this and
are not used: :func:`kdtheory.kernels.empirical.empirical_ntk` has the same kernel in closed form.
"""

import sys
from types import ModuleType

import jax.core
import jax.extend.core
from jax.interpreters import ad

from kdtheory.kernels.devices import configure_jax

# Kernels are solved, and 32 bits do not suffice for that.
configure_jax()

# It would import TensorFlow (2 GB), for functions that are not used here.
sys.modules.setdefault("neural_tangents.experimental", ModuleType("neural_tangents.experimental"))

# JAX moved these from jax.core to jax.extend.core.
for _name in ("Jaxpr", "JaxprEqn", "Literal", "Primitive", "Var"):
    setattr(jax.core, _name, getattr(jax.extend.core, _name))

# JAX dropped jax.util. These two are map and zip that return lists and refuse unequal lengths.
_util = ModuleType("jax.util")
_util.safe_map = lambda function, *columns: [function(*row) for row in zip(*columns, strict=True)]
_util.safe_zip = lambda *columns: list(zip(*columns, strict=True))
sys.modules["jax.util"] = _util

# This primitive is gone. It is a key in the rules for structured derivatives, which nothing needs to match now.
ad.zeros_like_p = object()

from neural_tangents import empirical_ntk_fn, linearize, predict, stax  # noqa: E402

__all__ = ["empirical_ntk_fn", "linearize", "predict", "stax"]
