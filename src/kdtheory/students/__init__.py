"""Students: what learns from a teacher's logits.

One package for each family of students. Its stage module fits the cells of experiments (``linear.transfer``,
``linear.path``, ``deep_linear.paths``, ``kernel.points``, ``kernel.images``, ``finite_width.networks``, ``resnet``);
the other modules are learners on arrays and parts of these stages.
"""

from kdtheory._facade import facade

__getattr__, __dir__, __all__ = facade(
    __name__,
    {
        "linear.descent": ("soft_descent", "hard_descent"),
        "linear.max_margin": ("max_margin_weights",),
        "linear.reduced_bias": ("reduced_bias_weights",),
    },
)
