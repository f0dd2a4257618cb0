"""Deep linear students (PL19 Theorem 2)."""
