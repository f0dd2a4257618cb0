"""How monotone risks are along chains of transfer sets that grow by single points."""

import numpy as np

from kdtheory.analysis.measurement import labelled


def chain_variables(halves):
    """Return the risk along chains, and how monotone it is.

    Parameters
    ----------
    halves : xarray.DataArray
        Share of errors (…, half, n_train) on two independent halves of the test points, at all sizes of a chain.

    Returns
    -------
    dict of xarray.DataArray
        ``risk(…, n_train)`` on all test points; of each chain ``rise_share``, the share of added points that raise it;
        ``confirmed_rise``, the mean rise on one half of the test points, counting added points that raise the risk on
        the other half: its expectation is not above 0 where the risk never rises; and ``directness``, the net fall of
        the risk over the sum of its changes, 1 where the risk only falls.
    """
    halves = halves.transpose(..., "half", "n_train")
    risk = halves.mean("half")
    changes, steps = np.diff(halves.values), np.diff(risk.values)
    confirmed = (changes * (changes[..., ::-1, :] > 0)).mean(axis=(-2, -1))
    net, gross = risk.values[..., 0] - risk.values[..., -1], np.abs(steps).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        directness = np.where(gross > 0, net / gross, np.nan)
    chain = risk.isel(n_train=0, drop=True)
    return {
        "risk": labelled(risk, "transfer risk on the test points", "PL19 Sec. 6"),
        "rise_share": labelled(
            chain.copy(data=(steps > 0).mean(axis=-1)), "share of added points that raise the risk", "ours"
        ),
        "confirmed_rise": labelled(
            chain.copy(data=confirmed),
            "mean rise of the risk on one half of the test points at added points that raise it on the other, the rest "
            "counted as 0",
            "ours",
        ),
        "directness": labelled(
            chain.copy(data=directness), "net fall of the risk over the sum of its absolute changes", "ours"
        ),
    }
