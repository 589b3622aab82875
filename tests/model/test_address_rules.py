from __future__ import annotations

from dataclasses import replace

import pytest

from kraken_desktop.messages import Message, Words
from kraken_desktop.model.address_rules import address_trouble
from kraken_desktop.model.profile import Account, Engine, Profile
from kraken_desktop.model.recipe import Recipe, Resize, Strategy, Variant

PROFILE = Profile(id="p", name="Blog", engine=Engine.KRAKEN, path_template="{stem}-{hash:8}{ext}")
ACCOUNT = Account(id="a", name="Mine", api_key="k")
EXACT = Resize(strategy=Strategy.EXACT, width=400, height=300)
WIDE = Resize(strategy=Strategy.LANDSCAPE, width=400)
PLAIN = Recipe()
URL = "https://example.com/a%20b.png"


def told(
    url: str, profile: Profile = PROFILE, recipe: Recipe = PLAIN, account: Account | None = ACCOUNT
) -> Message | None:
    error = address_trouble(url, profile, recipe, account)
    return Words().error(error) if error is not None else None


def test_a_public_address() -> None:
    assert told(URL) is None


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "10.0.0.5", "nas", "[fd00::1]", "wiki.corp"])
def test_kraken_io_reaches_no_private_network(host: str) -> None:
    name = host.partition(":")[0] if not host.startswith("[") else "fd00::1"
    assert told(f"http://{host}/a.png") == Message(
        f"Kraken.io cannot fetch “http://{host}/a.png”.",
        f"{name} is this computer, or is in a private network, and Kraken.io is outside.",
        "Download the image and add the file, or choose a profile with this computer’s engine.",
    )
    assert told(f"http://{host}/a.png", replace(PROFILE, engine=Engine.LOCAL)) is None


def test_a_test_server_on_this_computer_does() -> None:
    assert told("http://127.0.0.1:8/a.png", account=replace(ACCOUNT, api_url="http://127.0.0.1:9")) is None


@pytest.mark.parametrize(
    ("template", "recipe", "unknown"),
    [
        ("{stem}-{width}{ext}", Recipe(), "{width}"),
        ("{height}/{name}", Recipe(), "{height}"),
        ("{width}x{height}/{name}", Recipe(resize=WIDE), "{width}"),
        ("{width}x{height}/{name}", Recipe(resize=EXACT), ""),
        ("{name}", Recipe(), ""),
        (
            "{width}/{name}",
            Recipe(variants=(Variant(name="a", resize=EXACT), Variant(name="b", resize=WIDE))),
            "{width}",
        ),
        ("{width}/{name}", Recipe(variants=(Variant(name="a", resize=EXACT),)), ""),
        ("{width", Recipe(), ""),
    ],
)
def test_sizes_that_the_recipe_does_not_fix(template: str, recipe: Recipe, unknown: str) -> None:
    found = told(URL, replace(PROFILE, path_template=template), recipe)
    if not unknown:
        assert found is None
        return
    assert found == Message(
        f"{unknown} is not known for “a b.png”.",
        "Kraken.io fetches this address itself, so the size in pixels is not known when the name is made.",
        f"Remove {unknown} from the path template, choose a recipe with an exact size, or add the image as a file.",
    )
    assert told(URL, replace(PROFILE, path_template=template, engine=Engine.LOCAL), recipe) is None
