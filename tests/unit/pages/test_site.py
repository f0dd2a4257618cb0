import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"


def test_every_page_is_in_the_contents_of_the_site_once():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = [
        line
        for contents in re.findall(r"```\{toctree\}\n(.*?)```", index, flags=re.DOTALL)
        for line in contents.splitlines()
        if line and not line.startswith(":")
    ]
    assert sorted(listed) == sorted({path.stem for path in DOCS.glob("*.md")} - {"index"})


@pytest.mark.parametrize("package", ["theory", "kernels", "statistics"])
def test_every_public_module_is_on_the_page_of_functions(package):
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    listed = re.findall(rf"^\.\. automodule:: kdtheory\.{package}\.(\w+)$", page, flags=re.MULTILINE)
    modules = [path.stem for path in (DOCS.parent / "src" / "kdtheory" / package).glob("[!_]*.py")]
    assert sorted(listed) == sorted(modules)


def test_a_page_that_includes_a_file_of_the_repository_names_one_that_is_there():
    included = [
        DOCS / name
        for page in DOCS.glob("*.md")
        for name in re.findall(r"^```\{include\} (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    ]
    assert included and all(path.is_file() for path in included)
