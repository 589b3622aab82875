"""PySide6 keeps the reference counts of None and True right.

PySide6 6.12.0 on Python below 3.12 gives back one reference too many for every ``None`` that a model's ``data`` returns
and for every ``dataChanged.emit``: a window with a list aborts after some thousand calls. Whoever raises the pin in
pyproject.toml learns it here. From Python 3.12 on these objects are immortal (PEP 683): there is nothing to lose.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

CALLS = 500
PROGRAM = f"""
import sys
from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QIdentityProxyModel, QModelIndex

class Empty(QAbstractTableModel):
    def rowCount(self, parent=QModelIndex()):
        return 1
    def columnCount(self, parent=QModelIndex()):
        return 1
    def data(self, index, role=0):
        return None

application = QCoreApplication([])
model, proxy = Empty(), QIdentityProxyModel()
proxy.setSourceModel(model)  # so that C++ is who calls data()
here, there = model.index(0, 0), proxy.index(0, 0)

def lost(thing, call):
    call()
    before = sys.getrefcount(thing)
    for _ in range({CALLS}):
        call()
    return before - sys.getrefcount(thing)

# Spare references, so that a build that loses them is measured and does not abort first.
spare = [[None, True] for _ in range(20 * {CALLS})]
print(lost(None, lambda: proxy.data(there) and None), lost(True, lambda: model.dataChanged.emit(here, here)))
"""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True are immortal here: no count to lose")
def test_no_reference_is_lost() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    none, true = map(int, done.stdout.split())
    # The interpreter itself takes and gives back a few between two looks; a loss is one a call.
    assert none < CALLS / 10, f"{none} references to None lost in {CALLS} calls of data()"
    assert true < CALLS / 10, f"{true} references to True lost in {CALLS} dataChanged"
