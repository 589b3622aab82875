"""What a check stores and removes, and what S3 says no to: keys, buckets, regions, and names that are taken."""

from __future__ import annotations

from typing import Any

import pytest

from kraken_desktop.doctor.sample import BYTES
from kraken_desktop.messages import Words
from kraken_desktop.model.diagnosis import CheckVerdict, Step, steps_of
from kraken_desktop.model.offers import Offer, OfferId
from kraken_desktop.model.profile import Acl, Collision, Credentials, CredentialSource
from tests.doctor.conftest import KRAKEN, NOT_CHECKED, OK, PROBLEM, WARNING, Clinic, found, said, verdicts, wrong
from tests.servers.s3_handle import StrictS3Handle
from tests.servers.strict_s3 import S3Fault

KEY = "blog/kraken-desktop-check.png"


def requests(s3: StrictS3Handle, bucket: str, method: str) -> list[dict[str, Any]]:
    return [each for each in s3.requests(bucket) if each["method"] == method and each["key"]]


# --- nothing is wrong ------------------------------------------------------------------------------


def test_a_profile_that_works(clinic: Clinic) -> None:
    diagnosis = clinic.check(
        tags=(("team", "web"),),
        metadata=(("source", "desk"),),
        headers=(("Cache-Control", "max-age=60"),),
        storage_class="STANDARD_IA",
    )
    assert wrong(diagnosis) == []
    assert diagnosis.verdict is OK
    assert [each.step for each in diagnosis.observations] == list(steps_of(clinic.profile))
    assert Words().diagnosis.summary(diagnosis) == "The profile “Web” works."
    assert "Anybody can open http://127.0.0.1:" in said(diagnosis, "doctor.link_ok")


def test_the_object_is_put_as_the_profile_says_and_is_gone_after_that(
    clinic: Clinic, strict_s3: StrictS3Handle
) -> None:
    clinic.check(tags=(("team", "web"),), headers=(("Cache-Control", "max-age=60"),), storage_class="STANDARD_IA")
    (put,) = requests(strict_s3, clinic.bucket, "PUT")
    assert put["key"] == KEY
    assert put["size"] == len(BYTES)
    sent = put["headers"]
    assert sent["content-type"] == "image/png"
    assert sent["x-amz-acl"] == "public-read"
    assert sent["x-amz-tagging"] == "team=web"
    assert sent["x-amz-storage-class"] == "STANDARD_IA"
    assert sent["cache-control"] == "max-age=60"
    assert sent["if-none-match"] == "*"
    assert clinic.keys == ()


def test_steps_are_told_as_they_begin(clinic: Clinic) -> None:
    diagnosis = clinic.check()
    begun = [each for each in clinic.told if isinstance(each, Step)]
    assert begun == [Step.SETTINGS, Step.SECRETS, Step.CONNECTION, Step.STORE, Step.LOOK, Step.OPEN, Step.REMOVE]
    told = [each for each in clinic.told if not isinstance(each, Step)]
    assert sorted(each.code for each in told) == sorted(each.code for each in diagnosis.observations)


def test_a_private_profile_has_a_link_that_is_signed(clinic: Clinic) -> None:
    diagnosis = clinic.check(acl=Acl.PRIVATE)
    assert wrong(diagnosis) == []
    assert said(diagnosis, "doctor.link_signed_ok") == "The image is private, and the signed link to it opens."


def test_no_secret_is_in_what_is_told(clinic: Clinic) -> None:
    for changes in ({"acl": Acl.PRIVATE}, {"credentials": Credentials(access_key="AKIANOBODYKNOWSIT")}):
        report = Words().diagnosis.report(clinic.check(**changes))
        assert all(secret not in report for secret in clinic.world.secrets)
        assert "X-Amz-Signature" not in report


# --- keys and bucket -------------------------------------------------------------------------------


def test_an_unknown_key(clinic: Clinic) -> None:
    diagnosis = clinic.check(credentials=Credentials(access_key="AKIANOBODYKNOWSIT"))
    assert wrong(diagnosis) == ["bucket.denied"]
    assert found(diagnosis, "bucket.denied").step is Step.ACCESS
    assert said(diagnosis, "bucket.denied").startswith(
        "S3 does not know the access key ID. It is mistyped, deleted, or of another service."
    )
    assert verdicts(diagnosis)[Step.STORE] is NOT_CHECKED
    assert verdicts(diagnosis)[Step.BUCKET] is NOT_CHECKED


def test_a_wrong_secret(clinic: Clinic) -> None:
    diagnosis = clinic.check(secret="not-the-secret-CANARY")
    assert found(diagnosis, "bucket.denied").step is Step.ACCESS
    told = said(diagnosis, "bucket.denied")
    assert told.startswith("The secret does not belong to the access key ID. Mostly it was not copied whole")
    assert "Enter the secret access key again in the profile" in told
    assert "CANARY" not in Words().diagnosis.report(diagnosis)


def test_a_session_token_that_does_not_fit(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    key = strict_s3.new_key(session_token="right")
    diagnosis = clinic.check(key=key)
    assert found(diagnosis, "bucket.denied").step is Step.ACCESS
    assert said(diagnosis, "bucket.denied").startswith("S3 refused the session token. Temporary keys need theirs")


def test_no_secret(clinic: Clinic) -> None:
    clinic.services.secrets.forget(clinic.profile.secret_name)
    diagnosis = clinic.check()
    assert wrong(diagnosis) == ["secret.missing"]
    assert said(diagnosis, "secret.missing").startswith("The S3 secret access key is missing.")
    assert f"kraken-s3 profile edit {clinic.profile.name} --secret-stdin" in said(diagnosis, "secret.missing")
    assert verdicts(diagnosis)[Step.CONNECTION] is NOT_CHECKED


def test_no_variable(clinic: Clinic) -> None:
    diagnosis = clinic.check(credentials=Credentials(source=CredentialSource.ENVIRONMENT))
    assert "KRAKEN_S3_ACCESS_KEY" in said(diagnosis, "secret.missing")


def test_no_aws_profile(clinic: Clinic) -> None:
    credentials = Credentials(source=CredentialSource.AWS_PROFILE, aws_profile="work")
    diagnosis = clinic.check(credentials=credentials)
    assert said(diagnosis, "aws.profile").startswith("There is no AWS profile “work”.")


def test_no_such_bucket(clinic: Clinic) -> None:
    diagnosis = clinic.check(bucket="nobody-has-this")
    assert found(diagnosis, "bucket.denied").step is Step.BUCKET
    assert said(diagnosis, "bucket.denied").startswith(
        "There is no bucket of that name. It is misspelled, deleted, or at another service."
    )
    assert verdicts(diagnosis)[Step.ACCESS] is OK


@pytest.mark.parametrize(("changes", "verdict"), [({}, WARNING), (KRAKEN, PROBLEM)])
def test_another_region_is_told_and_offered(
    clinic: Clinic, strict_s3: StrictS3Handle, changes: dict[str, Any], verdict: CheckVerdict
) -> None:
    bucket = strict_s3.new_bucket(region="eu-west-3")
    diagnosis = clinic.check(bucket=bucket, **changes)
    moved = found(diagnosis, "bucket.wrong_region")
    assert (moved.step, moved.verdict) == (Step.BUCKET, verdict)
    assert moved.offers == (Offer(id=OfferId.REGION, detail="eu-west-3"),)
    assert Words().offer(moved.offers[0]) == "Use eu-west-3"
    assert said(diagnosis, "bucket.wrong_region") == (
        "The bucket is in another region than the profile says. It is in eu-west-3."
        " Set the region eu-west-3 in the profile, then retry."
    )
    assert verdicts(diagnosis)[Step.STORE] is OK
    assert strict_s3.keys(bucket) == ()
    assert wrong(clinic.check(bucket=bucket, region="eu-west-3")) == []


def test_an_old_session_has_expired(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    strict_s3.order(S3Fault(status=400, code="ExpiredToken", message="The provided token has expired.", method="PUT"))
    diagnosis = clinic.check()
    assert said(diagnosis, "bucket.denied").startswith("The temporary keys have expired.")


# --- names that are taken --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "code", "text"),
    [
        ({"may_read": False, "may_list": False}, "doctor.look_denied", "Nobody can tell whether a name is taken."),
        ({"may_list": False}, "doctor.list_denied", "Nobody can tell whether a name is free."),
    ],
)
def test_the_key_may_not_look(
    clinic: Clinic, strict_s3: StrictS3Handle, limits: dict[str, Any], code: str, text: str
) -> None:
    key, changes = strict_s3.new_key(**limits), {"path_template": "blog/{stem}{ext}"}
    diagnosis = clinic.check(key=key, **changes)
    assert wrong(diagnosis) == ["template.not_unique", code]
    told = said(diagnosis, code)
    assert told.startswith(text)
    assert "add {hash:8} to the path template, or allow overwriting." in told
    # With any of the ways out it is no problem.
    assert code not in wrong(clinic.check(key=key, collision=Collision.OVERWRITE, **changes))
    assert wrong(clinic.check(key=key)) == []


def test_somebody_s_object_is_never_replaced(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    strict_s3.put(clinic.bucket, KEY, b"mine")
    diagnosis = clinic.check()
    assert wrong(diagnosis) == ["doctor.name_taken"]
    assert said(diagnosis, "doctor.name_taken").startswith(f"Nothing was stored: there is a “{KEY}” that is not ours.")
    assert strict_s3.get(clinic.bucket, KEY).body == b"mine"
    assert requests(strict_s3, clinic.bucket, "DELETE") == []


def test_nor_is_one_that_may_not_be_looked_at(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    strict_s3.put(clinic.bucket, KEY, b"mine")
    diagnosis = clinic.check(key=strict_s3.new_key(may_read=False))
    assert wrong(diagnosis) == ["doctor.may_be_ours"]
    assert said(diagnosis, "doctor.may_be_ours").startswith(f"Nothing was stored: there is a “{KEY}” already.")
    assert strict_s3.get(clinic.bucket, KEY).body == b"mine"
    assert requests(strict_s3, clinic.bucket, "DELETE") == []


def test_nothing_is_stored_where_neither_a_look_nor_a_condition_protects(
    clinic: Clinic, strict_s3: StrictS3Handle
) -> None:
    unknown = S3Fault(status=501, code="NotImplemented", message="If-None-Match", header="if-none-match", times=None)
    strict_s3.order(unknown)
    diagnosis = clinic.check(key=strict_s3.new_key(may_read=False))
    told = said(diagnosis, "doctor.nothing_risked")
    assert told.startswith("Nothing was stored, so that nothing is replaced.")
    assert verdicts(diagnosis)[Step.STORE] is NOT_CHECKED
    assert clinic.keys == ()


@pytest.mark.parametrize("limits", [{}, {"may_read": False, "may_list": False}])
def test_what_an_earlier_check_left_is_no_obstacle(
    clinic: Clinic, strict_s3: StrictS3Handle, limits: dict[str, Any]
) -> None:
    key = strict_s3.new_key(may_delete=False, **limits)
    first = clinic.check(key=key)
    assert wrong(first) == ["doctor.left_behind"]
    assert found(first, "doctor.left_behind").verdict is WARNING
    assert said(first, "doctor.left_behind").startswith(
        "The test image stays: the access key may not remove it."
        f" It is “{KEY}” in “{clinic.bucket}”. Uploading works without the right to remove."
    )
    assert clinic.keys == (KEY,)
    assert wrong(clinic.check(key=key)) == ["doctor.left_behind"]
    assert wrong(clinic.check()) == []
    assert clinic.keys == ()


def test_a_server_that_fails_to_remove(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    strict_s3.order(S3Fault(method="DELETE", times=None))
    diagnosis = clinic.check()
    assert wrong(diagnosis) == ["bucket.busy", "doctor.left_over"]
    assert said(diagnosis, "doctor.left_over").startswith(f"The test image was not removed. It is “{KEY}” in")


# --- Kraken.io -------------------------------------------------------------------------------------


def test_kraken_itself_is_not_tried(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    diagnosis = clinic.check(**KRAKEN, storage_class="STANDARD_IA")
    assert said(diagnosis, "doctor.kraken_later").startswith("Kraken.io itself is tried with the first image.")
    assert verdicts(diagnosis)[Step.KRAKEN] is NOT_CHECKED
    assert verdicts(diagnosis)[Step.STORE] is OK
    assert "The API key works" in said(diagnosis, "doctor.account_ok")
    (put,) = requests(strict_s3, clinic.bucket, "PUT")
    assert "x-amz-storage-class" not in put["headers"]
    assert [each.endpoint for each in clinic.world.api.requests] == ["user_status"]


def test_what_was_not_tried_is_not_said_to_have_been(clinic: Clinic) -> None:
    diagnosis = clinic.check(**KRAKEN, endpoint="https://s3.nowhere.invalid")
    assert Step.KRAKEN in diagnosis.unreached
    assert "doctor.kraken_later" not in [each.code for each in diagnosis.observations]
    report = Words().diagnosis.report(diagnosis)
    assert report.endswith(
        "Not checked, because of what is above: This computer’s clock, Access key and secret, Bucket and region, "
        "Storing an image, Names that are taken, Opening the link, Removing the test image, Upload by Kraken.io.\n"
    )
    assert report.count("because of what is above") == 1


def test_a_service_whose_account_is_not_named(clinic: Clinic) -> None:
    diagnosis = clinic.check(endpoint="", region="auto")
    assert wrong(diagnosis) == ["endpoint.missing"]
    told = said(diagnosis, "endpoint.missing")
    assert told.endswith("Enter the account ID that the service shows, or its S3 endpoint.")


def test_a_temporary_key_is_refused_where_kraken_uploads(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    diagnosis = clinic.check(credentials=Credentials(access_key="ASIAIOSFODNN7EXAMPLE"), **KRAKEN)
    refused = found(diagnosis, "credentials.temporary_key")
    assert (refused.step, refused.verdict) == (Step.SETTINGS, PROBLEM)
    assert [each.id for each in refused.offers] == [OfferId.UPLOAD_HERE]


def test_settings_that_cannot_be_tried_are_not(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    diagnosis = clinic.check(bucket="No Bucket")
    assert {each.step for each in diagnosis.observations if each.verdict is PROBLEM} == {Step.SETTINGS}
    assert verdicts(diagnosis)[Step.CONNECTION] is NOT_CHECKED
    assert said(diagnosis, "bucket.upper_case").startswith("The bucket’s name has capital letters")
