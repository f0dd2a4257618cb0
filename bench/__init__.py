"""Side-by-side measurements of the numerics against named peers and against their floor (``make bench``)."""
