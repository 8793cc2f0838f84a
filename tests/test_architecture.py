"""
A module that says "Pure:" in its docstring is pure.
"""

import ast
from pathlib import Path

import pytest

IO_MODULES = {
    "aiosmtpd", "aiosmtplib", "asyncio", "http", "psycopg", "random", "secrets",
    "select", "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess",
    "tempfile", "threading", "time",
}  # fmt: skip
CLOCK_CALLS = {"now", "today", "utcnow"}
ROOT = Path(__file__).parents[1]
MODULES = [
    path
    for package in ("ecofax_gateway", "converters")
    for path in (ROOT / package).rglob("*.py")
]
PURE = [
    path
    for path in MODULES
    if "\nPure:" in (ast.get_docstring(ast.parse(path.read_text())) or "")
]


def offences_of(source: str) -> list[str]:
    offences = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                offences += [
                    n.name for n in names if n.name.split(".")[0] in IO_MODULES
                ]
            case ast.ImportFrom(module=str(name), level=0):
                offences += [name] * (name.split(".")[0] in IO_MODULES)
            case ast.AsyncFunctionDef(name=name) if not is_contract(node):
                offences.append(f"async def {name}")
            case ast.Call(func=ast.Name(id="open")):
                offences.append("open()")
            case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCK_CALLS:
                offences.append(f".{name}()")
    return offences


def is_contract(node: ast.AsyncFunctionDef) -> bool:
    """A Protocol's method: a docstring and an ellipsis, nothing that runs."""
    return all(
        isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
        for step in node.body
    )


@pytest.mark.parametrize("path", PURE, ids=lambda p: str(p.relative_to(ROOT)))
def test_pure_modules_do_no_io(path):
    assert offences_of(path.read_text()) == []


def test_the_check_can_fail():
    assert offences_of("import socket\nopen('x')\nasync def f(): pass\n") == [
        "socket",
        "async def f",
        "open()",
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_there_are_pure_modules():
    assert len(PURE) > 8
