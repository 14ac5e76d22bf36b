"""What does the source say of itself? Modules, their imports and names, read as text; nothing is imported."""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file of the package, parsed."""

    name: str
    path: Path
    is_package: bool
    text: str
    tree: ast.Module


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement: who imports what, where."""

    importer: str
    imported: str
    line: int = 0
    lazy: bool = False
    """Within a function: it happens when that is called."""
    types_only: bool = False
    """Under ``if TYPE_CHECKING``: layers count it, cycles do not."""

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


@cache
def modules() -> dict[str, Module]:
    """All modules of the package by dotted name."""
    found = {}
    for path in sorted((ROOT / "thread").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        text = path.read_text("utf-8")
        found[name] = Module(name, path, is_package, text, ast.parse(text))
    return found


@cache
def imports() -> tuple[Import, ...]:
    """Every import of every module, the lazy ones within functions included."""
    known = frozenset(modules())
    return tuple(item for module in modules().values() for item in imports_of(module, known))


def imports_of(module: Module, known: Iterable[str]) -> Iterator[Import]:
    """The imports of one module; ``from a import b`` means ``a.b`` where that is a module, else ``a``."""
    typed = {
        id(node)
        for branch in ast.walk(module.tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for statement in branch.body
        for node in ast.walk(statement)
    }
    functions = [node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lazy = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            candidates = [(f"{base}.{alias.name}", base) for alias in node.names]
            names = [inner if inner in known else outer for inner, outer in candidates]
        else:
            continue
        for name in dict.fromkeys(names):
            yield Import(module.name, name, node.lineno, id(node) in lazy, id(node) in typed)


def _base(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    keep = len(parts) - node.level + module.is_package
    return ".".join([*parts[:keep], *([node.module] if node.module else [])])


def docstrings(tree: ast.Module) -> set[int]:
    """Ids of the constant nodes that are prose: docstrings of modules, classes, functions and attributes."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


@cache
def tracked_files() -> tuple[Path, ...]:
    """Files under version control or about to be, ignored ones left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return tuple(path for name in sorted(listed.split("\0")) if name and (path := ROOT / name).is_file())
