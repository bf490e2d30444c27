"""What the code of the engine must not hold, and how large its parts may be."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "cds_service"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_FILE, MAX_FUNCTION = 320, 45
# Disease, site, gene, drug, procedure and code words of the shipped content; any of them in the engine is content in the wrong place
CLINICAL = re.compile(
    r"rect(?:um|al)|\banal\b|\banus\b|anorect|colo(?:n|rect)|cancer|carcinom|neoplas|tumou?r|metasta|\bnodes?\b.{0,12}(?:regional|distant)|"
    r"inguinal|para-?aortic|periton|\bbone\b|\bliver\b|\blung\b|\bbrain\b|\bkras\b|\bnras\b|\bbraf\b|\bher2\b|\bcea\b|\becog\b|karnofsky|"
    r"platin\b|fluorouracil|folfox|folfiri|irinotecan|bevacizumab|cetuximab|capecitabine|chemo|\b\d{4,6}-\d\b|\bC(?:19|20|21)\b|"
    r"\b\d{7,18}\b",
    re.IGNORECASE,
)


def relative(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_the_engine_knows_no_disease(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [f"{number}: {match[0]!r}" for number, line in enumerate(lines, 1) for match in CLINICAL.finditer(line)]
    assert not found, f"{relative(path)}: clinical words belong into the content: {found}"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_files_stay_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_FILE


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_functions_stay_small(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {node.name: length(node) for node in functions if length(node) > MAX_FUNCTION}
    assert not long


def length(node):
    """Lines of a function without its docstring."""
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return node.end_lineno - node.lineno + 1 - (first.end_lineno - first.lineno + 1 if documented else 0)


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "settings.py"], ids=relative)
def test_only_settings_read_the_environment(path):
    assert not re.search(r"os\.environ|getenv\(", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_nothing_is_left_to_do(path):
    assert not re.search(r"\b(?:TODO|FIXME|XXX|HACK)\b|NotImplementedError", path.read_text(encoding="utf-8"))
