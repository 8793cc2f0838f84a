"""
Pages in a file, for terminals without a call round them.
"""

import pytest

from bench.impairments import draw_pages


@pytest.fixture
def sending(tmp_path):
    """Make a job of some pages; gives their images too."""

    def make(pages=1, *, rows=1100):
        return draw_pages(tmp_path, pages=pages, rows=rows)

    return make
