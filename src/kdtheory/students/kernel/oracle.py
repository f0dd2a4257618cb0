"""Oracles of kernel students: the same regression on many more points, which approximates Δw* and Δw_z (JZ20 Sec. 3).

Weight changes are written in the orthonormal basis that the points span in their order, as
`NestedRegression.coefficients` are, so that inner products with every prefix of a student are cumulative sums.

A *nested* oracle has the transfer points, then test and oracle points: it is a longer prefix of the student's own
regression. An *independent* one has only the latter. Either interpolates z_eff and −z₀ at the test points once these
are among its points; on them, Theorem 1 is then exact.

An *online* oracle has seen the points of the independent one in a single pass of SGD, the paper's own route.
"""

import numpy as np
import xarray as xr
from scipy.linalg import solve_triangular

from kdtheory.kernels.nested import NestedRegression


def oracle_variables(run):
    """Return what JZ20 Theorem 1 needs of one run.

    Parameters
    ----------
    run : kdtheory.students.kernel.run.KernelRun
        Its settings' ``oracle_sizes`` are numbers of points beyond the transfer points.

    Returns
    -------
    xarray.Dataset
        Nested: ``coefficients(…, n)`` of Δw* and ``zero_coefficients(n)`` of Δw_z on all points. Independent, for each
        ``oracle_size``: coordinates ``oracle_projection(…, oracle_size, n_transfer)`` and ``zero_projection`` on the
        span of the transfer points, ``oracle_norm(…, oracle_size)``, ``zero_norm`` and ``oracle_zero_inner``, Δw*·Δw_z.
        Online: ``online_projection(…, oracle_size, n_transfer)`` and ``online_norm(…, oracle_size)``.
        At test points: ``test_logit(…, n_train, test)`` z_s, ``test_target(…, test)`` z_eff, ``test_teacher`` z_t,
        ``test_kernel(test)`` Θ(x, x). At the transfer points, which an independent oracle has not seen:
        ``fresh_logit(…, oracle_size, n_transfer)``, (Δw* − Δw_z)ᵀφ(x), and ``fresh_kernel(n_transfer)`` Θ(x, x).
    """
    settings = run.settings
    sizes = xr.Variable("oracle_size", settings.oracle_sizes)
    changes = np.column_stack([run.stacked, -run.initial])
    nested = NestedRegression(run.kernel, changes).coefficients
    beyond = slice(run.n_transfer, None)
    given = run.kernel[beyond, beyond], run.kernel[beyond, run.transfer], changes[beyond], sizes.values
    norms, inner, projections, logits = independent_oracle(run.regression, *given)
    online_norms, online_projections = online_oracle(run.regression, *given)

    def of_targets(values, *dims):
        return run.labelled("coefficients", values[..., :-1], dims)

    dims = ("oracle_size", "n_transfer")
    return xr.Dataset(
        {
            "coefficients": of_targets(nested, "n"),
            "zero_coefficients": ("n", nested[:, -1]),
            "oracle_projection": of_targets(projections, *dims),
            "zero_projection": (dims, projections[..., -1]),
            "oracle_norm": of_targets(norms, "oracle_size"),
            "zero_norm": ("oracle_size", norms[:, -1]),
            "oracle_zero_inner": of_targets(inner, "oracle_size"),
            "online_projection": of_targets(online_projections, *dims),
            "online_norm": of_targets(online_norms, "oracle_size"),
            "test_logit": run.test_logits,
            "test_target": run.at_test_points(run.changes["coefficients"] + xr.DataArray(run.initial, dims="sample")),
            "test_teacher": run.at_test_points(run.teacher_logits),
            "test_kernel": ("test", np.diagonal(run.kernel)[run.test].copy()),  # a view would keep the kernel
            "fresh_logit": of_targets(logits - logits[..., -1:], *dims),
            "fresh_kernel": ("n_transfer", np.diagonal(run.kernel)[run.transfer].copy()),
        },
        coords={"oracle_size": sizes, "n_transfer": np.arange(1, run.n_transfer + 1)},
    )


def independent_oracle(transfer, gram, cross, changes, sizes):
    """Fit regressions on the first N of points of their own and project them onto the span of the transfer points.

    The projection has the coordinates L⁻¹f, f being the oracle's own Δz at the transfer points: both are inner
    products with the features φ(x_i).

    Parameters
    ----------
    transfer : NestedRegression
        On the n transfer points.
    gram : array, shape (m, m)
        Kernel of the oracle's points.
    cross : array, shape (m, n)
        Kernel between the oracle's points (rows) and the transfer points.
    changes : array, shape (m, k)
        Δz at the oracle's points.
    sizes : sequence of int
        N in 1..m.

    Returns
    -------
    norms : numpy.ndarray, shape (sizes, k)
        ‖Δw_N‖.
    inner : numpy.ndarray, shape (sizes, k)
        ⟨Δw_N, Δw_N of the last column⟩.
    projections : numpy.ndarray, shape (sizes, n, k)
        Coordinates of Δw_N on the span of the transfer points.
    logits : numpy.ndarray, shape (sizes, n, k)
        What Δw_N adds to the logits at the transfer points.

    Raises
    ------
    ValueError, NotPositiveDefiniteError
        As `NestedRegression`.
    """
    oracle = NestedRegression(gram, changes)
    last = np.asarray(sizes) - 1
    inner = np.cumsum(oracle.coefficients * oracle.coefficients[:, -1:], axis=0)
    logits = oracle.predict(cross, sizes)
    projections = np.stack([transfer.with_targets(values).coefficients for values in logits])
    return oracle.norms()[last], inner[last], projections, logits


def online_oracle(transfer, gram, cross, changes, sizes):
    """Train on the first N of points of their own by SGD, each point once, and project onto the transfer points' span.

    A step Δw ← Δw + η(Δz_t − Δwᵀφ(x_t))φ(x_t) on a fresh point adds a_tφ(x_t). With the rate η = 1/Θ(x_t, x_t), at
    which a step fits its point and does not overshoot, Θ(x_t, x_t)a_t = Δz_t − Σ_{s<t} Θ(x_t, x_s)a_s: the steps are a
    triangular system, and a pass over fewer points is a prefix of its solution.

    Parameters
    ----------
    transfer, gram, cross, changes, sizes
        As of `independent_oracle`.

    Returns
    -------
    norms : numpy.ndarray, shape (sizes, k)
        ‖Δw‖ after N steps.
    projections : numpy.ndarray, shape (sizes, n, k)
        Coordinates of Δw on the span of the transfer points.
    """
    steps = solve_triangular(gram, changes, lower=True, check_finite=False)
    norms = [np.sqrt(np.einsum("ik,ik->k", steps[:size], gram[:size, :size] @ steps[:size])) for size in sizes]
    logits = [cross[:size].T @ steps[:size] for size in sizes]
    return np.stack(norms), np.stack([transfer.with_targets(values).coefficients for values in logits])
