"""``kraken-s3 recipe``, from the command line to the settings file and back."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image

from kraken_desktop.cli.console import typed_name
from kraken_desktop.cli.program import run
from kraken_desktop.model.recipe import Chroma, KeptMetadata, OutputFormat, Recipe, Resize, Strategy
from kraken_desktop.model.recipes import BUILT_IN_RECIPES
from kraken_desktop.model.settings import Settings
from kraken_desktop.stores.settings import SettingsStore


@dataclass
class Told:
    code: int
    out: str
    err: str


@dataclass
class Terminal:
    home: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, line: str) -> Told:
        try:
            code = run(shlex.split(line))
        except SystemExit as left:
            code = int(left.code or 0)
        told = self.capture.readouterr()
        return Told(code, told.out, told.err)

    @property
    def settings(self) -> Settings:
        (path,) = self.home.rglob("settings.json")
        return SettingsStore(path).load()

    def recipe(self, name: str) -> Recipe:
        return next(each for each in self.settings.every_recipe if each.name == name)


@pytest.fixture
def kraken_s3(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("KRAKEN_DESKTOP_HOME", str(home / "kraken"))
    return Terminal(home / "kraken", capsys)


def test_the_list_has_typed_names_and_what_each_does(kraken_s3: Terminal) -> None:
    lines = kraken_s3("recipe list").out.splitlines()
    names = [line.split()[0] for line in lines]
    assert names == ["web-image", "web-photo", "screenshot", "lossless", "responsive-set", "avatar-256"]
    assert lines[-1].split(maxsplit=1)[1].startswith("exactly 256 × 256, cropped;")


def test_everything_of_a_recipe_can_be_typed(kraken_s3: Terminal) -> None:
    options = (
        "--lossy --quality 70 --chroma 444 --size 400x300 --strategy fill --background #102030 --enhance --format jpg "
        "--keep-meta date --no-auto-orient --sandbox"
    )
    told = kraken_s3(f"recipe add Shop {options}")
    assert told.code == 0
    recipe = kraken_s3.recipe("Shop")
    assert recipe == Recipe(
        id=recipe.id,
        name="Shop",
        quality=70,
        chroma=Chroma.FULL,
        resize=Resize(strategy=Strategy.FILL, width=400, height=300, background="#102030", enhance=True),
        convert=OutputFormat.JPEG,
        background="#102030",
        auto_orient=False,
        keep_metadata=frozenset({KeptMetadata.DATE}),
        sandbox=True,
    )
    assert "Images smaller than 400 × 300 are enlarged." in told.err
    assert "only the first one of an animation stays" in told.err
    assert json.loads(kraken_s3("recipe show shop").out)["quality"] == 70


def test_editing_keeps_what_is_not_named(kraken_s3: Terminal) -> None:
    kraken_s3("recipe add Shop --quality 70 --chroma 4:2:2 --max-width 9 --format webp")
    kraken_s3("recipe edit shop --name 'Web shop' --quality auto --chroma auto")
    size = Resize(strategy=Strategy.LANDSCAPE, width=9)
    recipe = kraken_s3.recipe("Web shop")
    assert recipe == Recipe(id=recipe.id, name="Web shop", resize=size, convert=OutputFormat.WEBP)
    kraken_s3("recipe edit web-shop --size original --format same")
    assert kraken_s3.recipe("Web shop") == Recipe(id=recipe.id, name="Web shop")


def test_a_recipe_like_another(kraken_s3: Terminal) -> None:
    kraken_s3("recipe add Small --like web-photo --max-width 640")
    photo = kraken_s3.recipe("Web photo")
    small = kraken_s3.recipe("Small")
    size = Resize(strategy=Strategy.LANDSCAPE, width=640)
    assert small == replace(photo, id=small.id, name="Small", resize=size)


@pytest.mark.parametrize("recipe", BUILT_IN_RECIPES[1:], ids=lambda recipe: recipe.name)
def test_a_built_in_recipe_is_changed_and_reset_but_never_gone(kraken_s3: Terminal, recipe: Recipe) -> None:
    kraken_s3(f"recipe edit '{recipe.name}' --name Mine --lossless --max-width 5")
    assert kraken_s3.recipe("Mine").id == recipe.id
    told = kraken_s3("recipe remove mine")
    assert told.code == 0
    assert f"{recipe.name} is built in and stays: it is again what it was at first." in told.err
    assert kraken_s3.settings.every_recipe == BUILT_IN_RECIPES


def test_removing_a_recipe_names_the_profiles_that_used_it(kraken_s3: Terminal, tmp_path: Path) -> None:
    kraken_s3("recipe add Shop")
    kraken_s3(f"profile add Blog --folder {tmp_path} --recipe shop")
    told = kraken_s3("recipe remove shop")
    assert "Blog: from now on with the recipe Web image" in told.err
    assert [each.name for each in kraken_s3.settings.every_recipe] == [each.name for each in BUILT_IN_RECIPES]


@pytest.mark.parametrize("recipe", BUILT_IN_RECIPES, ids=lambda recipe: recipe.name)
def test_a_profile_takes_a_built_in_recipe(kraken_s3: Terminal, tmp_path: Path, recipe: Recipe) -> None:
    name = typed_name(recipe, BUILT_IN_RECIPES)
    assert kraken_s3(f"profile add Blog --folder {tmp_path} --recipe {name}").code == 0
    profile = kraken_s3.settings.profile_named("Blog")
    assert profile is not None
    assert profile.recipe_id == recipe.id


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("recipe add Lossless", "there is a recipe 'Lossless' already"),
        ("recipe add web-photo", "there is a recipe 'Web photo' already"),
        ("recipe add ' '", "needs a name"),
        ("recipe edit lossless --name screenshot", "there is a recipe 'Screenshot' already"),
        ("recipe edit nothing", "there is no recipe 'nothing'. There are: web-image, web-photo, screenshot, "),
        ("recipe add A --variant small:1q", "nothing that a variant has"),
        ("recipe add A --background white", "#rgb or #rrggbb"),
    ],
)
def test_what_cannot_be_is_told(kraken_s3: Terminal, line: str, why: str) -> None:
    told = kraken_s3(line)
    assert told.code == 2
    assert why in told.err


def test_names_that_have_no_short_form_are_quoted() -> None:
    odd = (Recipe(id="1", name="!!!"), Recipe(id="2", name="a b"), Recipe(id="3", name="A/B"))
    assert [typed_name(each, odd) for each in odd] == ["'!!!'", "a-b", "A/B"]


def test_a_set_for_one_run(kraken_s3: Terminal, tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    Image.new("RGB", (64, 32), "teal").save(source)
    kraken_s3(f"profile add Here --folder {tmp_path / 'out'} --path {{stem}}-{{variant}}{{ext}}")
    told = kraken_s3(f"put {source} --widths 16,32 --formats webp,jpeg --variant box:10x10-fill:png:#ff0000")
    assert told.code == 0
    names = ["a-16-webp.webp", "a-32-webp.webp", "a-16-jpeg.jpg", "a-32-jpeg.jpg", "a-box.png"]
    assert [Path(line).name for line in told.out.splitlines()] == names
    sizes = []
    for name in names:
        with Image.open(tmp_path / "out" / name) as image:
            sizes.append(image.size)
    assert sizes == [(16, 8), (32, 16), (16, 8), (32, 16), (10, 10)]
    with Image.open(tmp_path / "out" / "a-box.png") as image:
        assert image.convert("RGB").getpixel((0, 0)) == (255, 0, 0)
