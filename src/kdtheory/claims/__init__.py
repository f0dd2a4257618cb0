"""Claims: the papers' statements, each one function on groups of the cube, with a statistical test and a verdict."""
