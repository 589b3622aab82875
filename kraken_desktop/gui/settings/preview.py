"""What a profile would make of an image: its name in the bucket, and the link."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from kraken_desktop.buckets.folder import FolderBucket
from kraken_desktop.model.job import Source, SourceKind
from kraken_desktop.model.links import object_url
from kraken_desktop.model.object_key import KeyInputs, PathTemplate, content_digest
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.recipe import Recipe

SAMPLE = Source(kind=SourceKind.FILE, location="", name="Holiday Photo.jpg", folder="Trip", extension=".jpg")
"""Stands in until something was dropped."""

_BUCKET = "your-bucket"
_FOLDER = "your-folder"
_UUID = "3f2b8c1e-5d47-4a9b-8e60-1c7d92f0a4b5"
_RANDOM = "k7w2m9xq4t8b1z5n6c3v0j7h2d9f4s8r"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """An example: hash, random letters and sizes are made up."""

    name: str
    key: str
    url: str


def preview(profile: Profile, recipe: Recipe, sample: Source | None, now: datetime, *, to_folder: bool) -> Preview:
    """The key and the link of the sample.

    Args:
        to_folder: a folder takes the place of the bucket, even if none is named yet.

    Raises:
        TemplateError: the path template has errors.
        UnsafeKeyError: it gives no name for this image.
        FolderError: it gives no name for a file.
    """
    sample = sample or SAMPLE
    digest = hashlib.sha256(sample.name.encode("utf-8", "surrogatepass")).hexdigest()
    inputs = KeyInputs(
        name=sample.name,
        extension=recipe.output_extension(sample.extension or ".jpg"),
        folder=sample.folder,
        digest=content_digest(digest, profile.engine, recipe.fingerprint()),
        dropped_at=now,
        counter=1,
        profile=profile.name,
        uuid=_UUID,
        random=_RANDOM,
        width=1600,
        height=1200,
    )
    key = PathTemplate.parse(profile.path_template).render(inputs)
    return Preview(name=sample.name, key=key, url=_link(profile, key, to_folder=to_folder))


def _link(profile: Profile, key: str, *, to_folder: bool) -> str:
    if to_folder:
        # Before a folder is named an example has to do.
        folder = Path(profile.folder) if profile.folder else Path.home() / _FOLDER
        return FolderBucket(folder, public_url=profile.public_url).link(key).url
    return object_url(profile if profile.bucket else replace(profile, bucket=_BUCKET), key)
