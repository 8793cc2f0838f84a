"""
What is made when a wheel or an editable install is built: the C module, the scripts.

I/O: runs the C compiler and npm.

hatchling loads this file by its path, before the package can be imported; so the two
builders are loaded by their paths too.
"""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = Path(__file__).resolve().parent / "ecofax_gateway"


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is hatchling's own
    """Hatchling's hook: `initialize` runs before the files are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """
        Make both where the source tree has its place for them, and take them along.

        An editable install imports from the source tree, so that is where they must
        lie; git ignores them, and hatchling does unless they are named.
        """
        if self.target_name != "wheel":
            return
        module = _load("spandsp/build.py").compile_beside(PACKAGE / "spandsp")
        scripts = _load("console/assets/build.py").fetch_into(
            PACKAGE / "console/static/vendor"
        )
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        for made in (module, scripts):
            inside = made.relative_to(PACKAGE.parent).as_posix()
            build_data["force_include"][str(made)] = inside


def _load(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("builder", PACKAGE / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
