from __future__ import annotations

import io
import json
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring

from kraken_desktop.cli import main
from tests.support.memory_keyring import MemoryKeyring

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY = "AKIAIOSFODNN7EXAMPLE"


class Terminal:
    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self._home = home

    def __call__(self, *arguments: str, typed: str = "") -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        code = main(arguments)
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def elsewhere(self) -> None:
        """Go to another computer."""
        self._monkeypatch.setenv("KRAKEN_DESKTOP_HOME", str(self._home / "elsewhere"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path) -> Terminal:
    return Terminal(capsys, monkeypatch, home)


@pytest.fixture
def blog(run: Terminal) -> str:
    """A profile with a secret, exported."""
    code, _, _ = run(
        "profile", "add", "Blog", "--engine", "local", "--bucket", "blog-images", "--access-key", KEY,
        "--secret-stdin", typed=f"{SECRET}\n",
    )  # fmt: skip
    assert code == 0
    code, out, err = run("profile", "export")
    assert (code, err) == (0, "Exported without secrets, access key IDs and accounts.\n")
    return out


def names(run: Terminal) -> list[str]:
    return [line.removesuffix(" (default)") for line in run("profile", "list")[1].splitlines()]


def test_from_one_computer_to_another(run: Terminal, blog: str, tmp_path: Path) -> None:
    assert SECRET not in blog
    assert KEY not in blog
    path = tmp_path / "blog.json"
    assert run("profile", "export", "Blog", "-o", str(path))[0] == 0
    assert path.read_text() == blog
    code, _, err = run("profile", "export", "-o", str(path))
    assert (code, err) == (2, f"kraken-s3: cannot write {path}: File exists\n")
    run.elsewhere()
    code, out, err = run("profile", "import", str(path), "--dry-run")
    assert (code, out, err) == (0, "", "profile 'Blog': new\n")
    assert "Blog" not in names(run)
    code, out, err = run("profile", "import", str(path))
    assert (code, out) == (0, "Blog\n")
    assert err == (
        "profile 'Blog': new\n"
        "Blog: the secret is missing. Enter it with: kraken-s3 profile edit Blog --access-key ID --secret-stdin\n"
    )
    shown = json.loads(run("profile", "show", "Blog")[1])
    assert shown["bucket"] == "blog-images"
    assert run("profile", "import", "-", typed=blog)[2] == "profile 'Blog': there already, just like this\n"


def test_what_is_there_is_changed_only_if_asked(run: Terminal, blog: str) -> None:
    other = blog.replace("blog-images", "other-images")
    code, out, err = run("profile", "import", "-", typed=other)
    assert (code, out) == (2, "")
    assert err == (
        "profile 'Blog': you have another one called 'Blog'\n"
        "  Bucket: blog-images → other-images\n"
        "kraken-s3: nothing was imported, because you have these already: Blog. "
        "Say what to do with them: --rename, --replace or --skip\n"
    )
    assert run("profile", "import", "-", "--skip", typed=other)[:2] == (0, "")
    code, out, err = run("profile", "import", "-", "--rename", typed=other)
    assert out == "Blog 2\n"
    assert "kraken-s3 profile edit 'Blog 2' --access-key ID --secret-stdin" in err
    code, out, err = run("profile", "import", "-", "--replace", typed=other)
    assert (code, out) == (0, "Blog\n")
    assert "missing" not in err
    shown = json.loads(run("profile", "show", "Blog")[1])
    assert (shown["bucket"], shown["credentials"]["access_key"]) == ("other-images", KEY)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nonsense", "It is not a file with profiles, or was cut short: it cannot be read as JSON."),
        ('{"format": "kraken-desktop profiles", "version": 2}', "It was made by a newer Kraken Desktop"),
        (
            '{"format": "kraken-desktop profiles", "version": 1, "profiles": [{"id": "1", "name": 5}]}',
            "It is damaged at profiles[0].name: a text belongs there.",
        ),
    ],
)
def test_what_is_no_good_is_refused(run: Terminal, typed: str, said: str) -> None:
    before = names(run)
    code, out, err = run("profile", "import", "-", typed=typed)
    assert (code, out) == (1, "")
    assert "Nothing was imported from “<standard input>”." in err
    assert said in err
    assert names(run) == before


@pytest.mark.parametrize("arguments", [[], ["--from", "picgo", "-"]])
def test_what_cannot_be_meant(run: Terminal, arguments: list[str]) -> None:
    assert run("profile", "import", *arguments)[0] == 2


@pytest.fixture
def picgo(home: Path) -> Path:
    path = home / ".picgo/config.json"
    path.parent.mkdir()
    told = {"bucketName": "img-bucket", "accessKeyID": KEY, "secretAccessKey": SECRET, "region": "eu-west-1"}
    path.write_text(json.dumps({"picBed": {"aws-s3": told}}))
    return path


def test_the_secret_of_picgo_is_kept_only_if_asked(
    run: Terminal, picgo: Path, memory_keyring: MemoryKeyring, home: Path
) -> None:
    code, out, err = run("profile", "import", "--from", "picgo")
    assert (code, out) == (0, "img-bucket\n")
    assert "Its secret stands in that file as plain text; --with-secrets keeps it in the keyring." in err
    assert "the secret is missing. Enter it with: kraken-s3 profile edit img-bucket --secret-stdin" in err
    assert memory_keyring.entries == {}
    run("profile", "remove", "img-bucket")
    code, out, err = run("profile", "import", "--from", "picgo", str(picgo), "--with-secrets")
    assert (code, out) == (0, "img-bucket\n")
    assert "missing" not in err
    assert SECRET in memory_keyring.entries.values()
    for path in (each for each in home.rglob("*") if each.is_file() and each != picgo):
        assert SECRET.encode() not in path.read_bytes()


def test_another_access_key_needs_another_secret(
    run: Terminal, blog: str, picgo: Path, memory_keyring: MemoryKeyring
) -> None:
    assert json.loads(blog)
    told = {"_configName": "Blog", "bucketName": "blog-images", "accessKeyID": "AKIANEW", "secretAccessKey": "other"}
    picgo.write_text(json.dumps({"picBed": {"aws-s3": told}}))
    code, out, err = run("profile", "import", "--from", "picgo", "--replace")
    assert (code, out) == (0, "Blog\n")
    assert "Blog: the secret is missing. Enter it with: kraken-s3 profile edit Blog --secret-stdin" in err
    picgo.write_text(json.dumps({"picBed": {"aws-s3": told | {"accessKeyID": "AKIANEWER"}}}))
    code, out, err = run("profile", "import", "--from", "picgo", "--replace", "--with-secrets")
    assert (code, out) == (0, "Blog\n")
    assert "missing" not in err
    assert list(memory_keyring.entries.values()) == ["other"]


def test_without_a_keyring_nothing_is_imported_with_secrets(
    run: Terminal, picgo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        code, out, err = run("profile", "import", "--from", "picgo", "--with-secrets")
    finally:
        keyring.set_keyring(before)
    assert (code, out) == (2, "")
    assert "nothing was imported; without --with-secrets it can be" in err
    assert SECRET not in err
    assert "img-bucket" not in names(run)
    assert picgo.exists()


def test_a_profile_of_aws_asks_for_its_bucket(run: Terminal, home: Path, memory_keyring: MemoryKeyring) -> None:
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text(f"[work]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
    code, out, err = run("profile", "import", "--from", "aws")
    assert (code, out) == (0, "work\n")
    assert "work: the bucket is missing. Enter it with: kraken-s3 profile edit work --bucket BUCKET" in err
    assert "secret is missing" not in err
    assert memory_keyring.entries == {}


def test_where_nothing_is_the_places_are_named(run: Terminal, home: Path) -> None:
    code, _, err = run("profile", "import", "--from", "piclist")
    assert code == 1
    assert err.startswith("Nothing of PicList was found on this computer.\n  These places were looked at: ")
    assert str(home / ".piclist/config.json") in err
