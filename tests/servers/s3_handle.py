"""What a test holds of a running S3 server: make buckets, look at what is stored, order faults."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import boto3
import requests
from botocore.client import Config
from botocore.exceptions import ClientError

from tests.servers.child import ChildServer
from tests.servers.s3_signature import Key
from tests.servers.strict_s3 import S3Fault

_ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One object, or the refusal to give it."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    """Names in lower case."""

    @property
    def metadata(self) -> dict[str, str]:
        """User metadata, names without the prefix."""
        prefix = "x-amz-meta-"
        return {name.removeprefix(prefix): value for name, value in self.headers.items() if prefix in name}


class S3Handle:
    """A running S3 server, with the keys of its owner."""

    name = "s3"
    can_refuse = False
    """Buckets can be made to refuse ACLs or public access, keys be limited, faults ordered."""

    def __init__(self, child: ChildServer) -> None:
        self._child = child
        ready = child.ready
        self.endpoint: str = ready["endpoint"]
        self.access_key: str = ready["access_key"]
        self.secret: str = ready["secret"]
        self.region: str = ready["region"]
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret,
            region_name=self.region,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                retries={"total_max_attempts": 1},
                proxies={},
            ),
        )
        self._anonymous = requests.Session()
        self._anonymous.trust_env = False

    def __repr__(self) -> str:
        return f"<{self.name} at {self.endpoint}>"

    def stop(self) -> None:
        """End the server."""
        self._anonymous.close()
        self.client.close()
        self._child.stop()

    @property
    def buckets(self) -> tuple[str, ...]:
        """Names of all buckets."""
        return tuple(bucket["Name"] for bucket in self.client.list_buckets()["Buckets"])

    def new_bucket(self, prefix: str = "test", **options: Any) -> str:
        """A bucket of its own, and its name. ``options`` as :meth:`create_bucket` takes them."""
        name = f"{prefix}-{secrets.token_hex(5)}"
        self.create_bucket(name, **options)
        return name

    def create_bucket(self, name: str, **options: Any) -> None:
        """A bucket that takes ACLs. Raises NotImplementedError for options."""
        if options:
            raise NotImplementedError(f"{self.name} has plain buckets only")
        self.client.create_bucket(Bucket=name)

    def keys(self, bucket: str) -> tuple[str, ...]:
        """All object keys, sorted by the server."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return tuple(entry["Key"] for page in pages for entry in page.get("Contents", ()))

    def put(self, bucket: str, key: str, body: bytes, **options: Any) -> None:
        """Store an object as its owner. ``options`` as boto3 names them (ACL, ContentType, Metadata, ...)."""
        self.client.put_object(Bucket=bucket, Key=key, Body=body, **options)

    def get(self, bucket: str, key: str) -> StoredObject:
        """The object as its owner reads it.

        Raises:
            KeyError: there is none.
        """
        try:
            answer = self.client.get_object(Bucket=bucket, Key=key)
        except self.client.exceptions.NoSuchKey:
            raise KeyError(key) from None
        with answer["Body"] as stream:
            return StoredObject(status=200, body=stream.read(), headers=answer["ResponseMetadata"]["HTTPHeaders"])

    def exists(self, bucket: str, key: str) -> bool:
        """Whether there is such an object."""
        try:
            self.client.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise
        return True

    def acl(self, bucket: str, key: str) -> str:
        """``public-read`` or ``private``, as S3 spells it."""
        grants = self.client.get_object_acl(Bucket=bucket, Key=key)["Grants"]
        public = any(grant["Grantee"].get("URI") == _ALL_USERS and grant["Permission"] == "READ" for grant in grants)
        return "public-read" if public else "private"

    def tags(self, bucket: str, key: str) -> dict[str, str]:
        """The object's tags."""
        told = self.client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
        return {tag["Key"]: tag["Value"] for tag in told}

    def anonymous_get(self, url: str) -> StoredObject:
        """What a stranger gets. Does not raise for a refusal, and follows no redirect."""
        answer = self._anonymous.get(url, timeout=30, allow_redirects=False)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return StoredObject(status=answer.status_code, body=answer.content, headers=headers)

    def presigned_get(self, bucket: str, key: str, seconds: int = 60) -> str:
        """An address that opens a private object."""
        url: str = self.client.generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=seconds
        )
        return url


class StrictS3Handle(S3Handle):
    """A :mod:`tests.servers.strict_s3` in a child process."""

    name = "strict_s3"
    can_refuse = True

    def __init__(self, *arguments: str) -> None:
        super().__init__(ChildServer("tests.servers.strict_s3", *arguments))

    def create_bucket(
        self,
        name: str,
        *,
        region: str | None = None,
        acls_disabled: bool = False,
        public_access_blocked: bool = False,
    ) -> None:
        """A bucket, by default as before 2023: it takes ACLs, public ones as well."""
        self._tell(
            "POST",
            "buckets",
            {
                "name": name,
                "region": region,
                "acls_disabled": acls_disabled,
                "public_access_blocked": public_access_blocked,
            },
        )

    def new_key(self, **limits: Any) -> Key:
        """A further access key. ``limits`` are fields of :class:`~tests.servers.s3_signature.Key`."""
        key = Key(access_key="AKIATEST" + secrets.token_hex(6).upper(), secret=secrets.token_urlsafe(30), **limits)
        self._tell("POST", "keys", asdict(key))
        return key

    def order(self, fault: S3Fault) -> None:
        """Let this go wrong, after what was ordered before."""
        self._tell("POST", "faults", asdict(fault))

    def clear_faults(self) -> None:
        """Behave again; running stalls end."""
        self._tell("DELETE", "faults")

    def requests(self, bucket: str) -> list[dict[str, Any]]:
        """What was asked of a bucket, oldest first: method, key, query, headers, size, status, at."""
        return [request for request in self._tell("GET", "requests") if request["bucket"] == bucket]

    def _tell(self, method: str, what: str, told: Mapping[str, Any] | None = None) -> Any:
        answer = self._anonymous.request(method, f"{self.endpoint}/-/{what}", json=told, timeout=30)
        answer.raise_for_status()
        return answer.json()
