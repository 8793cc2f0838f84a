"""
Characters that no font draws.
"""

from converters import glyphs

RARE = "\U00030000"
"""A Chinese character of 2020: our set-up has no font for those."""


def test_what_people_write_in_europe_is_not_looked_up(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")

    assert glyphs.undrawn("Été à Œuvre, 12 € — « Ωμέγα » Привет … ½") == []


def test_what_no_font_has_is_found():
    assert glyphs.undrawn("a" + RARE) == [RARE]


def test_what_some_font_has_is_not():
    """DejaVu draws chess."""
    assert glyphs.undrawn("♞■") == []


def test_one_character_is_named_with_what_to_do():
    (said,) = glyphs.warnings(RARE)

    assert "U+30000" in said
    assert "PDF" in said


def test_of_many_characters_some_are_named():
    many = [chr(0x30000 + one) for one in range(8)]

    (said,) = glyphs.warnings(many)

    assert "8 caractères" in said
    assert said.count("U+") == glyphs.MAX_NAMED


def test_without_fontconfig_nothing_is_claimed(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")

    assert glyphs.undrawn(RARE) == []
