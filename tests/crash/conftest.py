"""
Gateways and fax machines as processes that the tests may end at any moment.
"""

from pathlib import Path

import pytest

from ..end_to_end.conftest import fax_machine as fax_machine
from ..store.conftest import Cluster as Cluster
from ..store.conftest import cluster as cluster
from ..store.conftest import migrated as migrated


@pytest.fixture
def killer_on_path(monkeypatch):
    """
    Let `python -m killer` be found.
    """
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
