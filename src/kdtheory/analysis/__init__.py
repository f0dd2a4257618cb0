"""Measurements: the module of an experiment's name turns what its students learned into one group of the cube."""
