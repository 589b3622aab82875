"""Opens the window: ``kraken-desktop [--profile NAME] [PATH|URL ...]``."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Answer ``--version`` before Qt is loaded; else open the window. Returns the exit code."""
    if getattr(sys, "frozen", False) and sys.argv[1:]:
        import multiprocessing  # elsewhere no child process begins here

        multiprocessing.freeze_support()
    if sys.argv[1:] == ["--version"]:
        from kraken_desktop import __version__  # a child process needs none of this

        if sys.stdout is not None:  # a program of the window on Windows
            sys.stdout.write(f"kraken-desktop {__version__}\n")
        return 0
    # All that is loaded stays; to look through it for garbage again and again is a tenth of the start. Once that is
    # over gui.collecting does it, on the window's thread.
    gc.disable()
    from kraken_desktop.gui.app import main as open_window  # Qt takes a tenth of a second

    return open_window(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
