"""kdtheory: the theory of knowledge distillation, measured (Phuong & Lampert 2019; Ji & Zhu 2020)."""

from kdtheory._facade import facade

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = facade(__name__, {"cube": ("open_cube",), "problem.diagnosis": ("diagnose",)})
