from functools import partial

from samples.transfer import transfer

from kdtheory.claims.registry import FAILS

TABLE = {
    "jz20-sec31-zero-small": (transfer, {"twice the limit": (FAILS, partial(transfer, zero=0.2))}),
    "jz20-sec31-zero-neglected": (
        transfer,
        {
            "larger by twice the tolerance": (FAILS, partial(transfer, neglect=0.1)),
            "smaller by twice the tolerance": (FAILS, partial(transfer, neglect=-0.1)),
        },
    ),
}
