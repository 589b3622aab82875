"""What tests with child processes share."""

from __future__ import annotations

import logging
import sys

import pytest

# As in a child.
logging.getLogger("pyvips").setLevel(logging.ERROR)


@pytest.fixture(autouse=True)
def nothing_of_pytest_in_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child imports the main module of its program anew: pytest's would only cost time."""
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__spec__", None, raising=False)
    monkeypatch.delattr(main, "__file__", raising=False)
