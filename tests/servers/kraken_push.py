"""Pushing a result into S3 as Kraken.io does: with all of ``s3_store``, and no second try in another region."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode
from xml.sax.saxutils import unescape

import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.servers.kraken_params import Store

_ACLS = {"public_read": "public-read", "private": "private"}


class PushError(Exception):
    """S3 refused. The text is Amazon's."""


class S3Push:
    """Writes to one S3 endpoint."""

    def __init__(self, endpoint: str | None) -> None:
        self._endpoint = endpoint
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        """Let connections go."""
        self._session.close()

    def put(self, store: Store, key: str, body: bytes, content_type: str) -> str:
        """Store the object and return its address.

        Raises:
            PushError: it is not there.
        """
        if self._endpoint is None:
            raise PushError("this test server was started without an S3 server")
        url = f"{self._endpoint}/{store.bucket}/{quote(key, safe='/-_.~')}"
        headers = {"Content-Type": content_type}
        headers |= {name.title(): value for name, value in store.headers.items()}
        headers |= {f"x-amz-meta-{name}": value for name, value in store.metadata.items()}
        headers["x-amz-acl"] = _ACLS[store.acl]
        if store.tags:
            headers["x-amz-tagging"] = urlencode(store.tags, quote_via=quote)
        request = AWSRequest("PUT", url, headers=headers, data=body)
        S3SigV4Auth(Credentials(store.key, store.secret), "s3", store.region).add_auth(request)
        try:
            answer = self._session.put(
                url, data=body, headers=dict(request.headers.items()), timeout=(10, 60), allow_redirects=False
            )
        except requests.RequestException as error:
            raise PushError(f"connection failed ({type(error).__name__})") from error
        if answer.status_code != 200:
            raise PushError(_aws_text(answer))
        return url


def _aws_text(answer: requests.Response) -> str:
    """The message, or the code where there is none."""
    for element in ("Message", "Code"):
        found = re.search(f"<{element}>(.+?)</{element}>", answer.text, re.DOTALL)
        if found:
            return unescape(found[1])
    return f"{answer.status_code} {answer.reason}"
