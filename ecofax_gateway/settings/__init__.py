"""
The configuration: one TOML file, frozen dataclasses, every mistake at once.

One module for each table of the file. Without a file the embedded defaults serve:
mail on 127.0.0.1:2525, the console on 127.0.0.1:8025, the built-in fax machine,
replies as files.
"""

from .file import example, load_settings, parse_settings
from .whole import Settings

__all__ = ["Settings", "example", "load_settings", "parse_settings"]
