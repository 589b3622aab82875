"""What a folder of 10,000 images does to the window: its event loop, its memory, its cancelling, its quitting.

``.venv/bin/python -m tests.bench.drop [--files N] [--quick]`` prints a table. The window is the real program's, in a
process of its own, made by this computer's engine and stored in the strict S3 test server on loopback. A turn is what
the window's thread does between two waits for events, in processor time of that thread: what else the machine does
makes no difference to it. How late a short timer comes by the clock depends on that very much, so the same is told of
an empty window that was there meanwhile. ``--offenders`` profiles each turn, which makes all of them dearer, and
prints what the dearest ones did.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from kraken_desktop.composition import Services
from kraken_desktop.model.profile import Account, Acl, Credentials, CredentialSource, Engine, Profile, Uploader
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.settings import Settings
from tests.servers.child import ChildServer
from tests.servers.s3_handle import StrictS3Handle

_ROOT = Path(__file__).resolve().parents[2]
_BUCKET = "bench"
_START = "import sys; from tests.bench.drop_window import main; sys.exit(main(sys.argv[1]))"
_SIDE = 48
_LARGE = 95 * 1024 * 1024
_PATIENCE = 3600.0
QUIT_STATES = ("scanning", "running", "stalled", "paused", "waiting", "ended")

_FILE_LIMIT = 200 * 1024 * 1024
_RECIPE = Recipe(id="bench", name="Bench", quality=70)
"""With a fixed quality: the engine has little to do, so that ten thousand images end in minutes."""


# --- images ---------------------------------------------------------------------------------------


def tiny_jpegs(count: int) -> Iterator[bytes]:
    """Valid images of which no two are alike: a number is in a comment. What costs the engine least."""
    drawn = Image.linear_gradient("L").resize((_SIDE, _SIDE)).convert("RGB")
    stream = io.BytesIO()
    drawn.save(stream, "JPEG", quality=95)
    start, rest = stream.getvalue()[:2], stream.getvalue()[2:]
    for number in range(count):
        yield start + struct.pack(">2sHI", b"\xff\xfe", 6, number) + rest


def padded_png(padding: int) -> bytes:
    """A valid image; ``padding`` bytes of it are a chunk that nobody reads."""
    stream = io.BytesIO()
    Image.linear_gradient("L").save(stream, "PNG")
    # Behind the signature and the header.
    at = 8 + 25
    chunk = b"prVt" + os.urandom(padding)
    told = struct.pack(">I", padding) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return stream.getvalue()[:at] + told + stream.getvalue()[at:]


def make_folder(folder: Path, count: int) -> Path:
    """So many images, in folders of a hundred."""
    for number, image in enumerate(tiny_jpegs(count)):
        inside = folder / f"{number // 100:03}"
        if number % 100 == 0:
            inside.mkdir(parents=True)
        (inside / f"image {number:05}.jpg").write_bytes(image)
    return folder


# --- processes ------------------------------------------------------------------------------------


class Window:
    """The measured process, and what it tells."""

    def __init__(self, home: Path, plan: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self.home = home
        environment = {
            **{name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")},
            "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM") or "offscreen",
            "KRAKEN_DESKTOP_HOME": str(home),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            **secrets,
        }
        self._process = subprocess.Popen(
            # Not by -m: the engine's child processes would load the module that began, and with it the window.
            [sys.executable, "-c", _START, json.dumps(plan)],
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def facts(self) -> Iterator[dict[str, Any]]:
        """What it says, as it says it."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            yield json.loads(line)

    def ask(self, *values: float) -> dict[str, Any]:
        """Ask the empty window."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(values) + "\n")
        self._process.stdin.flush()
        return next(iter(self.facts()))

    def end(self) -> float:
        """Wait for its end; when that was on the monotonic clock."""
        try:
            code = self._process.wait(_PATIENCE)
        finally:
            self._process.kill()
        ended = time.monotonic()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        if code != 0:
            raise RuntimeError(f"the window's process ended with {code}")
        return ended

    def left_running(self) -> list[int]:
        """Processes that it started, still there a moment after its end. They end here."""
        found = []
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and str(self.home).encode() in (process / "environ").read_bytes():
                    found.append(int(process.name))
            except OSError:
                continue  # ended, or not ours
        for number in found:
            os.kill(number, signal.SIGKILL)
        return found


class Bench:
    """Servers, folders and windows of one measurement."""

    def __init__(self, folder: Path, stack: ExitStack, *, offenders: bool) -> None:
        self._folder = folder
        self._offenders = offenders
        self._homes = 0
        self.s3 = StrictS3Handle()
        stack.callback(self.s3.stop)
        self.s3.create_bucket(_BUCKET)

    def profile(self, endpoint: str | None = None) -> Profile:
        """The engine of this computer, into the bucket."""
        return Profile(
            id="bench",
            name="Bench",
            recipe_id=_RECIPE.id,
            engine=Engine.LOCAL,
            uploader=Uploader.LOCAL,
            bucket=_BUCKET,
            region=self.s3.region,
            endpoint=endpoint or self.s3.endpoint,
            acl=Acl.PRIVATE,
            credentials=Credentials(source=CredentialSource.ENVIRONMENT),
        )

    def open(
        self, plan: Mapping[str, Any], profile: Profile, *, account: Account | None = None, **secrets: str
    ) -> Window:
        """A window in a home of its own, with this profile."""
        self._homes += 1
        home = self._folder / f"home-{self._homes}"
        services = Services({"KRAKEN_DESKTOP_HOME": str(home)}, lambda _problem: None)

        def change(now: Settings) -> Settings:
            known = now.with_account(account) if account is not None else now
            return known.with_recipe(_RECIPE).with_profile(profile).with_default(profile.id)

        services.settings.update(change)
        services.close()
        keys = {"KRAKEN_S3_ACCESS_KEY": self.s3.access_key, "KRAKEN_S3_SECRET": self.s3.secret}
        return Window(home, {"offenders": self._offenders, **plan}, {**keys, **secrets})

    def run(self, folder: Path, count: int) -> dict[str, Any]:
        """The whole run, with an empty window beside it."""
        empty = Window(self._folder / "empty", {"kind": "empty"}, {})
        told = self._play({"kind": "run", "folder": str(folder), "files": count}, self.profile())
        told["empty"] = empty.ask(*told["span"])["late"]
        empty.end()
        return told

    def cancel(self, folder: Path, count: int) -> dict[str, Any]:
        """Cancel one, and all."""
        return self._play({"kind": "cancel", "folder": str(folder), "files": count}, self.profile())

    def quit(self, folder: Path, count: int, state: str) -> dict[str, Any]:
        """Quit in a state."""
        plan = {"kind": "quit", "folder": str(folder), "files": count, "state": state}
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            if state == "waiting":
                silent.close()
            away = state in {"stalled", "waiting"}
            profile = self.profile(f"http://127.0.0.1:{port}" if away else None)
            wrong = {"KRAKEN_S3_SECRET": "wrong"} if state == "paused" else {}
            return self._play(plan, profile, **wrong)

    def file(self, folder: Path) -> dict[str, Any]:
        """A large file on its way to Kraken.io."""
        small, large = folder / "small.png", folder / "large.png"
        small.write_bytes(padded_png(1))
        large.write_bytes(padded_png(_LARGE))
        server = ChildServer(
            "tests.servers.kraken_api", "--s3-endpoint", self.s3.endpoint, "--limit-bytes", str(_FILE_LIMIT)
        )
        try:
            ready = server.ready
            source = CredentialSource.ENVIRONMENT
            account = Account(id="bench", api_key=ready["api_key"], api_url=ready["url"], source=source)
            profile = Profile(
                id="bench",
                name="Bench",
                account_id=account.id,
                bucket=_BUCKET,
                region=self.s3.region,
                endpoint=self.s3.endpoint,
                credentials=Credentials(source=source),
            )
            keys = {"KRAKEN_API_KEY": ready["api_key"], "KRAKEN_API_SECRET": ready["api_secret"]}
            plan = {"kind": "file", "folder": str(large), "small": str(small), "files": 1}
            return self._play(plan, profile, account=account, **keys)
        finally:
            server.stop()

    def _play(self, plan: Mapping[str, Any], profile: Profile, **more: Any) -> dict[str, Any]:
        window = self.open(plan, profile, **more)
        told: dict[str, Any] = {}
        for facts in window.facts():
            told |= facts
        told["quit"] = window.end() - told["quitting"]
        told["stages"] = [told[each] - told["quitting"] for each in ("closed", "ended") if each in told]
        told["processes"] = window.left_running()
        return told


# --- the table ------------------------------------------------------------------------------------


def _line(name: str, value: str, limit: str = "") -> None:
    print(f"  {name:<58}{value:>22}  {limit}")


def _spread(of: Mapping[str, float]) -> str:
    return f"{of['p50']:.1f} / {of['p99']:.1f} / {of['worst']:.1f} ms"


def print_run(told: Mapping[str, Any], count: int) -> None:
    """Figures of the whole run."""
    print(f"\n{count} images dropped, uploaded and scrolled through: {told['counts']}")
    _line("drop to first repaint", f"{told['first_repaint'] * 1000:.0f} ms", "limit 100")
    _line("drop to first rows on the screen", f"{told['first_rows'] * 1000:.0f} ms")
    _line("drop to all rows", f"{told['all_rows']:.1f} s")
    _line("drop to all uploaded", f"{told['whole']:.1f} s")
    _line("processor a turn while scanning, p50 / p99 / worst", _spread(told["scan_turns"]), "limit - / 16 / 50")
    _line("processor a turn in the whole run, p50 / p99 / worst", _spread(told["turns"]), "limit - / 16 / 50")
    _line("lateness by the clock, p50 / p99 / worst", _spread(told["late"]))
    _line("  of an empty window meanwhile", _spread(told["empty"]))
    ratios = [told["late"][each] / max(0.001, told["empty"][each]) for each in ("p50", "p99", "worst")]
    _line("  ratio", " / ".join(f"{ratio:.1f}" for ratio in ratios))
    _line("processor a pause of the collector, p50 / p99 / worst", _spread(told["collector"]))
    start, end = told["start"], told["end"]
    _line("memory of the window's process at the start, RSS (PSS)", f"{start['Rss']:.0f} ({start['Pss']:.0f}) MB")
    _line("  at the end", f"{end['Rss']:.0f} ({end['Pss']:.0f}) MB", "limit 250")
    _line("  the most", f"{end['VmHWM']:.0f} MB")
    _print_quit("ended", told)


def _print_quit(state: str, told: Mapping[str, Any]) -> None:
    left = f"{len(told['processes'])} left running" + ("" if told["in_time"] else ", not in time")
    stages = " + ".join(f"{stage * 1000:.0f}" for stage in told["stages"])
    _line(f"quit, {state}", f"{told['quit'] * 1000:.0f} ms", f"limit 2000; {left}; {stages}")


def print_cancel(told: Mapping[str, Any]) -> None:
    """Figures of cancelling."""
    found = told["cancelled"]
    print()
    _line("cancel one that runs", f"{found['running'] * 1000:.0f} ms", "limit 100")
    _line("cancel one that is queued", f"{found['queued'] * 1000:.0f} ms", "limit 100")
    _line(f"cancel {told['left']}", f"{found['all'] * 1000:.0f} ms", "limit 1000")
    _line("  processor, all threads", f"{found['cost'] * 1000:.0f} ms")
    _line("processor a turn meanwhile, p50 / p99 / worst", _spread(told["turns"]), "limit - / 16 / 50")
    _line("memory of the window's process, RSS (PSS)", f"{told['end']['Rss']:.0f} ({told['end']['Pss']:.0f}) MB")


def print_file(told: Mapping[str, Any]) -> None:
    """Figures of a large file."""
    before, after = told["before"], told["after"]
    print(f"\na file of {_LARGE // 1024**2} MB to Kraken.io: {told['counts']}")
    _line("memory before it, the most", f"{before['VmHWM']:.0f} MB")
    _line("memory after it, the most", f"{after['VmHWM']:.0f} MB", f"ratio {after['VmHWM'] / before['VmHWM']:.2f}")


@contextmanager
def _place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bench-drop-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="500 files")
    parser.add_argument("--offenders", action="store_true", help="print what the dearest turns did")
    parser.add_argument("--only", action="append", choices=("run", "cancel", "quit", "file"), help="default: all")
    chosen = parser.parse_args(arguments)
    count = 500 if chosen.quick else chosen.files
    parts = chosen.only or ["run", "cancel", "quit", "file"]
    with _place() as place, ExitStack() as stack:
        bench = Bench(place, stack, offenders=chosen.offenders)
        folder = make_folder(place / "images", count)
        offenders: list[str] = []
        if "run" in parts:
            told = bench.run(folder, count)
            print_run(told, count)
            offenders += told["offenders"]
        if "cancel" in parts:
            told = bench.cancel(folder, count)
            print_cancel(told)
            offenders += told["offenders"]
        if "quit" in parts:
            print()
            for state in QUIT_STATES:
                # Whoever waits for the end of all does so with few.
                few = make_folder(place / "few", 20) if state == "ended" else folder
                _print_quit(state, bench.quit(few, 20 if state == "ended" else count, state))
        if "file" in parts:
            print_file(bench.file(place))
        for each in offenders:
            print(f"\n{each}")


if __name__ == "__main__":
    main()
