"""The tables of true and false groups of ``mutations/``, by module of claims."""

from importlib import import_module
from pathlib import Path

MODULES = sorted(file.stem for file in Path(__file__).parent.joinpath("mutations").glob("*_*.py"))
TABLES = {name: import_module(f"unit.claims.mutations.{name}").TABLE for name in MODULES}
CASES = {name: case for table in TABLES.values() for name, case in table.items()}
