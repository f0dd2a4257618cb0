"""Infinite-width kernels, empirical kernels of finite networks, and regression on every prefix of a training set."""

from kdtheory._facade import facade

__getattr__, __dir__, __all__ = facade(
    __name__,
    {
        "infinite": ("relu_kernels",),
        "nested": ("NestedRegression", "NotPositiveDefiniteError"),
        "stationarity": ("effective_logits_jax",),
        "multiclass": ("effective_logits_multiclass_jax",),
    },
)
