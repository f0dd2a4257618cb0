import ast
from pathlib import Path

import pytest

from kdtheory.study.sources import PACKAGE, assets_of, files_of


def names(module):
    return {path.relative_to(PACKAGE).as_posix() for path in files_of(module)}


def test_a_module_consists_of_what_it_imports_and_what_that_imports():
    found = names("kdtheory.analysis.margin")
    assert {"analysis/margin.py", "theory/risk.py", "theory/angles.py", "jobs/storage.py"} <= found
    assert "study/schema.py" not in found and not any(name.endswith("__init__.py") for name in found)
    assert not any(name.startswith(("students/", "figures/", "claims/", "tasks/")) for name in found)


def test_an_import_inside_a_function_counts():
    assert "teachers/file.py" in names("kdtheory.study.config")


def test_the_assets_of_a_package_are_its_files_that_are_no_python():
    found = [path.name for path in assets_of("kdtheory.pages.explorer")]
    assert found == sorted(found) and {"page.html", "style.css", "app.js"} <= set(found)
    assert not any(name.endswith(".py") for name in found)


def test_an_unknown_module_is_an_error():
    with pytest.raises(ValueError, match=r"kdtheory\.no_such"):
        files_of("kdtheory.no_such")


# Packages that each package may import; `jobs` is the ground floor of every stage.
ALLOWED = {
    "theory": {"theory"},
    "statistics": {"statistics"},
    "jobs": {"jobs"},
    "kernels": {"kernels", "theory", "jobs"},
    "tasks": {"tasks", "problem", "theory", "kernels", "jobs"},
    "training": {"training", "theory", "jobs"},
    "teachers": {"teachers", "tasks", "theory", "kernels", "training", "jobs"},
    "students": {"students", "tasks", "theory", "kernels", "training", "jobs"},
    "analysis": {"analysis", "tasks", "theory", "kernels", "statistics", "jobs"},
    "claims": {"claims", "theory", "statistics", "jobs"},
    "figures": {"figures", "theory", "statistics", "jobs"},
    "study": {"study", "students", "teachers", "tasks", "jobs"},
    "problem": {"problem", "theory", "kernels", "statistics", "jobs"},
    "pages": {"pages", "study", "claims", "figures", "statistics", "jobs"},
}
FORBIDDEN = {
    "theory": {"torch", "jax", "xarray"},
    "statistics": {"torch", "jax", "xarray"},
    "claims": {"torch", "jax"},
    "figures": {"torch", "jax"},
    "problem": {"torch", "jax"},
}


def test_every_package_has_its_allowed_imports():
    assert set(ALLOWED) == {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


@pytest.mark.parametrize("package", ALLOWED)
def test_packages_import_only_what_the_architecture_allows(package):
    for file in (PACKAGE / package).rglob("*.py"):
        imported = set()
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: relative import"
                imported |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        ours = {name.split(".")[1] for name in imported if name.startswith("kdtheory.")}
        packages = {name for name in ours if (PACKAGE / name).is_dir()}
        assert packages <= ALLOWED[package], file
        if package == "theory":
            assert ours <= {"theory", "_facade"}, file
        libraries = {name.split(".")[0] for name in imported}
        assert not libraries & FORBIDDEN.get(package, set()), file


def test_torch_and_jax_never_meet_in_one_process():
    for file in set(PACKAGE.rglob("*.py")) - set(PACKAGE.rglob("__init__.py")):
        module = ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)
        text = "\n".join(Path(path).read_text() for path in files_of(module))
        imports = {
            line.split()[1].split(".")[0] for line in text.splitlines() if line.strip().startswith(("import ", "from "))
        }
        assert not {"torch", "jax"} <= imports, module


def test_modules_do_not_bear_the_name_of_a_public_function():
    from importlib import import_module

    for package in ("kdtheory", *(f"kdtheory.{name}" for name in ("theory", "kernels", "tasks", "students"))):
        modules = {path.stem for path in Path(import_module(package).__file__).parent.glob("*.py")}
        assert not modules & set(import_module(package).__all__), package
