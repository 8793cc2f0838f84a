"""
Pictures of the console for the README, from those that the browser tests keep.

I/O: reads tests/browser/pictures, writes docs/pictures.

    ./ecofax test tests/browser
    .venv/bin/python -m bench.console_pictures
"""

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "tests/browser/pictures"
SHOWN = ROOT / "docs/pictures"

CHOSEN = {
    "console-recipients": ("wizard-recipients-wide", 1100),
    "console-campaign": ("campaign-done-wide", 1000),
    "console-narrow": ("campaign-done-narrow", 1000),
}
"""Name in docs/pictures -> (picture of a test, pixels of it from the top)."""

COLOURS = 192
"""Enough for flat colours and smooth letters, at a third of the bytes."""


def main() -> None:
    """Write them all."""
    SHOWN.mkdir(parents=True, exist_ok=True)
    for name, (source, height) in CHOSEN.items():
        with Image.open(KEPT / f"{source}.png") as kept:
            picture = kept.convert("RGB").crop((0, 0, kept.width, height))
        path = SHOWN / f"{name}.png"
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        _print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")


def _print(line: str) -> None:
    print(line)  # noqa: T201 -- a command speaks


if __name__ == "__main__":
    main()
