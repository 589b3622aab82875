"""A real Secret Service to test against: gnome-keyring on a private D-Bus session, in a throw-away home.

``SecretService`` starts ``dbus-run-session`` around a child that runs this very module, which starts
gnome-keyring and then does what it is asked for on standard input, one JSON request a line. The object
itself is a ``SecretStore``: what is called here happens there, in a ``KeyringStore``, and what is raised
there is raised here. Nothing of the person's own keyring is touched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal

from kraken_desktop.model.errors import SecretError, all_error_types

ROOT = Path(__file__).parents[2]
PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon")
_PASSWORD = b"test"
_BUS_NAME = "org.freedesktop.secrets"

Kind = Literal["unlocked", "empty", "nothing"]


def missing_programs() -> list[str]:
    """What is not installed here."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class SecretService:
    """A session of its own. ``unlocked``: a keyring, open; ``empty``: no keyring yet; ``nothing``: no bus."""

    def __init__(self, kind: Kind = "unlocked") -> None:
        self._home = tempfile.TemporaryDirectory(prefix="keyring-")
        home = Path(self._home.name)
        (home / "run").mkdir(mode=0o700)
        environ = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_RUNTIME_DIR": str(home / "run"),
        }
        command = [sys.executable, "-m", "tests.support.secret_service", kind]
        if kind != "nothing":
            command = ["dbus-run-session", "--", *command]
        self._child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._lock = threading.Lock()
        assert self._ask("ready") is None

    def get(self, name: str) -> str | None:
        answer = self._ask("get", name)
        assert answer is None or isinstance(answer, str)
        return answer

    def set(self, name: str, value: str) -> None:
        self._ask("set", name, value)

    def delete(self, name: str) -> None:
        self._ask("delete", name)

    def lock(self) -> None:
        """Locks the keyring; nobody is there to unlock it."""
        self._ask("lock")

    def unlock(self) -> None:
        """Opens the keyring again, as its owner's password does."""
        self._ask("unlock")

    def environ(self) -> dict[str, str]:
        """What leads another program to this keyring."""
        answer = self._ask("environ")
        assert isinstance(answer, dict)
        return answer

    def entries(self) -> list[str]:
        """The names of all entries in the keyring, parts of long values too."""
        answer = self._ask("entries")
        assert isinstance(answer, list)
        return answer

    def close(self) -> None:
        """Ends child, bus and keyring, and removes the home."""
        self._child.communicate(timeout=30)
        self._home.cleanup()

    def _ask(self, *request: str) -> object:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        with self._lock:
            self._child.stdin.write(json.dumps(request) + "\n")
            self._child.stdin.flush()
            line = self._child.stdout.readline()
        assert line, f"the keyring's child ended ({self._child.poll()})"
        answer = json.loads(line)
        if "code" in answer:
            kinds = {kind.code: kind for kind in all_error_types()}
            raise kinds[answer["code"]](**answer["facts"])
        assert "result" in answer, answer
        return answer["result"]


def _serve(kind: Kind) -> None:
    from kraken_desktop.stores.secret_store import KeyringStore

    if kind == "unlocked":
        subprocess.run(
            ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--daemonize"],
            input=_PASSWORD,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=30,
        )
    owner = _owner() if kind == "unlocked" else ""
    store = KeyringStore()
    verbs: dict[str, Callable[..., object]] = {
        "ready": lambda: None,
        "get": store.get,
        "set": store.set,
        "delete": store.delete,
        "lock": _lock,
        "unlock": _unlock,
        "environ": _environ,
        "entries": _entries,
    }
    is_locked = False
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        answer = _answer(verbs[verb], arguments)
        if owner and "result" not in answer and not _is_there(owner):
            # An assertion of GLib ends gnome-keyring now and then, when many clients come and go. What the bus starts
            # in its place has the same entries, and is locked.
            owner = _owner(restart=True)
            if not is_locked:
                _unlock()
            answer = _answer(verbs[verb], arguments)
        is_locked = {"lock": True, "unlock": False}.get(verb, is_locked)
        print(json.dumps(answer), flush=True)


def _answer(verb: Callable[..., object], arguments: list[str]) -> dict[str, object]:
    try:
        return {"result": verb(*arguments)}
    except SecretError as error:
        return {"code": error.code, "facts": error.facts}
    except Exception as error:
        return {"unexpected": repr(error)}


def _owner(*, restart: bool = False) -> str:
    """Who on the bus is the keyring, once it is there: the daemon may return before."""
    from jeepney import MatchRule, message_bus
    from jeepney.io.blocking import Proxy, open_dbus_connection

    came = MatchRule(type="signal", interface=message_bus.interface, member="NameOwnerChanged")
    came.add_arg_condition(0, _BUS_NAME)
    with closing(open_dbus_connection("SESSION")) as connection:
        bus = Proxy(message_bus, connection)
        with connection.filter(came) as coming:
            bus.AddMatch(came)
            if restart:
                bus.StartServiceByName(_BUS_NAME)
            elif not bus.NameHasOwner(_BUS_NAME)[0]:
                connection.recv_until_filtered(coming, timeout=30)
        owner = bus.GetNameOwner(_BUS_NAME)[0]
    assert isinstance(owner, str)
    return owner


def _is_there(owner: str) -> bool:
    from jeepney import message_bus
    from jeepney.io.blocking import Proxy, open_dbus_connection

    with closing(open_dbus_connection("SESSION")) as connection:
        return bool(Proxy(message_bus, connection).NameHasOwner(owner)[0])


def _unlock() -> None:
    """What gnome-keyring's own dialog does with the password of its owner, by its interface for tests and for PAM."""
    import secretstorage
    from jeepney import DBusAddress, new_method_call

    guilt = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
    place = {"object_path": "/org/freedesktop/secrets", "bus_name": _BUS_NAME}
    with closing(secretstorage.dbus_init()) as connection:
        collection = secretstorage.get_default_collection(connection).collection_path
        opening = new_method_call(
            DBusAddress(interface="org.freedesktop.Secret.Service", **place), "OpenSession", "sv", ("plain", ("s", ""))
        )
        session = connection.send_and_get_reply(opening).body[1]
        secret = (session, b"", _PASSWORD, "text/plain")
        unlocking = new_method_call(
            DBusAddress(interface=guilt, **place), "UnlockWithMasterPassword", "o(oayays)", (collection, secret)
        )
        connection.send_and_get_reply(unlocking)


def _environ() -> dict[str, str]:
    return {name: os.environ[name] for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")}


def _lock() -> None:
    import secretstorage

    with closing(secretstorage.dbus_init()) as connection:
        secretstorage.get_default_collection(connection).lock()


def _entries() -> list[str]:
    import secretstorage

    with closing(secretstorage.dbus_init()) as connection:
        items = secretstorage.get_default_collection(connection).get_all_items()
        return sorted(item.get_attributes()["username"] for item in items)


if __name__ == "__main__":
    _serve(sys.argv[1])  # type: ignore[arg-type]
