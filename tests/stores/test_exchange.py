"""Profiles that are handed on: all of them arrives, no secret leaves, and what is no good changes nothing."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from kraken_desktop.messages import Words
from kraken_desktop.messages.exchange import NOTES, change_in_words, note_in_words
from kraken_desktop.model.errors import ExchangeError
from kraken_desktop.model.parcel import NOTES as NOTE_CODES
from kraken_desktop.model.parcel import Clash, Note, arrivals, imported, undone
from kraken_desktop.model.profile import (
    Account,
    Acl,
    Collision,
    Credentials,
    CredentialSource,
    Engine,
    Profile,
    Uploader,
)
from kraken_desktop.model.recipe import DEFAULT_RECIPE_ID, OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.model.recipes import BUILT_IN_RECIPES
from kraken_desktop.model.settings import Network, Preferences, ProxyMode, Settings
from kraken_desktop.stores.exchange import (
    FORMAT,
    LARGEST,
    MOST_ENTRIES,
    VERSION,
    export,
    json_of,
    parcel_of,
    read_parcel,
    without_user,
)

SET = Recipe(
    id="r-set",
    name="Set",
    variants=(Variant(name="s", resize=Resize(strategy=Strategy.LANDSCAPE, width=400), convert=OutputFormat.WEBP),),
)
BLOG = Profile(
    id="p-blog",
    name="Blog",
    account_id="a1",
    recipe_id="r-set",
    bucket="blog-images",
    region="eu-west-1",
    path_template="{hash}{ext}",
    tags=(("team", "web"),),
    headers=(("Cache-Control", "max-age=60"),),
    collision=Collision.SKIP,
    credentials=Credentials(access_key="AKIAIOSFODNN7EXAMPLE"),
)
AWS = Profile(
    id="p-aws",
    name="AWS",
    uploader=Uploader.LOCAL,
    acl=Acl.NONE,
    bucket="aws-images",
    credentials=Credentials(source=CredentialSource.AWS_PROFILE, aws_profile="work"),
)
MINE = (
    Settings()
    .with_account(Account(id="a1", name="Company", api_key="api-key-1"))
    .with_recipe(SET)
    .with_recipe(Recipe(id="r-other", name="Other", quality=50))
    .with_profile(BLOG)
    .with_profile(AWS)
)


def handed_on(text: str, path: str = "file.json") -> Any:
    return parcel_of(json_of(text.encode(), path), path)


def numbered() -> Any:
    numbers = iter(range(1, 1000))
    return lambda: f"new-{next(numbers)}"


def take(text: str, here: Settings, clash: Clash = Clash.RENAME) -> Settings:
    return imported(handed_on(text), here, clash, numbered()).settings


# --- there and back ---


def test_everything_but_keys_and_account_arrives() -> None:
    text = export(MINE, MINE.profiles)
    here = take(text, Settings())
    blog, aws = here.profiles
    (recipe,) = [each for each in here.recipes if each.id != DEFAULT_RECIPE_ID]
    assert recipe == replace(SET, id=recipe.id)
    assert blog == replace(BLOG, id=blog.id, account_id=None, recipe_id=recipe.id, credentials=Credentials())
    assert aws == replace(AWS, id=aws.id)
    assert {blog.id, aws.id, recipe.id} & {"p-blog", "p-aws", "r-set"} == set()


def test_only_recipes_in_use_go_along_unless_all_are_wanted() -> None:
    changed = MINE.with_recipe(replace(BUILT_IN_RECIPES[1], quality=60))
    names = [recipe["name"] for recipe in json.loads(export(changed, [BLOG]))["recipes"]]
    assert names == ["Set"]
    names = [recipe["name"] for recipe in json.loads(export(changed, [BLOG], every_recipe=True))["recipes"]]
    assert names == ["Web photo", "Set", "Other"]
    assert json.loads(export(MINE, [AWS]))["recipes"] == []


def test_the_account_is_found_by_its_name_or_because_it_is_the_only_one() -> None:
    text = export(MINE, [BLOG])
    two = Settings().with_account(Account(id="x", name="Else")).with_account(Account(id="y", name="Company"))
    assert take(text, two).profiles[0].account_id == "y"
    assert take(text, Settings().with_account(Account(id="x", name="Else"))).profiles[0].account_id == "x"
    (recipe, profile) = arrivals(handed_on(text), Settings())
    assert recipe.is_recipe
    assert profile.notes == (Note("no_account_called", "Company"),)
    assert note_in_words(profile.notes[0], Words()) == (
        "It needs a Kraken.io account: choose or add one after the import. There it was called “Company”."
    )
    nameless = json.loads(text)
    del nameless["profiles"][0]["account"]
    profile = arrivals(handed_on(json.dumps(nameless)), Settings())[1]
    assert [note_in_words(note, Words()) for note in profile.notes] == [
        "It needs a Kraken.io account: choose or add one after the import."
    ]


def test_a_recipe_that_is_not_in_the_file_is_replaced_by_the_usual_one() -> None:
    data = json.loads(export(MINE, [BLOG]))
    data["recipes"] = []
    text = json.dumps(data)
    assert arrivals(handed_on(text), Settings())[0].notes[0] == Note("no_recipe")
    assert take(text, Settings()).profiles[0].recipe_id == DEFAULT_RECIPE_ID


# --- no secret leaves ---

MARK = "Canary/53cret+"
_TEXT = st.text(alphabet=string.ascii_letters + string.digits + " -_.äß{}\"'\\", max_size=12)


@st.composite
def anybodys_settings(draw: st.DrawFn) -> Settings:
    """Settings with a mark wherever a secret, a key or a person's login could stand."""
    account = Account(id="a", name=draw(_TEXT), api_key=f"{MARK}api-key")
    profiles = tuple(
        Profile(
            id=f"p{at}",
            name=draw(_TEXT),
            engine=draw(st.sampled_from(Engine)),
            account_id=draw(st.sampled_from(["a", None])),
            recipe_id=draw(st.sampled_from(["r", DEFAULT_RECIPE_ID, "gone"])),
            bucket=draw(_TEXT),
            endpoint=draw(st.sampled_from(["", f"https://me:{MARK}@s3.example", "https://53cret@s3.example:9000"])),
            public_url=draw(st.sampled_from(["", f"https://{MARK}:x@cdn.example/base", f"http://me:{MARK}@[bad"])),
            acl=draw(st.sampled_from(Acl)),
            tags=tuple(draw(st.lists(st.tuples(_TEXT, _TEXT), max_size=2))),
            credentials=Credentials(
                source=draw(st.sampled_from(CredentialSource)), access_key=f"{MARK}AKIA", aws_profile=draw(_TEXT)
            ),
        )
        for at in range(draw(st.integers(0, 3)))
    )
    network = Network(proxy=ProxyMode.MANUAL, proxy_url=f"http://{MARK}.example:1", proxy_user=MARK, ca_file=f"/{MARK}")
    return Settings(
        accounts=(account,),
        recipes=(Recipe(), Recipe(id="r", name=draw(_TEXT))),
        profiles=profiles,
        preferences=Preferences(network=network),
    )


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mine=anybodys_settings(), every_recipe=st.booleans())
def test_no_export_holds_a_secret_a_key_or_a_login(mine: Settings, every_recipe: bool) -> None:
    text = export(mine, mine.profiles, every_recipe=every_recipe)
    assert MARK not in text
    assert "53cret" not in text
    if mine.profiles or every_recipe:
        parcel = handed_on(text)
        again = export(imported(parcel, Settings(), Clash.RENAME).settings, ())
        assert MARK not in again


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://me:pa/ss:@s3.example/x", "https://s3.example/x"),
        ("https://cdn.example:8080/@team/x", "https://cdn.example:8080/@team/x"),
        ("https://cdn.example/@team", "https://cdn.example/@team"),
        ("https://me@cdn.example/", "https://cdn.example/"),
        ("", ""),
        # However mean, it is read once.
        ("x://" + ":" * 1_000_000, "x://" + ":" * 1_000_000),
        ("://:" * 250_000 + "@s3.example", "://s3.example"),
    ],
    ids=lambda value: value[:30],
)
def test_a_login_is_no_part_of_an_address(url: str, kept: str) -> None:
    assert without_user(url) == kept


# --- what is there already ---


def test_what_is_there_just_like_this_is_left_alone() -> None:
    text = export(MINE, MINE.profiles)
    assert all(arrival.is_known and not arrival.clashes for arrival in arrivals(handed_on(text), MINE))
    for clash in Clash:
        assert take(text, MINE, clash) == MINE


OTHER = MINE.with_profile(replace(BLOG, bucket="other", region="eu-west-3", tags=())).with_recipe(
    replace(SET, lossy=False)
)


def test_differences_are_told_before_anything_changes() -> None:
    recipe, blog, aws = arrivals(handed_on(export(MINE, MINE.profiles)), OTHER)
    told = [change_in_words(change, Words()) for change in blog.changes]
    assert told == ["Bucket: other → blog-images", "Region: eu-west-3 → eu-west-1", "Tags: – → team=web"]
    assert aws.is_known
    assert recipe.clashes
    assert " → " in change_in_words(recipe.changes[0], Words())


def test_keep_both() -> None:
    here = take(export(MINE, [BLOG]), OTHER, Clash.RENAME)
    assert [profile.name for profile in here.profiles] == ["Blog", "AWS", "Blog 2"]
    copy = here.profiles[2]
    assert copy.bucket == "blog-images"
    assert here.profile("p-blog") == OTHER.profile("p-blog")
    recipe = here.recipe(copy.recipe_id)
    assert recipe is not None
    assert (recipe.name, recipe.lossy) == ("Set 2", True)


def test_replace_keeps_id_account_and_keys() -> None:
    here = take(export(MINE, [BLOG]), OTHER, Clash.REPLACE)
    assert here.profile("p-blog") == BLOG
    assert here.recipe("r-set") == SET


def test_skip_changes_nothing_that_is_there() -> None:
    assert take(export(MINE, [BLOG]), OTHER, Clash.SKIP) == OTHER


def test_the_same_name_is_the_same_profile_for_whoever_reads_the_list() -> None:
    here = Settings().with_profile(replace(BLOG, id="else", bucket="mine", recipe_id=DEFAULT_RECIPE_ID))
    (_, blog) = arrivals(handed_on(export(MINE, [BLOG])), here)
    assert blog.existing == "Blog"
    replaced = take(export(MINE, [BLOG]), here, Clash.REPLACE)
    assert [(profile.id, profile.bucket) for profile in replaced.profiles] == [("else", "blog-images")]


def test_another_recipe_alone_is_a_difference_too() -> None:
    here = MINE.with_profile(replace(BLOG, recipe_id="r-other"))
    blog = arrivals(handed_on(export(MINE, [BLOG])), here)[-1]
    assert [change_in_words(change, Words()) for change in blog.changes] == ["Recipe: Other → Set"]


@pytest.mark.parametrize("clash", [Clash.RENAME, Clash.REPLACE])
def test_an_import_can_be_undone_and_what_was_done_since_stays(clash: Clash) -> None:
    after = take(export(MINE, MINE.profiles), OTHER, clash)
    assert undone(OTHER, after, after) == OTHER
    since = after.with_profile(replace(after.profiles[-1], name="Mine now")).with_account(Account(id="later"))
    back = undone(OTHER, after, since)
    assert back.account("later") is not None
    if clash is Clash.RENAME:
        assert back.profiles[-1].name == "Mine now"


def test_undoing_a_first_profile_takes_its_mark_away() -> None:
    after = take(export(MINE, [AWS]), Settings())
    assert after.default_profile_id == "new-1"
    assert undone(Settings(), after, after) == Settings()


# --- files that are no good ---


def whole(**changes: Any) -> dict[str, Any]:
    return {**json.loads(export(MINE, MINE.profiles)), **changes}


def damaged(place: str, value: Any) -> dict[str, Any]:
    data = whole()
    if place == "profile":
        data["profiles"][1] = value
    else:
        data["profiles"][1][place] = value
    return data


REFUSED: list[tuple[Any, str, str]] = [
    (b"", "not_json", "It is not a file with profiles, or was cut short"),
    (b"\xff\xfe\x00\x01\x02", "not_json", ""),
    (b'{"format": "kraken-desktop profiles", "version": 1, "pro', "not_json", ""),
    (b"[" * 100_000, "not_json", ""),
    (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "not_json", ""),
    (b" " * (LARGEST + 1), "too_large", "It is far larger than any file with profiles."),
    ([1, 2], "foreign", "It was not written by Kraken Desktop."),
    ("text", "foreign", ""),
    (None, "foreign", ""),
    ({"format": "kraken-desktop settings", "version": 1}, "foreign", ""),
    (whole(version="1"), "foreign", ""),
    (whole(version=True), "foreign", ""),
    (whole(version=0), "foreign", ""),
    (whole(version=VERSION + 1), "newer", "It was made by a newer Kraken Desktop"),
    (whole(profiles=[{"id": "1", "name": "x"}] * (MOST_ENTRIES + 1)), "too_large", "It is far larger than any file"),
    (whole(recipes=[{}] * (MOST_ENTRIES + 1)), "too_large", ""),
    (whole(profiles=[], recipes=[]), "empty", "There is no profile in it"),
    (whole(profiles={"a": 1}), "damaged", "It is damaged at profiles: a list belongs there."),
    (whole(recipes=[[]]), "damaged", "It is damaged at recipes[0]: an object belongs there."),
    (damaged("profile", 5), "damaged", "It is damaged at profiles[1]: an object belongs there."),
    (damaged("bucket", 5), "damaged", "It is damaged at profiles[1].bucket: a text belongs there."),
    (damaged("acl", "world"), "damaged", "profiles[1].acl: one of public_read, private, none belongs there."),
    (damaged("tags", [["a"]]), "damaged", "It is damaged at profiles[1].tags[0]: 2 values belongs there."),
    (damaged("account", {}), "damaged", "It is damaged at profiles[1].account: a text belongs there."),
    (damaged("credentials", {"source": 1}), "damaged", "profiles[1].credentials.source: one of"),
]


@pytest.mark.parametrize(("content", "problem", "why"), REFUSED)
def test_what_is_no_good_is_refused_with_place_and_cause(tmp_path: Path, content: Any, problem: str, why: str) -> None:
    path = tmp_path / "from elsewhere.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with pytest.raises(ExchangeError) as caught:
        read_parcel(path)
    assert caught.value.problem == problem
    message = Words().error(caught.value)
    assert message.what == "Nothing was imported from “from elsewhere.json”."
    assert why in message.why
    assert message.remedy


def test_a_newer_version_is_refused_politely(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"format": FORMAT, "version": 2, "bundles": []}))
    with pytest.raises(ExchangeError) as caught:
        read_parcel(path)
    assert Words().error(caught.value).remedy == "Update Kraken Desktop, then import the file again."


@pytest.mark.parametrize(("kind", "problem"), [("gone", "missing"), ("folder", "unreadable")])
def test_a_file_that_cannot_be_read(tmp_path: Path, kind: str, problem: str) -> None:
    path = tmp_path / "x.json"
    if kind == "folder":
        path.mkdir()
    with pytest.raises(ExchangeError) as caught:
        read_parcel(path)
    assert caught.value.problem == problem


def test_fields_of_another_version_are_left_out_with_a_word() -> None:
    data = damaged("color", "blue")
    data["mood"] = 1
    data["recipes"][0]["spice"] = 1
    parcel = handed_on(json.dumps(data))
    assert parcel.notes == (Note("unknown_field", "mood"), Note("unknown_field", "recipes[0].spice"))
    assert parcel.profiles[1].notes == (Note("unknown_field", "color"),)
    assert note_in_words(parcel.notes[0], Words()) == "“mood” means nothing to this version, and is left out."


def test_of_many_unknown_fields_the_first_ones_are_named() -> None:
    data = whole(**{f"odd{number}": 1 for number in range(5000)})
    assert [note.detail for note in handed_on(json.dumps(data)).notes] == [f"odd{number}" for number in range(20)]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("folder", "It writes into a folder of this computer: //elsewhere/share"),
        ("local_copy", "It puts a copy of each result into a folder of this computer: //elsewhere/share"),
    ],
)
def test_folders_that_a_file_chooses_are_told(field: str, said: str) -> None:
    parcel = handed_on(json.dumps(damaged(field, "//elsewhere/share")))
    assert said in [note_in_words(note, Words()) for note in arrivals(parcel, Settings())[-1].notes]


def test_a_hostile_file_brings_no_key_no_login_and_no_escape_sequence() -> None:
    data = whole()
    data["profiles"][0] |= {
        "id": "../../x",
        "name": "\x1b[2J\u202eBlog\n" + "x" * 500,
        "account_id": "a1",
        "endpoint": "https://me:hunter2@s3.example",
        "credentials": {"source": "environment", "access_key": "AKIAEVIL"},
    }
    profile = take(json.dumps(data), MINE).profiles[-1]
    assert profile.name.isprintable()
    assert len(profile.name) <= 200
    assert profile.id.startswith("new-")
    assert profile.credentials == Credentials()
    assert profile.endpoint == "https://s3.example"


def test_it_may_have_a_byte_order_mark_and_be_utf_16() -> None:
    text = export(MINE, [BLOG])
    for raw in (b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16")):
        assert len(parcel_of(json_of(raw, "x"), "x").profiles) == 1


def test_every_field_of_a_profile_is_either_told_or_left_out_knowingly() -> None:
    record: Mapping[str, Any] = json.loads(export(MINE, [BLOG]))["profiles"][0]
    assert set(record) == {field.name for field in fields(Profile)} - {"account_id"} | {"account"}
    assert record["credentials"] == {"source": "keyring"}


def test_every_note_has_words() -> None:
    assert set(NOTES) == set(NOTE_CODES)
