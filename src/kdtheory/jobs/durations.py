"""Times in words, for people."""


def duration(seconds: float) -> str:
    """Return a time with its unit: 0.4 s, 12 s, 3 min, 2.5 h, 14,164 h."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} min"
    hours = seconds / 3600
    return f"{hours:.1f} h" if hours < 100 else f"{hours:,.0f} h"
