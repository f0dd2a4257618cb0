"""Figures: each module named after a paper and a figure draws one, from the groups of the cube that it names."""
