"""
Compile the C module when a wheel or an editable install is built.

I/O: runs the C compiler.

hatchling loads this file by its path, so it imports nothing of the package and loads
`build` by its path too.
"""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent


class SpandspBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is hatchling's own
    """Hatchling's hook: `initialize` runs before the files are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """
        Compile beside `build.py`, and take the result into the wheel.

        An editable install imports from the source tree, so that is where it must
        lie; `*.so` is ignored by git, and by hatchling unless it is named.
        """
        if self.target_name != "wheel":
            return
        spec = importlib.util.spec_from_file_location(
            "build_spandsp", HERE / "build.py"
        )
        assert spec is not None
        assert spec.loader is not None
        build = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(build)
        made: Path = build.compile_beside(HERE)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"][str(made)] = f"ecofax_gateway/spandsp/{made.name}"
