"""Reference tasks of constant data inefficiency."""

from samples.weight_growth import growth, with_candidates


def references(random_labels=0.75, zero=0.02, sign=0.5, label_smoothing=0.5, *, noise=0.002):
    """Return the group ``wide/references`` with an I for each of them."""
    names = {"random_labels": random_labels, "zero": zero, "sign": sign, "label_smoothing": label_smoothing}
    return with_candidates(growth(list(names.values()), {"reference": list(names)}, noise=noise, seed=1))
