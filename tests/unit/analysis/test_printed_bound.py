import numpy as np
import pytest

from kdtheory.analysis.printed_bound import counterexample


def test_the_built_student_exceeds_the_printed_bound_and_keeps_the_one_of_the_proof():
    found = {name: float(value) for name, value in counterexample().items()}
    assert found["counterexample_risk"] > 0.99 and found["counterexample_risk_bound_printed"] < 0.01
    assert found["counterexample_risk_bound"] == 1.0
    # The student's weights less the zero function's are (1, −0.012), but for terms in 0.01².
    assert found["counterexample_angle"] == pytest.approx(np.pi - 0.012, abs=1e-4)
    # Sign changes are missed within that angle of the two zeros, on one side of each.
    assert found["counterexample_risk"] == pytest.approx(1 - 0.012 / np.pi, abs=2e-3)
    assert found["counterexample_risk_bound_printed"] == pytest.approx(2 * 0.012 / np.pi, abs=2e-3)
