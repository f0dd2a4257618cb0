"""The documentation site (``make site``): Sphinx reads the pages of docs/ and the docstrings of the package."""

import os
import re
from importlib.metadata import version as version_of

project, author, copyright = "kdtheory", "the kdtheory authors", "the kdtheory authors"
release = version = version_of("kdtheory")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "numpydoc"]
exclude_patterns = ["templates", "_build"]
root_doc = "index"
html_theme = "furo"
html_title = f"kdtheory {release}"
html_static_path = [*filter(None, [os.environ.get("MATHJAX")])]
# A copy in the site: mathematics is shown without a network.
mathjax_path = "tex-svg.js"

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
autodoc_typehints = "none"  # the docstrings give shapes and units
numpydoc_show_class_members = False

# GitHub's way to write mathematics, and files that lie beside docs/ in the repository.
_FOR_SPHINX = [
    (re.compile(r"\$`(.*?)`\$", re.DOTALL), r"$\1$"),
    (re.compile(r"^( *)```math$", re.MULTILINE), r"\1```{math}"),
    (re.compile(r"\]\(\.\./(CONTRIBUTING|SECURITY|CHANGELOG)\.md"), lambda found: f"]({found[1].lower()}.md"),
    (re.compile(r"\]\(docs/"), "]("),
]


def _adapt(app, name, source):
    for pattern, replacement in _FOR_SPHINX:
        source[0] = pattern.sub(replacement, source[0])


def _adapt_included(app, path, parent, source):
    _adapt(app, parent, source)


def _without_substitutions(app, what, name, thing, options, lines):
    """A bar in a docstring is that of an absolute value."""
    lines[:] = [line.replace("|", r"\|") for line in lines]


def setup(app):
    """Adapt the pages, which GitHub shows too, and the docstrings to Sphinx."""
    app.connect("source-read", _adapt)
    app.connect("include-read", _adapt_included)
    app.connect("autodoc-process-docstring", _without_substitutions, priority=100)
