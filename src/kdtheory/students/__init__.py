"""Students: what learns from a teacher's logits.

Stage modules (``linear``, ``linear_path``, ``deep_linear``, ``kernel``, ``image_kernel``, ``resnet``) fit the cells of
experiments; the other modules are learners on arrays and parts of these stages.
"""

from kdtheory._facade import facade

__getattr__, __dir__, __all__ = facade(
    __name__,
    {
        "descent": ("soft_descent", "hard_descent"),
        "max_margin": ("max_margin_weights",),
        "reduced_bias": ("reduced_bias_weights",),
    },
)
