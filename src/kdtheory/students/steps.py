"""Equal numbers of gradient steps for transfer sets of any size."""

import math


def epochs_of(steps, n_train, batch_size):
    """Return in how many epochs ``n_train`` images are seen in ``steps`` steps.

    Raises
    ------
    ValueError
        They are no whole number.
    """
    steps_of_an_epoch = math.ceil(n_train / batch_size)
    if steps % steps_of_an_epoch:
        raise ValueError(
            f"steps is {steps}, must be a multiple of {steps_of_an_epoch}, "
            f"the steps of an epoch with n_train {n_train} and batch_size {batch_size}"
        )
    return steps // steps_of_an_epoch
