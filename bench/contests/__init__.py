"""One module for each contest, found by its name.

Each has ``measure(full)``, which returns a dictionary with any of the keys ``heats`` (of `bench.harness.compete`),
``curves`` (of `bench.harness.curve`), ``facts`` (name → text) and ``cluster`` (of
`bench.cluster_simulation.speed_up`); the first line of its docstring is its title. A
contest runs in a process of its own, so that torch and JAX never meet.
"""

# Contests of the long run only.
LONG = frozenset({"study"})
