"""Requests to the Kraken.io test server, made by hand: also those that no client of ours would send."""

from __future__ import annotations

import json
from typing import Any

import requests

from tests.servers.kraken_api import KrakenApi
from tests.servers.s3_handle import S3Handle


def send(api: KrakenApi, parts: list[tuple[str, Any]], **options: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(f"{api.url}/v1/upload", files=parts, timeout=30, **options)


def upload(
    api: KrakenApi, body: bytes, name: str = "image.jpg", *, auth: object = None, **parameters: object
) -> requests.Response:
    told = {"auth": auth or credentials(api), "wait": True, **parameters}
    return send(api, [("data", (None, json.dumps(told))), ("upload", (name, body))])


def post(api: KrakenApi, path: str, told: object) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(api.url + path, json=told, timeout=30)


def credentials(api: KrakenApi) -> dict[str, str]:
    return {"api_key": api.api_key, "api_secret": api.api_secret}


def store_of(s3: S3Handle, bucket: str, /, **more: object) -> dict[str, object]:
    return {"key": s3.access_key, "secret": s3.secret, "bucket": bucket, "region": s3.region, "path": "a/b.jpg", **more}
