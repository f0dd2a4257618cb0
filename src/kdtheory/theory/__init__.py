"""Pure mathematics of both papers, in NumPy and SciPy: angles, risks, bounds, effective logits."""

from kdtheory._facade import facade

__getattr__, __dir__, __all__ = facade(
    __name__,
    {
        "projection": ("project_onto_span",),
        "risk": ("polynomial_angle_risk",),
        "bounds": ("transfer_risk_bound",),
        "stationarity": ("effective_logits", "soft_ratio_from_tsquared"),
        "multiclass": ("effective_logits_multiclass",),
        "class_decisions": ("deciding_soft_ratio", "hard_label_correction_multiclass"),
        "correction": ("hard_label_correction",),
    },
)
