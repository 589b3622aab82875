"""Objects that are taken out of their bucket again, through real servers and real folders."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kraken_desktop.cancel import CancelToken
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import (
    BucketDeniedError,
    ConnectError,
    KrakenDesktopError,
    NotOursError,
    ObjectReplacedError,
    RemovalUncheckedError,
)
from kraken_desktop.model.job import Done, Failed, Failure, Job, JobState, Outcome, Skipped, StoredImage
from kraken_desktop.model.profile import Acl, Collision, Credentials, Engine, Uploader
from kraken_desktop.model.recipe import OutputFormat, Recipe, Variant
from kraken_desktop.removal import Removal, Removed
from kraken_desktop.stores.journal import Journal
from tests.servers.images import ImageKind, make_image
from tests.servers.s3_handle import StrictS3Handle
from tests.support.stage import HERE, Stage, done
from tests.support.world import World

SET = Recipe(
    variants=tuple(
        Variant(name=name, convert=form) for name, form in (("jpeg", OutputFormat.JPEG), ("webp", OutputFormat.WEBP))
    )
)


@pytest.fixture
def removal(stage: Stage) -> Removal:
    return stage.services.removal()


def put(stage: Stage, path: Path, recipe: Recipe | None = None, **profile: object) -> tuple[Job, Done]:
    """A whole job, journaled as the runner does it."""
    (job,) = stage.jobs(path, recipe=recipe, **profile)
    outcome = done(stage.run(job))
    stage.services.journal.finish(job.id, outcome)
    return job, outcome


def remove(removal: Removal, text: str, *, whatever_it_is: bool = False) -> Removed:
    (stored,) = removal.find(text)
    return removal.remove(stored, CancelToken(), whatever_it_is=whatever_it_is)


def refusal(removal: Removal, text: str) -> KrakenDesktopError:
    with pytest.raises(KrakenDesktopError) as caught:
        remove(removal, text)
    return caught.value


def sentence(error: KrakenDesktopError) -> str:
    message = Words().error(error)
    return f"{message.what} {message.why} {message.remedy}"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return make_image(ImageKind.PNG, tmp_path / "a b.png", size=(64, 48))


def test_by_its_link_an_object_is_gone_and_the_journal_says_so(
    either_world: World, stage: Stage, picture: Path
) -> None:
    removal = stage.services.removal()
    job, outcome = put(stage, picture, **HERE)
    (image,) = outcome.images
    removed = remove(removal, image.url)
    assert either_world.s3.keys(either_world.bucket) == ()
    assert removed.was_there
    (status,) = removed.statuses
    assert (status.job.id, status.state, status.links) == (job.id, JobState.DONE, ())
    assert stage.services.journal.recent(10) == removed.statuses
    assert Words().state(status) == "Removed from the bucket"
    # What is removed cannot be removed again.
    with pytest.raises(NotOursError):
        removal.find(image.url)


@pytest.mark.parametrize("engine", [Engine.KRAKEN, Engine.LOCAL])
def test_by_its_key_whoever_stored_it(stage: Stage, removal: Removal, picture: Path, engine: Engine) -> None:
    uploader = Uploader.KRAKEN if engine is Engine.KRAKEN else Uploader.LOCAL
    _, outcome = put(stage, picture, engine=engine, uploader=uploader)
    assert remove(removal, outcome.images[0].key).was_there
    assert stage.world.s3.keys(stage.world.bucket) == ()


def test_one_variant_goes_and_the_others_stay(stage: Stage, removal: Removal, picture: Path) -> None:
    job, outcome = put(stage, picture, SET, **HERE)
    first, second = outcome.images
    (status,) = remove(removal, first.key).statuses
    assert stage.world.s3.keys(stage.world.bucket) == (second.key,)
    assert isinstance(status.outcome, Done)
    assert [image.removed for image in status.outcome.images] == [True, False]
    assert status.links == (second,)
    assert stage.services.removal().of(job.id, second).image == second
    with pytest.raises(NotOursError):
        stage.services.removal().of(job.id, first)


def test_a_presigned_link_leads_to_it_and_so_does_the_one_of_another_day(
    stage: Stage, removal: Removal, picture: Path
) -> None:
    _, outcome = put(stage, picture, acl=Acl.PRIVATE, **HERE)
    url = outcome.images[0].url
    assert "X-Amz-Signature" in url
    assert removal.find(url)
    assert removal.find(url.replace("X-Amz-Date=2", "X-Amz-Date=1"))
    assert removal.find(url.partition("?")[0])
    assert remove(removal, url).was_there


def test_an_address_is_known_however_it_is_escaped(stage: Stage, removal: Removal, tmp_path: Path) -> None:
    path = make_image(ImageKind.PNG, tmp_path / "Früh (1) %.png", size=(64, 48))
    _, outcome = put(stage, path, path_template="ü (x)/{name}", **HERE)
    url = outcome.images[0].url
    assert "%C3%BC" in url
    assert removal.find(url.replace("%C3%BC", "ü").replace("%28", "("))
    assert removal.find(f"/{outcome.images[0].key}")
    assert removal.find(url.upper().replace(url.upper(), url.replace("http://", "HTTP://")))


def test_what_others_stored_is_left_alone(stage: Stage, removal: Removal) -> None:
    stage.world.s3.put(stage.world.bucket, "theirs.png", b"x")
    error = refusal(removal, "theirs.png")
    assert sentence(error) == (
        "“theirs.png” was not removed. The history of this computer knows no object with this address or key that it "
        "stored and has not removed. Copy the link as Kraken Desktop shows it, or remove the object where it was "
        "stored from, or in the console of the storage service."
    )
    assert stage.world.s3.keys(stage.world.bucket) == ("theirs.png",)


def test_a_skipped_job_stored_nothing_but_loses_its_link(stage: Stage, removal: Removal, picture: Path) -> None:
    facts = {"path_template": "{name}", "collision": Collision.SKIP, **HERE}
    job, outcome = put(stage, picture, **facts)
    (second,) = stage.jobs(picture, **facts)
    skipped = stage.run(second)
    assert isinstance(skipped, Skipped)
    stage.services.journal.finish(second.id, skipped)
    removed = remove(removal, outcome.images[0].key)
    ids = {status.job.id for status in removed.statuses}
    assert job.id in ids
    assert all(not status.links for status in stage.services.journal.recent(10))


def test_another_object_in_its_place_stays_until_the_person_insists(
    stage: Stage, removal: Removal, picture: Path
) -> None:
    _, outcome = put(stage, picture, path_template="{name}", **HERE)
    key = outcome.images[0].key
    stage.world.s3.put(stage.world.bucket, key, b"another")
    error = refusal(removal, key)
    assert isinstance(error, ObjectReplacedError)
    assert sentence(error) == (
        f"“{key}” in “{stage.world.bucket}” was not removed. What is there now was stored later, or has another size: "
        "somebody replaced the image since. Open its link to see what is there, then remove it all the same if you "
        "wish."
    )
    assert stage.world.s3.keys(stage.world.bucket) == (key,)
    assert remove(removal, key, whatever_it_is=True).was_there
    assert stage.world.s3.keys(stage.world.bucket) == ()


def test_an_object_of_the_same_size_that_came_later_is_another_one(stage: Stage, picture: Path) -> None:
    _, outcome = put(stage, picture, path_template="{name}", **HERE)
    later = Removal(
        journal=stage.services.journal,
        destinations=stage.services.destinations,
        settings=stage.services.settings.load,
        now=lambda: datetime.now(UTC) + timedelta(hours=1),
    )
    # An hour after its end the bucket holds one that is a moment old.
    assert isinstance(refusal(later, outcome.images[0].key), ObjectReplacedError)
    assert remove(stage.services.removal(), outcome.images[0].key).was_there


def test_gone_already_is_told_and_noted(stage: Stage, removal: Removal, picture: Path) -> None:
    _, outcome = put(stage, picture, **HERE)
    key = outcome.images[0].key
    stage.world.s3.client.delete_object(Bucket=stage.world.bucket, Key=key)
    removed = remove(removal, key)
    assert not removed.was_there
    assert removed.statuses[0].links == ()


def limited(stage: Stage, **limits: bool) -> None:
    """The profile gets another key, as the person would enter it."""
    s3 = stage.world.s3
    assert isinstance(s3, StrictS3Handle)
    key = s3.new_key(**limits)
    profile = stage.services.settings.load().default_profile
    assert profile is not None
    changed = replace(profile, credentials=Credentials(access_key=key.access_key))
    stage.services.secrets.keep(changed.secret_name, key.secret)
    stage.services.settings.update(lambda now: now.with_profile(changed))


def test_without_the_right_to_delete_the_right_is_named(stage: Stage, removal: Removal, picture: Path) -> None:
    job, outcome = put(stage, picture, **HERE)
    limited(stage, may_delete=False)
    error = refusal(removal, outcome.images[0].key)
    assert isinstance(error, BucketDeniedError)
    assert "s3:DeleteObject" in sentence(error)
    assert stage.world.s3.keys(stage.world.bucket) == (outcome.images[0].key,)
    assert stage.services.removal().of(job.id, outcome.images[0])


def test_without_the_right_to_look_only_the_person_decides(stage: Stage, removal: Removal, picture: Path) -> None:
    _, outcome = put(stage, picture, **HERE)
    limited(stage, may_read=False)
    key = outcome.images[0].key
    error = refusal(removal, key)
    assert isinstance(error, RemovalUncheckedError)
    assert sentence(error) == (
        f"“{key}” in “{stage.world.bucket}” was not removed. The answer to a look at the object is 403: this access "
        "key may not read it, or its secret is wrong. So nobody can tell whether it is still the image that was "
        "stored. Add s3:GetObject to the policy of this access key, or remove the object all the same."
    )
    assert remove(removal, key, whatever_it_is=True).was_there
    assert stage.world.s3.keys(stage.world.bucket) == ()


def test_the_keys_are_those_of_the_settings_now(stage: Stage, removal: Removal, picture: Path) -> None:
    s3 = stage.world.s3
    assert isinstance(s3, StrictS3Handle)
    old = s3.new_key(may_delete=False)
    (job,) = stage.jobs(picture, **HERE)
    profile = replace(job.snapshot.profile, credentials=Credentials(access_key=old.access_key))
    stage.services.secrets.keep(profile.secret_name, old.secret)
    job = replace(job, snapshot=replace(job.snapshot, profile=profile))
    outcome = done(stage.run(job))
    stage.services.journal.renew([job])
    stage.services.journal.finish(job.id, outcome)
    # The key of the settings with the secret of the old one.
    assert isinstance(refusal(removal, outcome.images[0].key), RemovalUncheckedError)
    limited(stage, may_delete=True)
    assert remove(removal, outcome.images[0].key).was_there


def test_a_profile_that_leads_elsewhere_now_does_not_lose_an_object_there(
    stage: Stage, removal: Removal, picture: Path
) -> None:
    _, outcome = put(stage, picture, path_template="{name}", **HERE)
    key, s3 = outcome.images[0].key, stage.world.s3
    other = s3.new_bucket()
    s3.put(other, key, s3.get(stage.world.bucket, key).body)
    stage.services.settings.update(lambda now: now.with_profile(stage.world.profile(bucket=other, **HERE)))
    assert remove(removal, key).was_there
    assert (s3.keys(stage.world.bucket), s3.keys(other)) == ((), (key,))


def test_a_profile_that_is_gone_is_used_as_it_was(stage: Stage, removal: Removal, picture: Path) -> None:
    _, outcome = put(stage, picture, **HERE)
    stage.services.settings.update(lambda now: replace(now, profiles=()))
    (stored,) = removal.find(outcome.images[0].key)
    assert removal.profile_name(stored) == "Web"
    assert removal.remove(stored, CancelToken()).was_there


def test_a_key_in_two_buckets_is_two_objects(stage: Stage, removal: Removal, picture: Path) -> None:
    other = stage.world.s3.new_bucket()
    for bucket, name in ((stage.world.bucket, "Web"), (other, "Other")):
        put(stage, picture, path_template="{name}", id=f"profile-{name}", name=name, bucket=bucket, **HERE)
    found = removal.find("a b.png")
    assert [removal.profile_name(each) for each in found] == ["Other", "Web"]
    removal.remove(found[1], CancelToken())
    assert (stage.world.s3.keys(stage.world.bucket), len(stage.world.s3.keys(other))) == ((), 1)
    assert [removal.profile_name(each) for each in removal.find("a b.png")] == ["Other"]


def test_what_was_replaced_by_a_later_job_is_lost_to_both(stage: Stage, removal: Removal, picture: Path) -> None:
    facts = {"path_template": "{name}", "collision": Collision.OVERWRITE, **HERE}
    first, _ = put(stage, picture, **facts)
    make_image(ImageKind.PNG, picture, size=(65, 48))
    second, outcome = put(stage, picture, **facts)
    (stored,) = removal.find(outcome.images[0].key)
    assert stored.status.job.id == second.id
    removed = removal.remove(stored, CancelToken())
    assert {status.job.id for status in removed.statuses} == {first.id, second.id}


def test_no_network_is_told_and_changes_nothing(stage: Stage, removal: Removal, picture: Path) -> None:
    job, outcome = put(stage, picture, **HERE)
    gone = outcome.images[0]
    profile = replace(job.snapshot.profile, endpoint="http://127.0.0.1:9")
    away = replace(job, id="away", snapshot=replace(job.snapshot, profile=profile))
    stage.services.journal.add([away])
    stage.services.journal.finish("away", outcome)
    with pytest.raises(ConnectError):
        removal.remove(stage.services.removal().of("away", gone), CancelToken())
    assert stage.services.removal().of("away", gone)


class TestFolder:
    def test_the_file_goes_with_its_empty_folders(
        self, stage: Stage, removal: Removal, picture: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "pictures"
        _, outcome = put(stage, picture, folder=str(folder), bucket="", **HERE)
        assert outcome.images[0].url.startswith("file://")
        assert remove(removal, outcome.images[0].url).was_there
        assert list(folder.rglob("*")) == []
        assert picture.exists()

    def test_a_file_that_was_worked_on_since_stays(
        self, stage: Stage, removal: Removal, picture: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "pictures"
        _, outcome = put(stage, picture, folder=str(folder), bucket="", **HERE)
        file = folder / outcome.images[0].key
        later = time.time() + 3600
        os.utime(file, (later, later))
        assert isinstance(refusal(removal, outcome.images[0].key), ObjectReplacedError)
        assert file.exists()

    def test_a_folder_in_its_place_is_never_removed(
        self, stage: Stage, removal: Removal, picture: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "pictures"
        _, outcome = put(stage, picture, folder=str(folder), bucket="", **HERE)
        file = folder / outcome.images[0].key
        file.unlink()
        (file / "inside").mkdir(parents=True)
        for whatever_it_is in (False, True):
            with pytest.raises(ObjectReplacedError):
                remove(removal, outcome.images[0].key, whatever_it_is=whatever_it_is)
        assert (file / "inside").is_dir()


class TestJournal:
    def ended(self, stage: Stage, picture: Path, outcome: Outcome) -> tuple[Journal, Job]:
        (job,) = stage.jobs(picture)
        journal = stage.services.journal
        journal.finish(job.id, outcome)
        return journal, job

    @pytest.mark.parametrize(
        "text", ["a/k.png", "https://x.org/a/k.png", "https://dl.kraken.io/k.png", "https://x.org/a/k.png?X=1"]
    )
    def test_finds_by_key_link_and_what_kraken_io_said(self, stage: Stage, picture: Path, text: str) -> None:
        url = "https://x.org/a/k.png" + ("?X=1" if "?" in text else "")
        image = StoredImage(key="a/k.png", url=url, kraked_url="https://dl.kraken.io/k.png")
        journal, job = self.ended(stage, picture, Done(images=(image,)))
        (found,) = journal.stored([text])
        assert (found.status.job, found.image) == (job, image)
        assert abs(datetime.now(UTC) - found.ended_at) < timedelta(minutes=1)
        assert journal.stored(["k.png", ""]) == ()

    def test_a_test_of_the_sandbox_is_nowhere(self, stage: Stage, picture: Path) -> None:
        journal, _ = self.ended(stage, picture, Done(images=(StoredImage(key="k.png", url="", sandbox=True),)))
        assert journal.stored(["k.png"]) == ()

    def test_notes_removal_of_what_a_failed_job_left(self, stage: Stage, picture: Path) -> None:
        images = tuple(StoredImage(variant=name, key=f"{name}.png", url=f"https://x.org/{name}.png") for name in "ab")
        failure = Failure(code="bucket.refused", retryable=False)
        journal, job = self.ended(stage, picture, Failed(failure=failure, images=images))
        (status,) = journal.mark_removed({job.id: ["a.png"], "unknown": ["x"]})
        assert [image.key for image in status.links] == ["b.png"]
        assert status.state is JobState.FAILED
        assert journal.recent(1) == (status,)

    def test_a_job_that_was_queued_again_is_left_alone(self, stage: Stage, picture: Path) -> None:
        images = (StoredImage(key="a.png", url="https://x.org/a.png"),)
        journal, job = self.ended(stage, picture, Failed(failure=Failure(code="bucket.refused"), images=images))
        journal.requeue(job.id)
        assert journal.stored(["a.png"]) == ()
        assert journal.mark_removed({job.id: ["a.png"]}) == ()

    def test_many_texts_at_once(self, stage: Stage, picture: Path) -> None:
        image = StoredImage(key="k.png", url="https://x.org/k.png")
        journal, _ = self.ended(stage, picture, Done(images=(image,)))
        assert len(journal.stored([f"{number}.png" for number in range(1200)] + ["k.png"])) == 1
