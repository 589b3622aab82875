"""Rights, policies, ACLs, tags, encryption, storage classes: which one S3 refuses, found out by asking for less."""

from __future__ import annotations

from typing import Any

import pytest

from kraken_desktop.model.diagnosis import Step
from kraken_desktop.model.offers import OfferId
from kraken_desktop.model.profile import Acl
from tests.doctor.conftest import KRAKEN, OK, PROBLEM, Clinic, found, said, verdicts, wrong
from tests.servers.s3_handle import StrictS3Handle
from tests.servers.strict_s3 import S3Fault

DENIED = {"status": 403, "code": "AccessDenied", "message": "Access Denied", "method": "PUT", "times": None}


def test_nothing_may_be_put(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    diagnosis = clinic.check(key=strict_s3.new_key(may_write=False), tags=(("a", "b"),))
    assert wrong(diagnosis) == ["doctor.put_denied"]
    assert said(diagnosis, "doctor.put_denied") == (
        f"The access key may not store images in “{clinic.bucket}”. It lacks the right s3:PutObject, even without ACL"
        " and tags; or the bucket’s policy forbids it. S3 said: “Access Denied” Allow s3:PutObject on"
        f" arn:aws:s3:::{clinic.bucket}/blog/* for the access key, then check again."
    )
    assert verdicts(diagnosis)[Step.ACCESS] is OK
    assert clinic.keys == ()


def test_another_prefix_may_be_put(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    key = strict_s3.new_key(prefix="shop/")
    assert "doctor.put_denied" in wrong(clinic.check(key=key))
    assert wrong(clinic.check(key=key, path_template="shop/{stem}-{hash:8}{ext}")) == []


def test_tags_may_not_be_set(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    diagnosis = clinic.check(key=strict_s3.new_key(may_tag=False), tags=(("a", "b"),))
    assert wrong(diagnosis) == ["doctor.tags_denied"]
    told = said(diagnosis, "doctor.tags_denied")
    assert told.startswith("The access key may not set tags.")
    assert f"Allow s3:PutObjectTagging on arn:aws:s3:::{clinic.bucket}/blog/* for the access key" in told
    # With the ACL, which is allowed, it opens.
    assert verdicts(diagnosis)[Step.OPEN] is OK
    assert clinic.keys == ()


@pytest.mark.parametrize(("changes", "offer"), [({}, OfferId.NO_ACL), (KRAKEN, OfferId.UPLOAD_HERE)])
def test_the_acl_may_not_be_set(
    clinic: Clinic, strict_s3: StrictS3Handle, changes: dict[str, Any], offer: OfferId
) -> None:
    diagnosis = clinic.check(key=strict_s3.new_key(may_set_acl=False), tags=(("a", "b"),), **changes)
    assert "doctor.tags_denied" not in wrong(diagnosis)
    told = said(diagnosis, "doctor.acl_denied")
    assert told.startswith("The access key may not set who may see an image.")
    assert f"Allow s3:PutObjectAcl on arn:aws:s3:::{clinic.bucket}/blog/* for the access key" in told
    assert [each.id for each in found(diagnosis, "doctor.acl_denied").offers] == [offer]
    assert clinic.keys == ()


def test_both_may_not_be_set(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    diagnosis = clinic.check(key=strict_s3.new_key(may_set_acl=False, may_tag=False), tags=(("a", "b"),))
    assert wrong(diagnosis)[:2] == ["doctor.acl_denied", "doctor.tags_denied"]
    assert clinic.keys == ()


@pytest.mark.parametrize(("changes", "offer"), [({}, OfferId.NO_ACL), (KRAKEN, OfferId.UPLOAD_HERE)])
def test_acls_are_turned_off(
    clinic: Clinic, strict_s3: StrictS3Handle, changes: dict[str, Any], offer: OfferId
) -> None:
    bucket = strict_s3.new_bucket(acls_disabled=True)
    diagnosis = clinic.check(bucket=bucket, **changes)
    refused = found(diagnosis, "bucket.acl_refused")
    assert (refused.step, refused.verdict) == (Step.STORE, PROBLEM)
    assert [each.id for each in refused.offers] == [offer]
    assert said(diagnosis, "bucket.acl_refused").startswith(
        "The bucket has ACLs turned off. That is how AWS makes buckets today: a bucket policy decides"
    )
    assert strict_s3.keys(bucket) == ()
    # What is offered, mends it.
    after = refused.offers[0].apply(diagnosis.profile)
    again = clinic.check(bucket=bucket, acl=after.acl, engine=after.engine, uploader=after.uploader)
    assert "bucket.acl_refused" not in wrong(again)


def test_kraken_sends_an_acl_for_private_images_too(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    bucket = strict_s3.new_bucket(acls_disabled=True)
    assert "bucket.acl_refused" in wrong(clinic.check(bucket=bucket, acl=Acl.PRIVATE, **KRAKEN))
    assert wrong(clinic.check(bucket=bucket, acl=Acl.PRIVATE)) == []


def test_public_images_are_blocked(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    bucket = strict_s3.new_bucket(public_access_blocked=True)
    diagnosis = clinic.check(bucket=bucket)
    told = said(diagnosis, "doctor.public_blocked")
    assert told.startswith("The bucket blocks public images. A private test image was taken, a public one was not")
    assert "turn off “Block public access” for ACLs" in told
    assert strict_s3.keys(bucket) == ()


def test_the_bucket_s_policy_forbids_it(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    text = (
        "User: arn:aws:iam::123456789012:user/kraken is not authorized to perform: s3:PutObject on resource:"
        ' "arn:aws:s3:::pictures/blog/a.png" with an explicit deny in a resource-based policy'
    )
    strict_s3.order(S3Fault(**DENIED | {"message": text, "bucket": clinic.bucket}))
    diagnosis = clinic.check()
    assert wrong(diagnosis) == ["doctor.policy_denies"]
    told = said(diagnosis, "doctor.policy_denies")
    assert told.startswith("The bucket’s policy forbids storing images. An explicit “Deny” in it goes before")
    assert "with an explicit deny in a resource-based policy" in told


def test_a_rule_of_the_account_forbids_it(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    text = "not authorized to perform: s3:PutObject with an explicit deny in a service control policy"
    strict_s3.order(S3Fault(**DENIED | {"message": text}))
    told = said(clinic.check(), "doctor.rules_deny")
    assert told.startswith("A rule of your AWS account forbids storing images.")


def test_the_key_of_the_encryption_may_not_be_used(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    text = "User: arn:aws:iam::1:user/k is not authorized to perform: kms:GenerateDataKey on this resource"
    strict_s3.order(S3Fault(**DENIED | {"message": text}))
    told = said(clinic.check(), "doctor.key_denied")
    assert "Allow kms:GenerateDataKey and kms:Decrypt on the KMS key" in told


def test_the_key_of_the_encryption_is_turned_off(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    strict_s3.order(S3Fault(**DENIED | {"status": 400, "code": "KMS.DisabledException", "message": "It is disabled."}))
    told = said(clinic.check(acl=Acl.NONE), "bucket.denied")
    assert told.startswith("The image cannot be encrypted as the bucket wants it.")


def test_the_bucket_wants_encryption(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    strict_s3.order(S3Fault(**DENIED, without="x-amz-server-side-encryption"))
    diagnosis = clinic.check()
    told = said(diagnosis, "doctor.encryption_wanted")
    assert told.startswith("The bucket takes encrypted images only.")
    assert "took it with the header x-amz-server-side-encryption: AES256." in told
    assert clinic.keys == ()
    headers = (("x-amz-server-side-encryption", "AES256"),)
    assert wrong(clinic.check(headers=headers)) == []


@pytest.mark.parametrize(
    ("header", "changes", "code", "text"),
    [
        ("x-amz-acl", {}, "doctor.acl_unknown", "This service knows no ACLs. Without one the test image was taken."),
        ("x-amz-tagging", {"tags": (("a", "b"),)}, "doctor.tags_unknown", "This service knows no tags."),
        (
            "x-amz-storage-class",
            {"storage_class": "STANDARD_IA"},
            "doctor.storage_class_refused",
            "The storage class “STANDARD_IA” is refused.",
        ),
    ],
)
def test_a_service_that_knows_less(
    clinic: Clinic, strict_s3: StrictS3Handle, header: str, changes: dict[str, Any], code: str, text: str
) -> None:
    message = f"A header you provided implies functionality that is not implemented: {header}"
    strict_s3.order(S3Fault(status=501, code="NotImplemented", message=message, header=header, times=None))
    diagnosis = clinic.check(**changes)
    assert wrong(diagnosis)[0] == code
    assert said(diagnosis, code).startswith(text)
    assert clinic.keys == ()


def test_a_storage_class_that_is_not_there(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    fault = S3Fault(
        status=400, code="InvalidStorageClass", message="Invalid.", header="x-amz-storage-class", times=None
    )
    strict_s3.order(fault)
    assert wrong(clinic.check(storage_class="EXPRESS_ONEZONE")) == ["doctor.storage_class_refused"]


def test_a_busy_server(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    strict_s3.order(S3Fault(status=503, code="SlowDown", message="Reduce your request rate.", method="PUT", times=None))
    diagnosis = clinic.check()
    assert wrong(diagnosis) == ["bucket.busy"]
    assert said(diagnosis, "bucket.busy").startswith("S3 asks for fewer uploads at a time.")
