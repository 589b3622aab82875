"""What the terminal says of results: sets, tests of the sandbox, checked links; and how they are removed again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kraken_desktop.model.job import LinkCheck, StoredImage, Verdict
from kraken_desktop.model.profile import Acl, Collision, Credentials
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.result_objects import image_object
from tests.servers.images import ImageKind, make_image
from tests.servers.s3_handle import StrictS3Handle
from tests.support.stage import HERE
from tests.support.terminal import Terminal
from tests.support.world import World

SET = Recipe(
    id="set",
    name="Set",
    variants=tuple(
        Variant(name=f"{form}-{width}", resize=Resize(strategy=Strategy.LANDSCAPE, width=width), convert=form)
        for form in (OutputFormat.WEBP, OutputFormat.JPEG)
        for width in (20, 40)
    ),
)


class OnStage(Terminal):
    """With a person's world behind it."""

    def __init__(self, world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(capsys, monkeypatch)
        self.world = world

    def set_up(self, recipe: Recipe | None = None, **profile: object) -> None:
        services = self.world.services()
        self.world.set_up(services, **profile)
        if recipe is not None:
            services.settings.update(lambda now: now.with_recipe(recipe))
        services.close()


@pytest.fixture
def terminal(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> OnStage:
    return OnStage(world, capsys, monkeypatch)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return make_image(ImageKind.PNG, tmp_path / "a & b.png", size=(64, 48))


class TestSets:
    def test_a_line_for_each_image_in_the_order_of_the_recipe(self, terminal: OnStage, picture: Path) -> None:
        terminal.set_up(SET, **HERE)
        code, out, err = terminal("put", "--recipe", "Set", picture)
        assert code == 0, err
        assert [re.search(r"-((?:webp|jpeg)-\d+)\.", line)[1] for line in out.splitlines()] == [  # type: ignore[index]
            variant.name for variant in SET.variants
        ]

    def test_a_picture_element_is_one_line_and_every_address_in_it_opens(
        self, terminal: OnStage, picture: Path
    ) -> None:
        terminal.set_up(SET, **HERE)
        code, out, err = terminal("put", "--recipe", "Set", "--link", "picture", picture)
        assert code == 0, err
        (line,) = out.splitlines()
        assert line.startswith('<picture> <source type="image/webp"')
        assert line.endswith('alt="a &amp; b"> </picture>')
        urls = set(re.findall(r"http[^\s\",]+", line))
        assert len(urls) == 4
        for url in urls:
            answer = terminal.world.s3.anonymous_get(url)
            assert (answer.status, answer.headers["content-type"]) == (
                200,
                "image/webp" if url.endswith("webp") else "image/jpeg",
            )


class TestSum:
    def test_the_last_line_counts_how_several_sources_ended(self, terminal: OnStage, tmp_path: Path) -> None:
        terminal.set_up(collision=Collision.SKIP, path_template="{name}", **HERE)
        first, *others = [make_image(ImageKind.PNG, tmp_path / f"{n}.png", size=(20, 20), seed=n) for n in range(3)]
        _, _, err = terminal("put", first)
        assert "1 done" not in err
        for options in ([], ["--json"]):
            code, _, err = terminal("put", *options, first, *others, tmp_path / "gone.png")
            assert code == 1
            last = "2 done, 1 skipped, 1 failed" if not options else "3 skipped, 1 failed"
            assert err.splitlines()[-1] == last


class TestLinks:
    def test_a_link_that_nobody_can_open_is_a_warning_with_the_way_out(self, terminal: OnStage, tmp_path: Path) -> None:
        terminal.set_up(acl=Acl.NONE, **HERE)
        paths = [make_image(ImageKind.PNG, tmp_path / f"{n}.png", size=(20, 20), seed=n) for n in range(2)]
        code, out, err = terminal("put", *paths)
        assert code == 0
        assert err.count("  Not public: 403: ") == len(out.splitlines()) == 2
        assert err.count("no bucket policy lets everybody read the object") == 1
        assert err.count("Allow s3:GetObject to everybody in the bucket policy") == 1
        code, out, _ = terminal("put", "--json", paths[0])
        told = json.loads(out)["images"][0]["check"]
        assert (told["verdict"], told["status"]) == ("forbidden", 403)

    def test_a_link_that_everybody_can_open_is_not_spoken_of(self, terminal: OnStage, picture: Path) -> None:
        terminal.set_up(**HERE)
        _, out, err = terminal("put", "--json", picture)
        assert "check" not in json.loads(out)["images"][0]
        assert "open" not in err


class TestRecords:
    def test_a_checked_link_tells_what_was_seen(self) -> None:
        check = LinkCheck(verdict=Verdict.WRONG_TYPE, status=200, content_type="text/html")
        told = image_object(StoredImage(key="a.png", url="https://x.org/a.png", check=check))
        assert told["check"] == {"verdict": "wrong_type", "status": 200, "content_type": "text/html"}
        away = LinkCheck(verdict=Verdict.UNREACHABLE, reason="transport.tls")
        assert image_object(StoredImage(key="a.png", url="", check=away))["check"]["status"] is None

    def test_what_few_have_is_left_out(self) -> None:
        told = image_object(StoredImage(key="a.png", url="https://x.org/a.png"))
        assert set(told) == {"variant", "key", "url", "kraked_url", "width", "height", "bytes"}
        assert image_object(StoredImage(key="a.png", url="", sandbox=True))["sandbox"] is True

    def test_a_test_of_the_sandbox_prints_no_link(self, terminal: OnStage, picture: Path) -> None:
        terminal.set_up(Recipe(id="try", name="Try", sandbox=True))
        code, out, err = terminal("put", "--recipe", "Try", picture)
        assert (code, out) == (0, "")
        assert "a & b.png: Only a test: Kraken.io’s sandbox stored nothing, and its numbers are made up" in err
        assert terminal.world.s3.keys(terminal.world.bucket) == ()
        code, out, _ = terminal("put", "--json", "--recipe", "Try", picture)
        told = json.loads(out)
        assert (code, told["status"], told["saved_bytes"]) == (0, "done", None)
        assert (told["images"][0]["sandbox"], told["images"][0]["url"]) == (True, "")


class TestRemove:
    def put(self, terminal: OnStage, picture: Path, **profile: object) -> str:
        terminal.set_up(**{**HERE, **profile})
        code, out, err = terminal("put", picture)
        assert code == 0, err
        return out.strip()

    def test_by_link_with_yes(self, terminal: OnStage, picture: Path) -> None:
        link = self.put(terminal, picture)
        code, out, err = terminal("remove", "--yes", link)
        assert (code, out) == (0, "")
        assert re.fullmatch(r"\S+a-b-\w+\.png: removed from the bucket\n", err)
        assert terminal.world.s3.keys(terminal.world.bucket) == ()
        code, _, err = terminal("remove", "--yes", link)
        assert code == 1
        assert "The history of this computer knows no object" in err

    def test_a_script_is_not_asked(self, terminal: OnStage, picture: Path) -> None:
        link = self.put(terminal, picture)
        code, _, err = terminal("remove", link)
        assert code == 0, err
        assert "[y/N]" not in err
        assert terminal.world.s3.keys(terminal.world.bucket) == ()

    @pytest.mark.parametrize(("typed", "left", "code"), [("y\n", 0, 0), ("\n", 1, 1), ("", 1, 1)])
    def test_on_a_terminal_it_asks_and_names_them(
        self, terminal: OnStage, picture: Path, typed: str, left: int, code: int
    ) -> None:
        link = self.put(terminal, picture)
        found, _, err = terminal("remove", link, typed=typed)
        assert found == code
        assert "(Web)\nRemove 1 object(s) from the bucket? They cannot be brought back. [y/N]\n" in err
        assert len(terminal.world.s3.keys(terminal.world.bucket)) == left

    def test_one_that_is_unknown_does_not_keep_the_others(self, terminal: OnStage, picture: Path) -> None:
        link = self.put(terminal, picture)
        code, _, err = terminal("remove", "--yes", "unheard/of.png", link, link)
        assert code == 1
        assert "“unheard/of.png” was not removed." in err
        assert err.count("removed from the bucket") == 1
        assert terminal.world.s3.keys(terminal.world.bucket) == ()

    def test_a_key_in_two_places_needs_the_profile(self, terminal: OnStage, picture: Path) -> None:
        s3, other = terminal.world.s3, terminal.world.s3.new_bucket()
        self.put(terminal, picture, path_template="{name}")
        self.put(terminal, picture, path_template="{name}", id="p2", name="Other", bucket=other)
        code, _, err = terminal("remove", "--yes", "a & b.png")
        assert code == 2
        assert "is in several places; say which with --profile: Other, Web" in err
        code, _, err = terminal("remove", "--yes", "--profile", "Nobody", "a & b.png")
        assert code == 1
        assert "was not stored with the profile 'Nobody', but with: Other, Web" in err
        assert terminal("remove", "--yes", "--profile", "Web", "a & b.png")[0] == 0
        assert (s3.keys(terminal.world.bucket), len(s3.keys(other))) == ((), 1)

    def test_a_replaced_one_needs_force(self, terminal: OnStage, picture: Path) -> None:
        self.put(terminal, picture, path_template="{name}")
        s3, bucket = terminal.world.s3, terminal.world.bucket
        s3.put(bucket, "a & b.png", b"another")
        code, _, err = terminal("remove", "--yes", "a & b.png")
        assert code == 1
        assert "somebody replaced the image since" in err
        assert "kraken-s3 remove --force removes it all the same." in err
        assert terminal("remove", "--yes", "--force", "a & b.png")[0] == 0
        assert s3.keys(bucket) == ()

    def test_what_is_gone_already_is_told_and_fine(self, terminal: OnStage, picture: Path) -> None:
        link = self.put(terminal, picture)
        s3, bucket = terminal.world.s3, terminal.world.bucket
        s3.client.delete_object(Bucket=bucket, Key=s3.keys(bucket)[0])
        code, _, err = terminal("remove", "--yes", link)
        assert code == 0
        assert err.endswith(": was gone already\n")

    def test_the_missing_right_is_named(self, terminal: OnStage, picture: Path) -> None:
        link = self.put(terminal, picture)
        s3 = terminal.world.s3
        assert isinstance(s3, StrictS3Handle)
        key = s3.new_key(may_delete=False)
        services = terminal.world.services()
        profile = terminal.world.profile(credentials=Credentials(access_key=key.access_key), **HERE)
        services.secrets.keep(profile.secret_name, key.secret)
        services.settings.update(lambda now: now.with_profile(profile))
        services.close()
        code, _, err = terminal("remove", "--yes", link)
        assert code == 1
        assert "s3:DeleteObject" in err

    def test_a_private_object_by_its_presigned_link(self, terminal: OnStage, picture: Path) -> None:
        link = self.put(terminal, picture, acl=Acl.PRIVATE)
        assert "X-Amz-Signature" in link
        assert terminal("remove", "--yes", link)[0] == 0

    def test_a_file_in_a_folder(self, terminal: OnStage, picture: Path, tmp_path: Path) -> None:
        link = self.put(terminal, picture, folder=str(tmp_path / "f"), bucket="", endpoint="")
        assert link.startswith("file://")
        assert terminal("remove", "--yes", link)[0] == 0
        assert list((tmp_path / "f").rglob("*")) == []
