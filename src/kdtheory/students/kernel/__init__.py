"""Kernel students: networks of infinite width, trained to convergence in closed form (JZ20)."""
