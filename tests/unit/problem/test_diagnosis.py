"""The numbers of a diagnosis beside independent twins: direct solves, scipy's optimiser, and counts by hand."""

import numpy as np
import pytest
from problem_arrays import problem_arrays
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

import kdtheory
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.problem import Problem, ProblemError
from kdtheory.problem.kernel_student import (
    RELATIVE_RIDGE,
    hard_label_flow,
    kernel_of,
    random_order,
    sample_sizes,
    student_targets,
)
from kdtheory.problem.settings import HARD, Setting, all_settings, main_settings, start_setting
from kdtheory.theory.stationarity import effective_logits

PROBLEM = Problem.from_arrays(**problem_arrays(n=90, audit=60))
TRUTH = PROBLEM.truth[90:]


@pytest.fixture(scope="module")
def tree():
    return kdtheory.diagnose(PROBLEM)


def inputs(problem):
    reference = problem.features[problem.split == 0]
    return (problem.features - reference.mean(axis=0)) / np.sqrt(reference.var(axis=0).mean())


def gram(depth):
    return relu_kernels(inputs(PROBLEM), depth=depth)[0]


def predicted(depth, transfer, audit, targets):
    """Ridge regression by a direct solve; the ridge is that of all transfer points."""
    whole = gram(depth)
    ridge = RELATIVE_RIDGE * np.mean(np.diagonal(whole)[:90])
    own = whole[np.ix_(transfer, transfer)] + ridge * np.eye(len(transfer))
    return whole[np.ix_(audit, transfer)] @ np.linalg.solve(own, targets)


def loss(z, z_t, label, setting):
    """What a student's logits at one point minimise, as the user's loss is written: α with T²."""
    t, alpha = setting.temperature, setting.alpha
    soft = -softmax(z_t / t) @ log_softmax(z / t)
    return alpha * t**2 * soft - (1 - alpha) * log_softmax(z)[label]


@pytest.mark.parametrize("setting", [Setting(1, 0.9, 4.0), Setting(0, 0.1, 2.0), Setting(2, 0.5, 1.0)])
def test_targets_minimise_the_loss_as_users_write_it(setting):
    for point in range(5):
        z_t, label = PROBLEM.teacher_logits[setting.checkpoint, point], PROBLEM.labels[point]
        best = minimize(loss, np.zeros(4), (z_t, label, setting), tol=1e-12)
        target = student_targets(PROBLEM, np.array([point]), setting)[0]
        np.testing.assert_allclose(target, best.x - best.x.mean(), atol=2e-4)


def test_curves_are_those_of_direct_solves(tree):
    order, curve = random_order(PROBLEM, 0), tree["curve"]
    assert curve["depth"].values.tolist() == [1, 3, 5] and curve["n_train"].values[-1] == 90
    for depth in (1, 3, 5):
        for size in (curve["n_train"].values[0], 90):
            for position, setting in enumerate(main_settings(PROBLEM)):
                targets = student_targets(PROBLEM, order[:size], setting)
                decided = predicted(depth, order[:size], np.arange(90, 150), targets).argmax(axis=1)
                error = curve["error"].sel(depth=depth, n_train=size).isel(target=position)
                assert error == np.mean(decided != TRUTH)


def test_intervals_hold_the_errors(tree):
    for data in (tree["curve"], tree["ranking"], tree["teachers"]):
        assert (data["error_low"] <= data["error"]).all() and (data["error"] <= data["error_high"]).all()
        assert (data["error_low"] < data["error_high"]).all()


def test_leave_one_out_is_that_of_students_without_each_point(tree):
    position = [setting.alpha for setting in main_settings(PROBLEM)].index(0)
    wrong = 0
    for point in range(90):
        rest = np.setdiff1d(np.arange(90), point)
        decided = predicted(3, rest, [point], student_targets(PROBLEM, rest, HARD)).argmax()
        wrong += decided != PROBLEM.labels[point]
    assert tree["curve"]["left_out"].isel(target=position) == pytest.approx(wrong / 90)


def test_norms_are_quadratic_forms(tree):
    order = random_order(PROBLEM, 0)
    own = gram(3)[np.ix_(order, order)]
    own += RELATIVE_RIDGE * np.mean(np.diagonal(own)) * np.eye(90)
    for position, setting in enumerate(main_settings(PROBLEM)):
        targets = student_targets(PROBLEM, order, setting)
        by_class = [z @ np.linalg.solve(own, z) for z in targets.T]
        growth = tree["growth"].isel(target=position)
        np.testing.assert_allclose(growth["squared_norm_by_class"], by_class, rtol=1e-8)
        assert growth["squared_norm"].values[-1] == pytest.approx(sum(by_class), rel=1e-8)
        z = targets[:30]
        prefix = np.sum(z * np.linalg.solve(own[:30, :30], z))
        assert growth["squared_norm"].sel(n_train=30) == pytest.approx(prefix, rel=1e-8)


def test_data_inefficiency_is_the_slope_of_the_mean_norm_over_orders(tree):
    kernel = kernel_of(PROBLEM, 3, random_order(PROBLEM, 0))
    rng, norms = np.random.default_rng([0, 1]), []
    targets = student_targets(PROBLEM, kernel.transfer, main_settings(PROBLEM)[1])
    for _ in range(8):
        order = rng.permutation(90)
        forms = []
        for n in (32, 64):
            chosen = order[:n]
            forms.append(
                np.sum(targets[chosen] * np.linalg.solve(kernel.gram[np.ix_(chosen, chosen)], targets[chosen]))
            )
        norms.append(np.sqrt(forms))
    # The logarithm of a mean of 8 is biased by −s²/(16m²).
    first, last = np.log(np.mean(norms, axis=0)) + np.var(norms, axis=0, ddof=1) / 16 / np.mean(norms, axis=0) ** 2
    expected = (last - first) / np.sum(1 / np.arange(32, 64))
    group = tree["inefficiency"]
    window = group["n_first"].values.tolist().index(32)
    assert group["inefficiency"].isel(target=1, window=window) == pytest.approx(expected, rel=1e-6)
    low, high = group["inefficiency_low"], group["inefficiency_high"]
    assert ((low < group["inefficiency"]) & (group["inefficiency"] < high)).all()


def test_on_one_transfer_set_the_total_grows_between_its_classes():
    kernel = kernel_of(PROBLEM, 3, random_order(PROBLEM, 0))
    by_class = np.array(
        [
            [
                z[:n] @ np.linalg.solve(kernel.gram[:n, :n], z[:n])
                for z in student_targets(PROBLEM, kernel.transfer, HARD).T
            ]
            for n in (32, 64)
        ]
    )
    ratios, total = by_class[1] / by_class[0], by_class[1].sum() / by_class[0].sum()
    assert ratios.min() < total < ratios.max()
    # The constant that is left free is fixed so that the norm is least.
    z = student_targets(PROBLEM, kernel.transfer, Setting(1, 0.5, 2.0))
    common = np.random.default_rng(0).normal(size=(90, 1))
    cross = np.sum(z * np.linalg.solve(kernel.gram, np.repeat(common, 4, axis=1)))
    assert abs(cross) < 1e-8 * np.sum(z * np.linalg.solve(kernel.gram, z))


def test_a_binary_problem_is_that_of_one_logit():
    rng = np.random.default_rng(0)
    inputs, logit = rng.normal(size=(100, 5)), rng.normal(0, 2, 100)
    labels = (logit + rng.normal(0, 2, 100) > 0).astype(int)
    problem = Problem.from_arrays(inputs=inputs, labels=labels, teacher_logits=logit)
    setting = Setting(0, 0.5, 2.0)
    targets = student_targets(problem, np.arange(100), setting)
    np.testing.assert_allclose(
        targets[:, 1] - targets[:, 0], effective_logits(logit, labels, setting.soft_ratio, 2.0), rtol=1e-12
    )
    tree = kdtheory.diagnose(problem)
    apart = (logit > 0) != labels
    wins = np.mean((effective_logits(logit, labels, setting.soft_ratio, 2.0) > 0)[apart] == labels[apart])
    assert tree["facts"]["label_wins"].sel(alpha=0.5, temperature=2.0)[0] == pytest.approx(wins)


def test_the_ranking_is_that_of_direct_solves_in_the_order_of_errors(tree):
    ranking, order = tree["ranking"], random_order(PROBLEM, 0)
    wrong = {}
    for setting in all_settings(PROBLEM):
        decided = predicted(3, order, np.arange(90, 150), student_targets(PROBLEM, order, setting)).argmax(axis=1)
        wrong[setting] = decided != TRUTH
    assert len(ranking["rank"]) == len(wrong) == 1 + 3 * (3 * 3 + 1)
    assert (np.diff(ranking["error"]) >= 0).all()
    by_key = {
        (np.nan if s.alpha == 0 else PROBLEM.checkpoints[s.checkpoint], s.alpha, s.temperature): each.mean()
        for s, each in wrong.items()
    }
    for rank in ranking["rank"].values:
        at = ranking.sel(rank=rank)
        key = tuple(float(at[name]) for name in ("checkpoint", "alpha", "temperature"))
        matches = [error for other, error in by_key.items() if np.array_equal(other, key, equal_nan=True)]
        assert matches == [float(at["error"])]
    assert ranking["p_value"].values[0] == 1


def test_who_wins_is_counted_on_the_roots_themselves(tree):
    labels, facts = PROBLEM.labels[:90], tree["facts"]
    for checkpoint in range(3):
        apart = PROBLEM.teacher_logits[checkpoint, :90].argmax(axis=1) != labels
        assert facts["disagreement"][checkpoint] == np.mean(apart)
        for setting in all_settings(PROBLEM):
            if setting.checkpoint != checkpoint or setting.alpha in (0, 1):
                continue
            decided = student_targets(PROBLEM, np.arange(90), setting).argmax(axis=1)
            share = facts["label_wins"].sel(alpha=setting.alpha, temperature=setting.temperature)[checkpoint]
            assert share == pytest.approx(np.mean((decided == labels)[apart]))
    assert (facts["label_wins"].sel(alpha=1.0) == 0).all()
    grid = facts["label_wins_at"]
    assert (grid.sel(soft_ratio_grid=0) == 1).all() and (np.diff(grid, axis=2) <= 0).all()


def test_theorem_2_is_the_derivative_of_the_cosine_for_this_student():
    """A finite difference of the angle between the student's weights and the truth's, classes side by side."""
    arrays = problem_arrays(n=90, audit=60)
    # Of surer teachers the derivative is so large that no difference can be taken.
    arrays["teacher_logits"] = arrays["teacher_logits"] / 4
    problem = Problem.from_arrays(**arrays)
    group, order = kdtheory.diagnose(problem)["correction"], random_order(problem, 0)
    own = gram(3)[np.ix_(order, order)]
    inverse = np.linalg.inv(own + RELATIVE_RIDGE * np.mean(np.diagonal(own)) * np.eye(90))
    right = np.eye(4)[problem.truth[order]] - 0.25

    def inner(one, other):
        return np.sum(one * (inverse @ other))

    def cosine(setting):
        z = student_targets(problem, order, setting)
        return inner(right, z) / np.sqrt(inner(right, right) * inner(z, z))

    for checkpoint in range(3):
        for temperature in (1.0, 2.0):
            # α of the soft ratio 1 − 1e-7.
            step = 1e-7
            alpha = (1 - step) / (step * temperature**2 + 1 - step)
            change = (cosine(Setting(checkpoint, alpha, temperature)) - cosine(Setting(checkpoint, 1.0, 1.0))) / step
            z = student_targets(problem, order, Setting(checkpoint, 1.0, 1.0))
            scale = np.sqrt(inner(right, right) * inner(z, z))
            product = group["inner_product"].sel(temperature=temperature)[checkpoint]
            assert change * scale == pytest.approx(float(product), rel=2e-3)


@pytest.mark.parametrize("steps", [2, 30, 300])
def test_the_flow_of_hard_labels_is_nesterovs_method_on_the_weights(steps):
    kernel = kernel_of(PROBLEM, 3, random_order(PROBLEM, 0))
    features = np.linalg.cholesky(kernel.gram)  # the points' coordinates in the span of their features
    onehot = np.eye(4)[PROBLEM.labels[kernel.transfer]]
    rate = 2 / (1.01 * np.linalg.eigvalsh(kernel.gram)[-1])
    now = ahead = np.zeros((90, 4))
    for count in range(1, steps + 1):
        before, now = now, ahead - rate * features.T @ (softmax(features @ ahead, axis=1) - onehot)
        ahead = now + (count - 1) / (count + 2) * (now - before)
    decided = (kernel.cross.T @ np.linalg.solve(features.T, now)).argmax(axis=1)
    # In single precision, a decision may differ where two logits are equal to rounding.
    assert np.sum(hard_label_flow(PROBLEM, kernel, steps) != (decided != TRUTH)) <= 1


def test_one_step_of_the_flow_is_a_step_of_gradient_descent():
    kernel = kernel_of(PROBLEM, 3, random_order(PROBLEM, 0))
    # From 0, the first step leads along the kernel of the centred labels.
    decided = (kernel.cross.T @ (np.eye(4)[PROBLEM.labels[kernel.transfer]] - 0.25)).argmax(axis=1)
    assert np.array_equal(hard_label_flow(PROBLEM, kernel, 1), decided != TRUTH)


def test_the_start_is_the_teacher_that_errs_least(tree):
    errors = [np.mean(each[90:].argmax(axis=1) != TRUTH) for each in PROBLEM.teacher_logits]
    assert tree["teachers"]["error"].values.tolist() == errors
    assert start_setting(PROBLEM).checkpoint == int(np.argmin(errors))
    assert tree.attrs["start_checkpoint"] == PROBLEM.checkpoints[np.argmin(errors)]
    assert tree.attrs["start_soft_ratio"] == pytest.approx(0.9 * 16 / (0.9 * 16 + 0.1))


def test_the_errors_with_hard_labels_stand_side_by_side():
    kernel = kernel_of(PROBLEM, 3, random_order(PROBLEM, 0))
    flow = float(np.mean(hard_label_flow(PROBLEM, kernel, 300)))
    without = kdtheory.diagnose(PROBLEM).attrs
    assert "was not given" in without["comparison"] and "kernel_flow_error" not in without
    attrs = kdtheory.diagnose(PROBLEM, hard_label_error=0.25).attrs
    assert attrs["kernel_flow_error"] == flow and attrs["hard_label_error"] == 0.25
    assert f"errs on 0.250 of the audit points, the kernel's flow on {flow:.3f}" in attrs["comparison"]
    with pytest.raises(ValueError, match="hard_label_error"):
        kdtheory.diagnose(PROBLEM, hard_label_error=30)


def test_a_kernel_of_the_users_own_gives_the_same_students(tree):
    arrays = problem_arrays(n=90, audit=60)
    del arrays["inputs"]
    own = kdtheory.diagnose(Problem.from_arrays(**arrays, gram=gram(3)))
    assert own["curve"]["depth"].values.tolist() == [3]
    np.testing.assert_array_equal(own["curve"]["error"][0], tree["curve"]["error"].sel(depth=3))


def test_without_inputs_there_are_facts_alone():
    arrays = problem_arrays(n=90, audit=60)
    del arrays["inputs"]
    tree = kdtheory.diagnose(Problem.from_arrays(**arrays), hard_label_error=0.2)
    assert set(tree.children) == {"facts", "teachers"} and "nothing to compare" in tree.attrs["comparison"]


def test_without_audit_points_the_ranking_is_left_out_one_by_one():
    arrays = problem_arrays(n=90, audit=0)
    tree = kdtheory.diagnose(Problem.from_arrays(**arrays), hard_label_error=0.2)
    assert tree["ranking"].attrs["basis"].startswith("leave-one-out") and tree["ranking"].attrs["points"] == 90
    assert np.isnan(tree["curve"]["error"]).all() and "nothing to compare" in tree.attrs["comparison"]
    hard = tree["ranking"].to_dataset().where(tree["ranking"]["alpha"] == 0, drop=True)
    assert float(hard["error"][0]) == float(tree["curve"]["left_out"][0])


def test_points_without_labels_learn_from_the_teacher_alone():
    arrays = problem_arrays(n=90, audit=60)
    arrays["labels"][:20] = -1
    problem = Problem.from_arrays(**arrays)
    tree = kdtheory.diagnose(problem, hard_label_error=0.2)
    assert "correction" not in tree and "hard labels" not in tree["curve"]["target"].values
    assert not (tree["ranking"]["alpha"] == 0).any() and tree["facts"].attrs["points"] == 70
    teacher = student_targets(problem, np.arange(20), Setting(2, 1.0, 1.0))
    np.testing.assert_array_equal(student_targets(problem, np.arange(20), Setting(2, 0.5, 2.0)), teacher)


def test_equal_points_are_no_obstacle():
    arrays = problem_arrays(n=90, audit=60)
    arrays["inputs"][1] = arrays["inputs"][0]
    tree = kdtheory.diagnose(Problem.from_arrays(**arrays))
    assert any("duplicate-inputs" in finding for finding in tree.attrs["findings"])


def test_what_the_checker_refuses_is_not_diagnosed():
    arrays = problem_arrays(n=90, audit=60)
    arrays["teacher_logits"] = softmax(arrays["teacher_logits"], axis=2)
    with pytest.raises(ProblemError, match="probabilities"):
        kdtheory.diagnose(Problem.from_arrays(**arrays))
    assert "ranking" in kdtheory.diagnose(Problem.from_arrays(**arrays), accept=["probabilities"])


def test_every_variable_says_what_it_is(tree):
    for group in tree.children.values():
        assert group.data_vars
        for name, values in group.data_vars.items():
            assert all(values.attrs[key] for key in ("long_name", "units", "source")), name


def test_the_same_seed_gives_the_same_numbers(tree):
    again = kdtheory.diagnose(PROBLEM)
    assert all(again[name].to_dataset().equals(tree[name].to_dataset()) for name in tree.children)


@pytest.mark.parametrize("n", [1, 3, 10, 11, 5000])
def test_sizes_end_at_n(n):
    sizes = sample_sizes(n)
    assert sizes[-1] == n and (np.diff(sizes) > 0).all() and sizes[0] >= 1
