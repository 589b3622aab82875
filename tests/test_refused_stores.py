"""What a person reads when S3 says no: the same refusal of the same bucket, to Kraken.io and to our own uploader.

Each refusal is S3's own: the server that refuses Kraken.io is the one that refuses us. The texts are those of AWS.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.cli.program import run
from kraken_desktop.messages import Message, Words
from kraken_desktop.model.errors import Scope
from kraken_desktop.model.job import Failed, Outcome
from kraken_desktop.model.profile import Acl, Credentials, Engine, Uploader
from tests.servers.images import ImageKind, make_image
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle
from tests.servers.strict_s3 import S3Fault
from tests.support.stage import Stage
from tests.support.world import World

PUSH = "Error while pushing file to S3: "
CHARGED = "Kraken.io may have charged for the optimizing."


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_image(ImageKind.JPEG, tmp_path / "beach.jpg", size=(64, 48))


def read(outcome: Outcome) -> Message:
    """What the person reads of a failure."""
    assert isinstance(outcome, Failed), outcome
    return Words().failure(outcome.failure)


def quoted(opening: str, text: str) -> str:
    return f"{opening}: “{text}”" + ("" if text.endswith(".") else ".")


def pushed(told: Message, text: str, remedy: str = "", *, what: str = "refused to store it") -> Message:
    """What is read where Kraken.io was refused so."""
    return Message(
        f"The image was optimized, but S3 {what}.",
        f"{told.what} {told.why} {quoted('The answer was', PUSH + text)} {CHARGED}",
        remedy or told.remedy,
    )


def own(told: Message, text: str) -> Message:
    """What is read where we were."""
    return replace(told, why=f"{told.why} {quoted('S3 said', text)}")


@dataclass(frozen=True)
class Way:
    """How S3 is brought to refuse: changes of the profile, and the secret if it is another one."""

    profile: dict[str, Any]
    secret: str | None = None


Provoke = Callable[[StrictS3Handle], Way]


def fault(status: int, code: str, text: str) -> Provoke:
    """S3 answers any request so."""

    def order(s3: StrictS3Handle) -> Way:
        s3.order(S3Fault(status=status, code=code, message=text, method="PUT", times=None))
        return Way({})

    return order


def key(**limits: Any) -> Provoke:
    """An access key with less rights."""

    def make(s3: StrictS3Handle) -> Way:
        made = s3.new_key(**limits)
        return Way({"credentials": Credentials(access_key=made.access_key)}, made.secret)

    return make


def changed(secret: str | None = None, **profile: Any) -> Provoke:
    return lambda _s3: Way(profile, secret)


def new_bucket(**options: Any) -> Provoke:
    return lambda s3: Way({"bucket": s3.new_bucket(**options)})


NOT_ALLOWED = Message(
    "S3 does not let the access key store this image.",
    "The key has too few rights, the bucket’s policy forbids it, or the bucket blocks public images: S3 does not tell"
    " which.",
    "“Check this profile” finds out which. The key needs s3:PutObject, with an ACL s3:PutObjectAcl, with tags"
    " s3:PutObjectTagging.",
)
PUSH_RIGHTS = (
    "“Check this profile” finds out which. The key needs s3:PutObject and s3:PutObjectAcl, with tags"
    " s3:PutObjectTagging; for public images the bucket’s “Block public access” must be off for ACLs."
)
NO_ACLS = Message(
    "The bucket has ACLs turned off.",
    "That is how AWS makes buckets today: a bucket policy decides who may see the images, no ACL.",
    "Under “Access” in the profile choose “As the bucket says” (ACL “none”), and make the images public with a bucket"
    " policy or a CDN.",
)
PUSH_NO_ACLS = (
    "Kraken.io always sends an ACL. Let this computer upload, in the profile; or set Object Ownership to “ACLs"
    " enabled” and “Bucket owner preferred” in the bucket’s Permissions. Then retry."
)
ELSEWHERE = Message(
    "The bucket is in another region than the profile says.",
    "Each region answers for its own buckets only.",
    "Choose the region that the AWS console shows for the bucket in the profile, then retry.",
)
IN_PARIS = Message(
    "The bucket is in another region than the profile says.",
    "It is in eu-west-3.",
    "Set the region eu-west-3 in the profile, then retry.",
)
WRONG_TAG = Message(
    "S3 does not take one of the tags.",
    "It breaks a rule for names and values of tags.",
    "Correct or remove the tag in the profile, then retry.",
)
PERMANENT = (
    "Let this computer upload, which can use temporary keys; or enter a permanent access key (it begins with AKIA) in"
    " the profile. Then retry."
)
MALFORMED = "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-3'"
ENDPOINT = (
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future"
    " requests to this endpoint."
)


@dataclass(frozen=True)
class Case:
    """One refusal: S3's text, and what is read of it."""

    provoke: Provoke
    text: str
    told: Message
    pushed: str = ""
    """The way out where Kraken.io was refused, if it is another one."""
    acl: Acl = Acl.PRIVATE


CASES = {
    "AccessDenied": Case(key(may_write=False), "Access Denied", NOT_ALLOWED, PUSH_RIGHTS),
    "AccessDenied of another prefix": Case(key(prefix="shop/"), "Access Denied", NOT_ALLOWED, PUSH_RIGHTS),
    "AccessDenied that names the right": Case(
        fault(403, "AccessDenied", "User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutObject"),
        "User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutObject",
        NOT_ALLOWED,
        PUSH_RIGHTS,
    ),
    "AccessControlListNotSupported": Case(
        new_bucket(acls_disabled=True), "The bucket does not allow ACLs", NO_ACLS, PUSH_NO_ACLS, acl=Acl.PUBLIC_READ
    ),
    "NoSuchBucket": Case(
        changed(bucket="nobody-has-this-one"),
        "The specified bucket does not exist",
        Message(
            "There is no bucket of that name.",
            "It is misspelled, deleted, or at another service.",
            "Correct the bucket in the profile, or make it first, then retry.",
        ),
    ),
    "InvalidAccessKeyId": Case(
        changed(credentials=Credentials(access_key="AKIANOBODYKNOWSIT000")),
        "The AWS Access Key Id you provided does not exist in our records.",
        Message(
            "S3 does not know the access key ID.",
            "It is mistyped, deleted, or of another service.",
            "Enter an active access key and its secret in the profile, then retry.",
        ),
    ),
    "SignatureDoesNotMatch": Case(
        changed(secret="wrong"),
        "The request signature we calculated does not match the signature you provided. Check your key and signing"
        " method.",
        Message(
            "The secret does not belong to the access key ID.",
            "Mostly it was not copied whole, or it is that of another key: S3 compares every character.",
            "Enter the secret access key again in the profile, then retry.",
        ),
    ),
    "PermanentRedirect": Case(fault(301, "PermanentRedirect", ENDPOINT), ENDPOINT, ELSEWHERE),
    "AuthorizationHeaderMalformed": Case(fault(400, "AuthorizationHeaderMalformed", MALFORMED), MALFORMED, IN_PARIS),
    **{
        f"InvalidTag: {text}": Case(fault(400, "InvalidTag", text), text, WRONG_TAG)
        for text in (
            "The TagKey you have provided is invalid",
            "The TagValue you have provided is invalid",
            "Cannot provide multiple Tags with the same key",
            "System tags cannot be added/updated by requester",
        )
    },
    "MetadataTooLarge": Case(
        fault(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size."),
        "Your metadata headers exceed the maximum allowed metadata size.",
        Message(
            "The profile’s metadata is too large.",
            "S3 allows 2 kB for names and values together.",
            "Shorten or remove metadata in the profile, then retry.",
        ),
    ),
    "InvalidBucketName": Case(
        fault(400, "InvalidBucketName", "The specified bucket is not valid."),
        "The specified bucket is not valid.",
        Message(
            "The bucket’s name is not one that S3 allows.",
            "So there can be no such bucket.",
            "Copy the name from the AWS console into the profile, then retry.",
        ),
    ),
    "ExpiredToken": Case(
        fault(400, "ExpiredToken", "The provided token has expired."),
        "The provided token has expired.",
        Message(
            "The temporary keys have expired.",
            "S3 takes them no longer.",
            "Get new ones, and enter them in the profile, then retry.",
        ),
        PERMANENT,
    ),
    "InvalidToken": Case(
        fault(400, "InvalidToken", "The provided token is malformed or otherwise invalid."),
        "The provided token is malformed or otherwise invalid.",
        Message(
            "S3 refused the session token.",
            "Temporary keys need theirs; it is missing, belongs to another key, or was not copied whole.",
            "Get new ones, and enter them in the profile, then retry.",
        ),
        PERMANENT,
    ),
}


def refused(stage: Stage, photo: Path, case: Case, **route: Any) -> Outcome:
    """One try on this route, by a key, a bucket or a server that refuses."""
    s3 = stage.world.s3
    assert isinstance(s3, StrictS3Handle)
    way = case.provoke(s3)
    (job,) = stage.jobs(photo, **({"acl": case.acl} | way.profile | route))
    if way.secret is not None:
        stage.services.secrets.keep(job.snapshot.profile.secret_name, way.secret)
    return stage.run(job)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_kraken_io_was_refused(stage: Stage, world: World, photo: Path, case: Case) -> None:
    outcome = refused(stage, photo, case)
    assert read(outcome) == pushed(case.told, case.text, case.pushed)
    assert len(world.api.uploads) == 1
    assert not any(secret in str(outcome) for secret in world.secrets)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_this_computer_was_refused(stage: Stage, world: World, photo: Path, case: Case) -> None:
    outcome = refused(stage, photo, case, uploader=Uploader.LOCAL)
    assert read(outcome) == own(case.told, case.text)
    assert not any(secret in str(outcome) for secret in world.secrets)


# --- no room --------------------------------------------------------------------------------------


CAP = "Cannot upload files, storage cap exceeded. See the Caps & Alerts page to increase your cap."
NO_ROOM = Message(
    "The bucket is full.",
    "The service takes no more into it.",
    "Make room or raise the limit at the service, then retry.",
)


@pytest.mark.parametrize(
    ("status", "code", "text", "quote"),
    [
        pytest.param(403, "QuotaExceeded", "", "S3’s code for it: QuotaExceeded.", id="Ceph"),
        pytest.param(
            400,
            "XMinioAdminBucketQuotaExceeded",
            "Bucket quota exceeded",
            "S3 said: “Bucket quota exceeded”.",
            id="MinIO",
        ),
        pytest.param(507, "XMinioStorageFull", "Please delete", "S3 said: “Please delete”.", id="MinIO on a full disk"),
        pytest.param(403, "AccessDenied", CAP, f"S3 said: “{CAP}”", id="Backblaze B2"),
        pytest.param(507, "InsufficientStorage", "Full.", "S3 said: “Full.”", id="others"),
    ],
)
def test_a_full_bucket_stops_the_batch_and_is_no_matter_of_rights(
    stage: Stage, world: World, photo: Path, status: int, code: str, text: str, quote: str
) -> None:
    case = Case(fault(status, code, text), text, NO_ROOM, acl=Acl.PUBLIC_READ)
    outcome = refused(stage, photo, case, uploader=Uploader.LOCAL)
    assert read(outcome) == replace(NO_ROOM, why=f"{NO_ROOM.why} {quote}")
    assert isinstance(outcome, Failed)
    assert (outcome.failure.scope, outcome.failure.retryable) == (Scope.BATCH, False)


def test_kraken_io_finds_the_bucket_full(stage: Stage, world: World, photo: Path) -> None:
    text = "QuotaExceeded: The quota of the bucket is used up"
    case = Case(fault(403, "QuotaExceeded", text), text, NO_ROOM)
    outcome = refused(stage, photo, case)
    assert read(outcome) == pushed(NO_ROOM, text)
    assert isinstance(outcome, Failed)
    assert outcome.failure.scope is Scope.BATCH


# --- where the two differ, or only one can be refused ---------------------------------------------


PUBLIC_REFUSED = (
    "It blocks public images, or the access key may not set ACLs, or not store there at all: S3 does not tell which."
)


@pytest.mark.parametrize(
    "provoke",
    [new_bucket(public_access_blocked=True), key(may_set_acl=False)],
    ids=["public access is blocked", "no right to set ACLs"],
)
def test_a_public_image_was_refused(stage: Stage, world: World, photo: Path, provoke: Provoke) -> None:
    case = Case(provoke, "Access Denied", NOT_ALLOWED, acl=Acl.PUBLIC_READ)
    assert read(refused(stage, photo, case)) == pushed(NOT_ALLOWED, "Access Denied", PUSH_RIGHTS)
    outcome = refused(stage, photo, case, uploader=Uploader.LOCAL)
    assert isinstance(outcome, Failed)
    bucket = outcome.failure.facts["bucket"]
    assert read(outcome) == Message(
        f"The bucket “{bucket}” refused a public image.",
        f"{PUBLIC_REFUSED} S3 said: “Access Denied”.",
        "“Check this profile” finds out which. Under “Access” choose “As the bucket says” (ACL “none”), or allow"
        " public ACLs for the bucket, and s3:PutObject and s3:PutObjectAcl for the key.",
    )


def test_no_right_to_set_tags(stage: Stage, photo: Path) -> None:
    def provoke(s3: StrictS3Handle) -> Way:
        way = key(may_tag=False)(s3)
        return replace(way, profile={**way.profile, "tags": (("team", "web"),)})

    case = Case(provoke, "Access Denied", NOT_ALLOWED)
    assert read(refused(stage, photo, case)) == pushed(NOT_ALLOWED, "Access Denied", PUSH_RIGHTS)
    assert read(refused(stage, photo, case, uploader=Uploader.LOCAL)) == own(NOT_ALLOWED, "Access Denied")


def test_kraken_io_finds_no_region_by_itself(stage: Stage, strict_s3: StrictS3Handle, photo: Path) -> None:
    case = Case(new_bucket(region="eu-west-3"), MALFORMED, IN_PARIS)
    assert read(refused(stage, photo, case)) == pushed(IN_PARIS, MALFORMED)


@pytest.mark.parametrize("uploader", Uploader)
def test_a_name_that_is_too_long(stage: Stage, photo: Path, uploader: Uploader) -> None:
    text = "Your key is too long"
    told = Message(
        "The name in the bucket is too long.",
        "S3 allows 1,024 bytes.",
        "Shorten the path template in the profile, then add the image again.",
    )
    outcome = refused(stage, photo, Case(fault(400, "KeyTooLongError", text), text, told), uploader=uploader)
    both = {Uploader.KRAKEN: pushed(told, text, what="did not store it"), Uploader.LOCAL: own(told, text)}
    assert read(outcome) == both[uploader]


SERVER_BUSY = Message(
    "S3 cannot take the image at the moment.",
    "It has a problem of its own, or too much to do; your image is not at fault.",
    "Retry later.",
)


@pytest.mark.parametrize(
    ("status", "code", "text", "told"),
    [
        (
            503,
            "SlowDown",
            "Please reduce your request rate.",
            Message(
                "S3 asks for fewer uploads at a time.",
                "There were too many at once.",
                "Retry in a minute, with fewer uploads at once.",
            ),
        ),
        (500, "InternalError", "We encountered an internal error. Please try again.", SERVER_BUSY),
        (
            400,
            "RequestTimeout",
            "Your socket connection to the server was not read from or written to within the timeout period.",
            Message("The transfer to S3 was too slow.", "S3 does not wait for ever.", "Retry later."),
        ),
    ],
)
@pytest.mark.parametrize("uploader", Uploader)
def test_s3_is_busy(
    stage: Stage,
    strict_s3: StrictS3Handle,
    photo: Path,
    status: int,
    code: str,
    text: str,
    told: Message,
    uploader: Uploader,
) -> None:
    # So much patience is the queue's, not the bucket's.
    patience = {"Retry-After": "600"}
    order = S3Fault(status=status, code=code, message=text, method="PUT", headers=patience, times=None)

    def provoke(s3: StrictS3Handle) -> Way:
        s3.order(order)
        return Way({})

    outcome = refused(stage, photo, Case(provoke, text, told), uploader=uploader)
    both = {Uploader.KRAKEN: pushed(told, text, what="was too busy to store it"), Uploader.LOCAL: own(told, text)}
    assert read(outcome) == both[uploader]
    assert isinstance(outcome, Failed)
    # Kraken.io may have charged for it: it is sent again by the person only.
    assert outcome.failure.retryable is (uploader is Uploader.LOCAL)


def test_a_clock_that_s3_does_not_believe(stage: Stage, photo: Path) -> None:
    text = "The difference between the request time and the current time is too large."
    order = fault(403, "RequestTimeTooSkewed", text)
    theirs = Message(
        "The clock of the computer that uploads is wrong.",
        "It differs from S3’s by more than the 15 minutes that S3 allows.",
        "That is Kraken.io’s. Retry later, or let this computer upload, in the profile.",
    )
    ours = Message("This computer’s clock is wrong.", theirs.why, "Set date and time, then retry.")
    assert read(refused(stage, photo, Case(order, text, theirs))) == pushed(theirs, text)
    assert read(refused(stage, photo, Case(order, text, ours), uploader=Uploader.LOCAL)) == own(ours, text)


NO_CAUSE = Message(
    "No cause was given that we know.",
    "S3’s own code for it is missing, or a new one.",
    "Check bucket, region and access key in the profile, then retry.",
)


@pytest.mark.parametrize("status", [200, 400, 422, 500])
@pytest.mark.parametrize("text", ["Error pushing file to s3", "Error while pushing file to S3: Something new"])
def test_a_refusal_without_a_cause_is_quoted(stage: Stage, world: World, photo: Path, status: int, text: str) -> None:
    world.api.order(Fault(kind=FaultKind.STATUS, status=status, message=text))
    assert read(stage.put(photo)) == Message(
        "The image was optimized, but S3 did not store it.",
        f"{NO_CAUSE.what} {NO_CAUSE.why} {quoted('The answer was', text)} {CHARGED}",
        NO_CAUSE.remedy,
    )


# --- in the terminal -------------------------------------------------------------------------------


@pytest.fixture
def terminal(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets up a profile for ``kraken-s3`` in this process."""
    monkeypatch.setenv("KRAKEN_DESKTOP_HOME", str(world.home))

    def set_up(**profile: Any) -> None:
        services = world.services()
        world.set_up(services, **profile)
        services.close()

    return set_up


WAY_OUT = "Let this computer upload: kraken-s3 profile edit Web --uploader local --acl none"


def test_the_terminal_says_it_once_with_the_way_out(
    terminal: Callable[..., None],
    strict_s3: StrictS3Handle,
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    terminal(bucket=strict_s3.new_bucket(acls_disabled=True))
    told = pushed(NO_ACLS, "The bucket does not allow ACLs", PUSH_NO_ACLS)
    other = make_image(ImageKind.PNG, tmp_path / "other.png", size=(32, 32))
    assert run(["put", "--json", "--jobs", "1", str(photo), str(other)]) == 1
    out, err = capsys.readouterr()
    failures = [json.loads(line)["error"] for line in out.splitlines()]
    assert (
        failures
        == [
            {
                "code": "kraken.store_denied",
                "message": f"{told.what} {told.why}",
                "hint": f"{told.remedy} {WAY_OUT}",
                "retryable": False,
            }
        ]
        * 2
    )
    assert err.count(told.what) == 1
    assert told.remedy in err
    assert WAY_OUT in err


def test_the_terminal_names_what_kraken_io_said(
    terminal: Callable[..., None], world: World, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal(engine=Engine.KRAKEN)
    world.api.order(Fault(kind=FaultKind.OVERDUE, endpoint="upload"))
    assert run(["put", str(photo)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "Kraken.io has stopped this account over an unpaid invoice." in err
    assert "Kraken.io said: “Your account is overdue. Please pay your invoice.”" in err
    assert "Pay the invoice on kraken.io, then retry." in err
