from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from tests.servers.child import ChildServer
from tests.servers.images import BAD_KINDS, COPYRIGHT, GOOD_KINDS, ORIENTATION, TAKEN_AT, ImageKind, image_bytes
from tests.servers.kraken_api import KrakenApi
from tests.servers.kraken_requests import credentials, post, send, store_of, upload
from tests.servers.s3_handle import StrictS3Handle

RASTER_KINDS = (
    *(kind for kind in GOOD_KINDS if kind is not ImageKind.SVG),
    ImageKind.JPEG_GRAY,
    ImageKind.JPEG_CMYK,
    ImageKind.PNG_16,
    ImageKind.WEBP_ANIMATED,
    ImageKind.AVIF,
)


@pytest.fixture
def api(make_kraken_api: Callable[..., KrakenApi]) -> KrakenApi:
    return make_kraken_api()


def opened(answer: requests.Response) -> tuple[bytes, Image.Image]:
    assert answer.status_code == 200, answer.text
    fetched = requests.get(answer.json()["kraked_url"], timeout=30)
    assert fetched.status_code == 200
    image = Image.open(io.BytesIO(fetched.content))
    image.load()
    return fetched.content, image


@pytest.mark.parametrize("lossy", [False, True])
@pytest.mark.parametrize("kind", RASTER_KINDS)
def test_an_image_becomes_smaller_and_stays_one(api: KrakenApi, kind: ImageKind, lossy: bool) -> None:
    body = image_bytes(kind)
    answer = upload(api, body, f"photo{kind.extension}", lossy=lossy)
    result, image = opened(answer)
    told = answer.json()
    with Image.open(io.BytesIO(body)) as before:
        assert (image.format, image.size) == (before.format, before.size)
        assert getattr(image, "n_frames", 1) == getattr(before, "n_frames", 1)
    assert told == {
        "success": True,
        "file_name": f"photo{kind.extension}",
        "original_size": len(body),
        "kraked_size": len(result),
        "saved_bytes": len(body) - len(result),
        "kraked_url": told["kraked_url"],
        "original_width": 320,
        "original_height": 240,
        "kraked_width": 320,
        "kraked_height": 240,
    }
    assert told["saved_bytes"] > 0


def test_an_svg_is_made_smaller_and_needs_its_extension(api: KrakenApi) -> None:
    body = image_bytes(ImageKind.SVG)
    answer = upload(api, body, "drawing.svg").json()
    assert 0 < answer["kraked_size"] < answer["original_size"] == len(body)
    assert (answer["kraked_width"], answer["kraked_height"]) == (320, 240)
    assert requests.get(answer["kraked_url"], timeout=30).text.count("<circle") == 20
    assert upload(api, body, "drawing").status_code == 415


@pytest.mark.parametrize("kind", [*BAD_KINDS, ImageKind.EMPTY])
def test_what_is_no_image_is_refused_and_not_charged(api: KrakenApi, kind: ImageKind) -> None:
    answer = upload(api, image_bytes(kind), f"image{kind.extension}")
    assert answer.status_code == 415
    assert answer.json()["success"] is False
    assert api.account.quota_used == 0


@pytest.mark.parametrize("kept", [[], ["geotag"], ["date", "copyright"], ["orientation"]])
def test_metadata_goes_unless_it_is_to_be_kept(api: KrakenApi, kept: list[str]) -> None:
    _, image = opened(upload(api, image_bytes(ImageKind.JPEG_EXIF), preserve_meta=kept))
    exif = image.getexif()
    place = exif.get_ifd(IFD.GPSInfo)
    assert (place.get(GPS.GPSLatitude) is not None) == ("geotag" in kept)
    assert GPS.GPSAltitude not in place
    assert exif.get_ifd(IFD.Exif).get(Base.DateTimeOriginal) == (TAKEN_AT if "date" in kept else None)
    assert exif.get(Base.Copyright) == (COPYRIGHT if "copyright" in kept else None)
    assert exif.get(Base.Orientation) == (ORIENTATION if "orientation" in kept else None)
    assert Base.Make not in exif


@pytest.mark.parametrize("kept", [[], ["profile"]])
def test_a_color_profile_goes_unless_it_is_to_be_kept(api: KrakenApi, kept: list[str]) -> None:
    _, image = opened(upload(api, image_bytes(ImageKind.JPEG_ICC), preserve_meta=kept))
    assert ("icc_profile" in image.info) == bool(kept)


def test_auto_orient_turns_the_pixels(api: KrakenApi) -> None:
    body = image_bytes(ImageKind.JPEG_EXIF)
    _, image = opened(upload(api, body, auto_orient=True, preserve_meta=["orientation"]))
    assert image.size == (240, 320)
    assert image.getexif()[Base.Orientation] == 1


def test_quality_is_honored(api: KrakenApi) -> None:
    body = image_bytes(ImageKind.JPEG)
    sizes = [upload(api, body, lossy=True, quality=quality).json()["kraked_size"] for quality in (10, 50, 90)]
    assert sizes == sorted(sizes)
    assert sizes[0] * 2 < sizes[2]


@pytest.mark.parametrize(
    ("resize", "size"),
    [
        ({"strategy": "exact", "width": 50, "height": 90}, (50, 90)),
        ({"strategy": "portrait", "height": 60}, (80, 60)),
        ({"strategy": "landscape", "width": 80}, (80, 60)),
        ({"strategy": "landscape", "width": 1000}, (320, 240)),
        ({"strategy": "auto", "width": 160, "height": 10}, (160, 120)),
        ({"strategy": "fit", "width": 50, "height": 90}, (50, 90)),
        ({"strategy": "crop", "width": 50, "height": 90, "crop_mode": "b"}, (50, 90)),
        ({"strategy": "square", "size": 64}, (64, 64)),
        ({"strategy": "fill", "width": 100, "height": 100, "background": "#f60"}, (100, 100)),
        ({"strategy": "none"}, (320, 240)),
    ],
)
def test_resizing(api: KrakenApi, resize: dict[str, object], size: tuple[int, int]) -> None:
    answer = upload(api, image_bytes(ImageKind.JPEG), resize=resize)
    _, image = opened(answer)
    told = answer.json()
    assert image.size == (told["kraked_width"], told["kraked_height"]) == size
    assert (told["original_width"], told["original_height"]) == (320, 240)


@pytest.mark.parametrize("target", ["jpeg", "png", "gif", "webp", "avif"])
def test_converting(api: KrakenApi, target: str) -> None:
    answer = upload(api, image_bytes(ImageKind.PNG_ALPHA), "logo.png", convert={"format": target})
    _, image = opened(answer)
    assert image.format == target.upper()
    assert answer.json()["file_name"] == f"logo.{target.replace('jpeg', 'jpg')}"


def test_a_set_is_charged_once_and_each_size_stored(
    kraken_api: KrakenApi, strict_s3: StrictS3Handle, bucket: str
) -> None:
    body = image_bytes(ImageKind.JPEG)
    sizes = [
        {"id": "small", "strategy": "landscape", "width": 80, "storage_path": "set/small.jpg"},
        {"id": 2, "strategy": "none", "lossy": True, "storage_path": "set/whole.jpg"},
    ]
    told = upload(kraken_api, body, resize=sizes, s3_store=store_of(strict_s3, bucket)).json()
    assert told["results"].keys() == {"small", "2"}
    assert told["results"]["small"]["kraked_width"] == 80
    assert strict_s3.keys(bucket) == ("set/small.jpg", "set/whole.jpg")
    assert kraken_api.account.quota_used == len(body)


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"wait": False}, "callback_url or wait"),
        ({"lossy": "true"}, "lossy"),
        ({"quality": 0}, "quality"),
        ({"quality": 101}, "quality"),
        ({"quality": "80"}, "quality"),
        ({"quality": True}, "quality"),
        ({"auto_orient": 1}, "auto_orient"),
        ({"preserve_meta": ["gps"]}, "preserve_meta"),
        ({"preserve_meta": "profile"}, "preserve_meta"),
        ({"sampling_scheme": "4:2:4"}, "sampling_scheme"),
        ({"callback_url": "ftp://x"}, "callback_url"),
        ({"colour": 1}, "colour"),
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"resize": {"strategy": "square", "width": 10, "height": 10}}, "'square' strategy image size"),
        ({"resize": {"strategy": "fit", "width": 10}}, "resize.height"),
        ({"resize": [{"strategy": "none"}]}, "resize.id"),
        ({"resize": [{"id": str(n), "strategy": "none"} for n in range(11)]}, "resize"),
        ({"convert": {"format": "jpg"}}, "convert.format"),
        ({"s3_store": "s3://bucket"}, "s3_store"),
        ({"s3_store": {"secret": "s", "bucket": "b"}}, "s3_store.key"),
        ({"s3_store": {"key": "k", "secret": "s", "bucket": "b", "region": ""}}, "s3_store.region"),
        ({"s3_store": {"key": "k", "secret": "s", "bucket": "b", "acl": "public-read"}}, "s3_store.acl"),
        ({"s3_store": {"key": "k", "secret": "s", "bucket": "b", "path": "/a.jpg"}}, "s3_store.path"),
        ({"s3_store": {"key": "k", "secret": "s", "bucket": "b", "path": "a/"}}, "s3_store.path"),
        ({"s3_store": {"key": "k", "secret": "s", "bucket": "b", "endpoint": "x"}}, "s3_store.endpoint"),
        ({"s3_store": {"key": "k", "secret": "s", "bucket": "b", "metadata": {"n": 1}}}, "s3_store.metadata.n"),
        ({"s3_store": {"key": "k", "secret": "s", "bucket": "b", "headers": {"é": "x"}}}, "s3_store.headers"),
        (
            {"s3_store": {"key": "k", "secret": "s", "bucket": "b", "tags": {str(n): "" for n in range(11)}}},
            "s3_store.tags",
        ),
    ],
)
def test_a_wrong_parameter_is_named(api: KrakenApi, parameters: dict[str, object], named: str) -> None:
    answer = upload(api, image_bytes(ImageKind.JPEG), **parameters)
    assert answer.status_code == 422
    assert named in answer.json()["message"]
    assert api.account.quota_used == 0


@pytest.mark.parametrize("path", ["/v1/upload", "/v1/url", "/user_status"])
@pytest.mark.parametrize("auth", [{"api_key": "x", "api_secret": "y"}, {"api_key": "x"}, "secret"])
def test_wrong_credentials(api: KrakenApi, path: str, auth: object) -> None:
    if path == "/v1/upload":
        answer = upload(api, image_bytes(ImageKind.JPEG), auth=auth)
    else:
        answer = post(api, path, {"auth": auth, "wait": True, "url": "http://127.0.0.1:1/x.jpg"})
    assert answer.status_code == 401
    assert answer.json()["success"] is False


@pytest.mark.parametrize(
    "parts",
    [
        [("upload", ("a.jpg", b"x")), ("data", (None, "{}"))],
        [("json", (None, "{}")), ("upload", ("a.jpg", b"x"))],
        [("data", (None, "[]")), ("upload", ("a.jpg", b"x"))],
        [("data", (None, "{}")), ("picture", ("a.jpg", b"x"))],
        [("data", (None, "{}")), ("upload", (None, b"x"))],
        [("data", (None, "{}"))],
    ],
)
def test_a_body_laid_out_otherwise_is_refused(api: KrakenApi, parts: list[tuple[str, Any]]) -> None:
    assert send(api, parts).status_code == 400


def test_a_chunked_body_is_refused(api: KrakenApi) -> None:
    answer = requests.post(f"{api.url}/v1/upload", data=iter([b"a", b"b"]), timeout=30)
    assert answer.status_code == 502
    assert "<html>" in answer.text


def test_a_file_over_the_limit_is_refused_with_the_limit(make_kraken_api: Callable[..., KrakenApi]) -> None:
    api = make_kraken_api(limit_bytes=20_000)
    assert upload(api, image_bytes(ImageKind.WEBP)).status_code == 200
    answer = upload(api, image_bytes(ImageKind.PNG))
    assert answer.status_code == 413
    assert "The maximum file size is 20000 bytes (" in answer.json()["message"]
    assert api.uploads[-1].file_size is None


def test_the_quota_is_counted_in_bytes_of_input(make_kraken_api: Callable[..., KrakenApi]) -> None:
    body = image_bytes(ImageKind.JPEG)
    api = make_kraken_api(quota_total=len(body) + 1)
    upload(api, body)
    told = {"auth": credentials(api)}
    expected = {
        "success": True,
        "active": True,
        "plan_name": "Advanced",
        "quota_total": len(body) + 1,
        "quota_used": len(body),
        "quota_remaining": 1,
    }
    assert post(api, "/user_status", told).json() == expected
    form = requests.post(f"{api.url}/user_status", data={"data": json.dumps(told)}, timeout=30)
    assert form.json() == expected
    assert upload(api, body).status_code == 200
    assert api.account.quota_remaining < 0
    assert upload(api, body).status_code == 429


def test_the_sandbox_costs_nothing_and_stores_nothing(
    kraken_api: KrakenApi, strict_s3: StrictS3Handle, bucket: str
) -> None:
    answer = upload(kraken_api, image_bytes(ImageKind.JPEG), dev=True, s3_store=store_of(strict_s3, bucket))
    assert answer.json()["success"] is True
    assert kraken_api.account.quota_used == 0
    assert strict_s3.keys(bucket) == ()


def test_an_address_is_fetched(make_kraken_api: Callable[..., KrakenApi], strict_s3: StrictS3Handle) -> None:
    api, bucket = make_kraken_api(strict_s3), strict_s3.new_bucket()
    body = image_bytes(ImageKind.JPEG)
    strict_s3.put(bucket, "in/a b.jpg", body, ACL="public-read")
    told = {"auth": credentials(api), "wait": True, "s3_store": store_of(strict_s3, bucket, path="out.jpg")}
    good = post(api, "/v1/url", {**told, "url": f"{strict_s3.endpoint}/{bucket}/in/a%20b.jpg?x=1"})
    assert good.json()["file_name"] == "a b.jpg"
    assert strict_s3.keys(bucket) == ("in/a b.jpg", "out.jpg")
    bad = post(api, "/v1/url", {**told, "url": f"{strict_s3.endpoint}/{bucket}/missing.jpg"})
    assert bad.status_code == 422
    assert api.account.quota_used == len(body)


def test_a_callback_is_answered_with_an_id(api: KrakenApi) -> None:
    answer = upload(api, image_bytes(ImageKind.JPEG), wait=False, callback_url="https://example.com/done")
    assert answer.json().keys() == {"id"}


def test_requests_are_kept_and_connections_too(api: KrakenApi) -> None:
    body = image_bytes(ImageKind.JPEG)
    with requests.Session() as session:
        for name in ("one.jpg", "two.jpg"):
            parts = [("data", (None, json.dumps({"auth": credentials(api), "wait": True}))), ("upload", (name, body))]
            assert session.post(f"{api.url}/v1/upload", files=parts, timeout=30).status_code == 200
    first, second = api.uploads
    assert (first.file_name, second.file_name) == ("one.jpg", "two.jpg")
    assert first.connection == second.connection
    assert first.part_headers["upload"]["content-disposition"] == 'form-data; name="upload"; filename="one.jpg"'
    assert (first.file_size, first.status) == (len(body), 200)
    assert first.body_length is not None
    assert first.body_length > len(body)
    assert first.parameters["auth"] == credentials(api)
    assert api.api_secret not in repr(first) + json.dumps(first.public())


def test_it_runs_as_a_program(tmp_path: Path, strict_s3: StrictS3Handle, bucket: str) -> None:
    child = ChildServer("tests.servers.kraken_api", "--s3-endpoint", strict_s3.endpoint, "--limit-bytes", "100000")
    try:
        url, auth = child.ready["url"], {name: child.ready[name] for name in ("api_key", "api_secret")}
        fault = requests.post(f"{url}/control/faults", json={"kind": "suspended", "name": "b.*"}, timeout=30)
        assert fault.status_code == 200
        assert requests.post(f"{url}/control/faults", json={"kind": "nonsense"}, timeout=30).status_code == 422
        told = json.dumps({"auth": auth, "wait": True, "s3_store": store_of(strict_s3, bucket)})
        for name, status in (("a.jpg", 200), ("b.jpg", 403), ("b.jpg", 200)):
            parts = [("data", (None, told)), ("upload", (name, image_bytes(ImageKind.JPEG)))]
            assert requests.post(f"{url}/v1/upload", files=parts, timeout=30).status_code == status
        kept = requests.get(f"{url}/control/requests", timeout=30)
        assert [each["fault"] for each in kept.json()] == [None, "suspended", None]
        assert auth["api_secret"] not in kept.text
        assert strict_s3.secret not in kept.text
    finally:
        child.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/control/requests", timeout=5)
