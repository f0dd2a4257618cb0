"""The samples of the groups of the wide study, by the name of the group."""

from samples.correction import correction
from samples.design import growth, kernel_design
from samples.difficulty import difficulty
from samples.effective_logits import effective_logits
from samples.example import example
from samples.finite_width import finite_width
from samples.flips import flips
from samples.flow import flow
from samples.hard_labels import hard_labels
from samples.imperfect import imperfect
from samples.losses import losses
from samples.mixing import mixing
from samples.modes import modes
from samples.plateaus import plateaus
from samples.references import references
from samples.spectra import spectra
from samples.stopping import stopping
from samples.temperature import temperature
from samples.transfer import transfer

WIDE = {
    f"wide/{make.__name__}": make
    for make in (
        correction, difficulty, effective_logits, example, finite_width, flips, flow, growth, hard_labels, imperfect,
        kernel_design, losses, mixing, modes, plateaus, references, spectra, stopping, temperature, transfer,
    )
}  # fmt: skip
