"""Find what a figure draws under a label of its legend."""

import re


def lines_of(axes, label):
    """Return the lines with a label, or "label: more", or those like its entry in the legend."""
    wanted = re.compile(re.escape(label) + "(:.*)?")
    found = [bars.lines[0] for bars in axes.containers if wanted.fullmatch(bars.get_label())]
    for entry in axes.lines:
        if not wanted.fullmatch(entry.get_label()):
            continue
        if len(entry.get_xdata()):
            found.append(entry)
            continue
        found += [
            line
            for line in axes.lines
            if len(line.get_xdata()) and line.get_mfc() != "white"
            and (line.get_color(), line.get_linestyle()) == (entry.get_color(), entry.get_linestyle())
        ]  # fmt: skip
    return found
