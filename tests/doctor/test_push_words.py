"""What S3 refuses to Kraken.io, recognized in Kraken.io's message: the words of the check, and the same way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.messages import Words
from kraken_desktop.messages.amazon import S3_REFUSALS
from kraken_desktop.model.job import Failed
from kraken_desktop.model.offers import OfferId, offers_for
from kraken_desktop.model.profile import Credentials
from tests.doctor.conftest import KRAKEN, Clinic, wrong
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle
from tests.support.pictures import encoded, photo
from tests.support.stage import Stage

Provoke = Callable[[StrictS3Handle], dict[str, Any]]

CASES: list[tuple[str, Provoke, OfferId | None]] = [
    (
        "AccessControlListNotSupported",
        lambda s3: {"bucket": s3.new_bucket(acls_disabled=True)},
        OfferId.UPLOAD_HERE,
    ),
    ("NoSuchBucket", lambda _s3: {"bucket": "nobody-has-this"}, None),
    ("InvalidAccessKeyId", lambda _s3: {"credentials": Credentials(access_key="AKIANOBODYKNOWSIT")}, None),
    ("AccessDenied", lambda s3: {"bucket": s3.new_bucket(public_access_blocked=True)}, OfferId.UPLOAD_HERE),
    ("AuthorizationHeaderMalformed", lambda s3: {"bucket": s3.new_bucket(region="eu-west-3")}, OfferId.REGION),
]


@pytest.mark.parametrize(("code", "provoke", "offer"), CASES, ids=[code for code, _, _ in CASES])
def test_the_push_is_refused_in_the_words_of_the_check(
    clinic: Clinic, strict_s3: StrictS3Handle, tmp_path: Path, code: str, provoke: Provoke, offer: OfferId | None
) -> None:
    changes = provoke(strict_s3)
    stage, image = Stage(clinic.world, clinic.services), tmp_path / "a.jpg"
    image.write_bytes(encoded(photo(), "JPEG"))
    outcome = stage.put(image, **KRAKEN, **changes)
    assert isinstance(outcome, Failed)
    failure = outcome.failure
    assert failure.code == "kraken.store_denied"
    assert failure.facts["aws_code"] == code
    message = Words().failure(failure)
    assert message.what == "The image was optimized, but S3 refused to store it."
    refusal = S3_REFUSALS[code]
    assert message.why.startswith(refusal.what)
    assert message.why.endswith("Kraken.io may have charged for the optimizing.")
    profile = replace(clinic.profile, **KRAKEN, **changes)
    offers = offers_for(failure, profile)
    assert [each.id for each in offers] == ([offer] if offer is not None else [])
    # The check says the same beforehand, with the same way out.
    diagnosis = clinic.check(**KRAKEN, **changes)
    assert set(offers) <= {each for told in diagnosis.observations for each in told.offers}
    assert wrong(diagnosis)


def test_a_wrong_secret_reads_the_same(clinic: Clinic, tmp_path: Path) -> None:
    said = (
        "Error while pushing file to S3: The request signature we calculated does not match the signature you provided."
    )
    clinic.world.api.order(Fault(kind=FaultKind.PUSH_REFUSED, message=said))
    stage, image = Stage(clinic.world, clinic.services), tmp_path / "a.jpg"
    image.write_bytes(encoded(photo(), "JPEG"))
    outcome = stage.put(image, **KRAKEN)
    assert isinstance(outcome, Failed)
    message = Words().failure(outcome.failure)
    assert message.why.startswith("The secret does not belong to the access key ID. Mostly it was not copied whole")
    assert message.remedy == "Enter the secret access key again in the profile, then retry."
