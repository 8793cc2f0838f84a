"""
Everything that the console says in French, it says in English too.
"""

import ast
import string
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from ecofax_gateway.console import language
from ecofax_gateway.console.language import Words, english_words, rooms
from ecofax_gateway.domain.language import Tongue
from ecofax_gateway.web.language import preferred

CONSOLE = Path(language.__file__).parent
ENGLISH = english_words()

TEMPLATES = sorted(CONSOLE.glob("templates/**/*.html"))
MODULES = [
    path for path in sorted(CONSOLE.rglob("*.py")) if path.parent.name != "english"
]


def of_template(path: Path) -> Iterator[tuple[str, bool]]:
    """Each constant string of a template, and whether it is said by `t` there."""
    tree = jinja2.Environment().parse(path.read_text())
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            yield from (
                (each.value, True)
                for each in call.args
                if isinstance(each, nodes.Const)
            )
    for const in tree.find_all(nodes.Const):
        if isinstance(const.value, str):
            yield const.value, False


def of_module(path: Path) -> Iterator[tuple[str, bool]]:
    """The same of Python."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id="t"), args=[ast.Constant(str(said)), *_]):
                yield said, True
            case ast.Constant(str(said)):
                yield said, False


STRINGS = {
    path: {*(of_template(path) if path.suffix == ".html" else of_module(path))}
    for path in (*TEMPLATES, *MODULES)
}


@pytest.mark.parametrize("path", STRINGS, ids=lambda p: str(p.relative_to(CONSOLE)))
def test_every_sentence_is_said_in_english(path):
    said = {sentence for sentence, by_t in STRINGS[path] if by_t}

    assert said - ENGLISH.keys() == set()


def test_no_english_is_left_over():
    everything = {sentence for found in STRINGS.values() for sentence, _ in found}

    assert ENGLISH.keys() - everything == set()


def test_both_languages_take_the_same_values():
    def fields(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert {f for f, e in ENGLISH.items() if fields(f) != fields(e)} == set()


def test_there_are_sentences():
    said = {sentence for found in STRINGS.values() for sentence, by_t in found if by_t}

    assert "Se connecter" in said


def test_a_sentence_is_said_with_its_values():
    assert Words(Tongue.FR)("Ligne {number}", number="0366720307") == "Ligne 0366720307"
    assert Words(Tongue.EN)("Ligne {number}", number="0366720307") == "Line 0366720307"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("", Tongue.FR),
        ("fr-FR,fr;q=0.9,en;q=0.8", Tongue.FR),
        ("en-GB,en;q=0.9,fr;q=0.8", Tongue.EN),
        ("de-DE,en;q=0.5", Tongue.EN),
        ("fr;q=0.3,en;q=0.7", Tongue.EN),
        ("zh", Tongue.FR),
        ("en;q=nonsense", Tongue.FR),
    ],
)
def test_a_browser_is_answered_in_the_language_that_it_prefers(asked, told):
    assert preferred(asked) is told


def test_no_two_rooms_say_the_same_differently():
    said = defaultdict(set)
    for words in rooms().values():
        for french, english in words.items():
            said[french].add(english)

    assert {french: told for french, told in said.items() if len(told) > 1} == {}
