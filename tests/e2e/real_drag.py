"""A true drag between two processes on a virtual screen, by hand: ``python -m tests.e2e.real_drag IMAGE ...``.

Starts a virtual screen, the test servers and the real program, drags the files onto its window with the mouse,
waits for the answers, copies all links with the keyboard, and reads the clipboard as another program does. Needs Xvfb,
xdotool, openbox, xclip and ImageMagick. Exit code 0: every object in the bucket has its link, and each of them opens.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from kraken_desktop.composition import Services
from tests.servers.kraken_api import KrakenApi
from tests.servers.s3_handle import StrictS3Handle
from tests.support.world import World

TITLE = "Kraken Desktop"
SCREEN = ":98"


def source(paths: Sequence[str]) -> int:
    """The process that the drag starts from: a small window full of files. Runs until it is ended."""
    from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
    from PySide6.QtGui import QDrag, QMouseEvent
    from PySide6.QtWidgets import QApplication, QLabel

    class Source(QLabel):
        def mouseMoveEvent(self, event: QMouseEvent) -> None:
            mime = QMimeData()
            mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
            drag = QDrag(self)
            drag.setMimeData(mime)
            drag.setHotSpot(QPoint(0, 0))
            drag.exec(Qt.DropAction.CopyAction)

    application = QApplication([])
    window = Source("drag me")
    window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    window.setWindowTitle("drag source")
    window.setGeometry(1250, 850, 120, 80)
    window.show()
    return application.exec()


def xdotool(*words: object) -> str:
    return subprocess.run(["xdotool", *map(str, words)], check=True, capture_output=True, text=True).stdout


def patiently(look: Callable[[], object], seconds: float, what: str) -> object:
    """The first result that is not empty."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            found = look()
        except subprocess.CalledProcessError:
            found = None
        if found:
            return found
        time.sleep(0.1)
    raise SystemExit(f"waited {seconds} s in vain: {what}")


def drag_onto(window_title: str) -> None:
    found = patiently(lambda: xdotool("search", "--onlyvisible", "--name", f"^{window_title}$"), 20, window_title)
    told = xdotool("getwindowgeometry", "--shell", str(found).split()[-1])
    shape = dict(re.findall(r"^(\w+)=(-?\d+)$", told, re.MULTILINE))
    x = int(shape["X"]) + int(shape["WIDTH"]) // 2
    y = int(shape["Y"]) + int(shape["HEIGHT"]) // 2
    patiently(lambda: xdotool("search", "--onlyvisible", "--name", "^drag source$"), 20, "drag source")
    time.sleep(0.5)
    xdotool("mousemove", 1290, 890, "mousedown", 1)
    for step in range(1, 21):  # a target that is reached in one jump may never notice
        xdotool("mousemove", 1290 + (x - 1290) * step // 20, 890 + (y - 890) * step // 20)
        time.sleep(0.04)
    time.sleep(0.4)
    xdotool("mouseup", 1)


def started(stack: ExitStack, command: Sequence[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
    program = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end() -> None:
        program.terminate()
        program.wait(10)

    stack.callback(end)
    return program


def clipboard(environ: dict[str, str]) -> list[str]:
    read = ["xclip", "-selection", "clipboard", "-out"]
    return subprocess.run(
        read, env=environ, capture_output=True, text=True, timeout=10, check=False
    ).stdout.splitlines()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="+")
    parser.add_argument("--picture", help="where to put a picture of the screen at the end")
    told = parser.parse_args()
    images = [str(Path(image).absolute()) for image in told.images]
    os.environ["DISPLAY"] = SCREEN
    os.environ.pop("QT_QPA_PLATFORM", None)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        started(stack, ["Xvfb", SCREEN, "-screen", "0", "1400x1000x24", "-nolisten", "tcp"], dict(os.environ))
        s3 = StrictS3Handle()
        stack.callback(s3.stop)
        api = KrakenApi(s3_endpoint=s3.endpoint).start()
        stack.callback(api.stop)
        world = World(home / "kraken", s3, api, s3.new_bucket())
        environ = {
            **os.environ,
            **world.environ,
            **world.variables(),
            "HOME": str(home),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        services = Services(environ, print)
        services.settings.update(lambda now: now.with_account(world.account()).with_profile(world.profile()))
        services.close()
        patiently(lambda: xdotool("getdisplaygeometry"), 10, "the screen")
        started(stack, ["openbox"], environ)
        started(stack, [sys.executable, "-m", "kraken_desktop"], environ)
        drag = [sys.executable, "-c", f"from tests.e2e.real_drag import source; source({images!r})"]
        started(stack, drag, environ)
        drag_onto(TITLE)

        def all_answered() -> bool:
            ended = [each for each in api.uploads if each.status is not None]
            return len(ended) == len(images)

        begun = time.monotonic()
        patiently(all_answered, 300, "the uploads")
        time.sleep(1)
        print(f"{len(images)} images answered within {time.monotonic() - begun:.1f} s of the drop")
        window = xdotool("search", "--onlyvisible", "--name", f"^{TITLE}$").split()[-1]
        xdotool("windowactivate", "--sync", window, "key", "ctrl+shift+c")
        time.sleep(1)
        links = clipboard(environ)
        if told.picture:
            subprocess.run(["import", "-window", "root", told.picture], env=environ, check=True)
        stored = len(s3.keys(world.bucket))
        opened = sum(s3.anonymous_get(link).status == 200 for link in links)
        print(f"{len(links)} links on the clipboard, {opened} of them open, {stored} objects in the bucket")
        return 0 if links and len(links) == opened == stored else 1


if __name__ == "__main__":
    sys.exit(main())
