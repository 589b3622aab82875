"""What a profile would make of an image: the names in the bucket, and the link."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from kraken_desktop.buckets.folder import FolderBucket
from kraken_desktop.model.errors import TemplateError, UnsafeKeyError
from kraken_desktop.model.geometry import place
from kraken_desktop.model.image_set import are_apart, told_apart
from kraken_desktop.model.job import Source, SourceKind
from kraken_desktop.model.links import object_url
from kraken_desktop.model.object_key import KeyInputs, PathTemplate, content_digest
from kraken_desktop.model.profile import Finding, Profile
from kraken_desktop.model.recipe import Output, Recipe
from kraken_desktop.model.recipe_rules import check_for_engine

SAMPLE = Source(kind=SourceKind.FILE, location="", name="Holiday Photo.jpg", folder="Trip", extension=".jpg")
"""Stands in until something was dropped."""

_SIZE = (4000, 3000)
"""Of the sample, whichever it is."""
_BUCKET = "your-bucket"
_FOLDER = "your-folder"
_UUID = "3f2b8c1e-5d47-4a9b-8e60-1c7d92f0a4b5"
_RANDOM = "k7w2m9xq4t8b1z5n6c3v0j7h2d9f4s8r"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """An example: hash, random letters and sizes are made up."""

    name: str
    keys: tuple[str, ...]
    """One for each image that the recipe makes, in its order."""
    url: str
    """Of the first of them."""
    is_suffixed: bool = False
    """The path does not tell the images of the set apart, so each name ends with that of its variant."""

    @property
    def key(self) -> str:
        """Of the first image."""
        return self.keys[0]


def preview(profile: Profile, recipe: Recipe, sample: Source | None, now: datetime, *, to_folder: bool) -> Preview:
    """The keys and the first link of the sample.

    Args:
        to_folder: a folder takes the place of the bucket, even if none is named yet.

    Raises:
        TemplateError: the path template has errors.
        UnsafeKeyError: it gives no name for this image.
        FolderError: it gives no name for a file.
    """
    sample = sample or SAMPLE
    outputs = recipe.outputs(sample.extension or ".jpg")
    rendered = _rendered(profile, recipe, sample, now, outputs)
    keys = told_apart(rendered, [each.variant for each in outputs])
    url = _link(profile, keys[0], to_folder=to_folder)
    return Preview(name=sample.name, keys=keys, url=url, is_suffixed=keys != rendered)


def findings(profile: Profile, recipe: Recipe, sample: Source | None, now: datetime) -> Iterator[Finding]:
    """What profile and recipe make of each other: names that two images would share, and what the engine lacks."""
    yield from check_for_engine(recipe, profile.engine)
    try:
        keys = preview(profile, recipe, sample, now, to_folder=False).keys
    except (TemplateError, UnsafeKeyError):
        # That is said of the path itself.
        return
    if not are_apart(keys):
        shared = next(key for key in keys if [each.casefold() for each in keys].count(key.casefold()) > 1)
        yield Finding(field="path_template", problem="variants.same_key", detail=shared)


def _rendered(
    profile: Profile, recipe: Recipe, sample: Source, now: datetime, outputs: tuple[Output, ...]
) -> tuple[str, ...]:
    digest = hashlib.sha256(sample.name.encode("utf-8", "surrogatepass")).hexdigest()
    template = PathTemplate.parse(profile.path_template)
    keys = []
    for output in outputs:
        width, height = place(_SIZE, output.resize).canvas
        inputs = KeyInputs(
            name=sample.name,
            extension=output.extension,
            folder=sample.folder,
            digest=content_digest(digest, profile.engine, recipe.fingerprint()),
            dropped_at=now,
            counter=1,
            profile=profile.name,
            uuid=_UUID,
            random=_RANDOM,
            variant=output.variant,
            width=width,
            height=height,
        )
        keys.append(template.render(inputs))
    return tuple(keys)


def _link(profile: Profile, key: str, *, to_folder: bool) -> str:
    if to_folder:
        # Before a folder is named an example has to do.
        folder = Path(profile.folder) if profile.folder else Path.home() / _FOLDER
        return FolderBucket(folder, public_url=profile.public_url).link(key).url
    return object_url(profile if profile.bucket else replace(profile, bucket=_BUCKET), key)
