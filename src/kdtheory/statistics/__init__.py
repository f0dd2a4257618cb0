"""Estimates from worlds: pure functions on arrays whose leading axis is the independent draws of a task.

A world is one draw of all that a statement ranges over. A statistic is computed within a world, or from all worlds
with each left out in turn; either way there is one number for each world, and Student's t over worlds gives the
interval. SciPy is imported inside the functions: the workflow reads every claim each time it starts.
"""
