"""The services that speak S3: where they answer, what they call their regions, and how they make objects public.

A profile keeps no provider: its endpoint tells. Our own requests need no preset beyond what stands here: checksums
that only AWS knows are sent to AWS only, and whether a service takes ``If-None-Match`` is found out by asking.

Sources, each service's own documentation: Cloudflare "S3 API compatibility" and "Public buckets"; Backblaze
"S3-Compatible API" (ACLs of buckets only, ``x-amz-tagging`` refused); MinIO "Access Management"; Wasabi "Service URLs
for storage regions" and "Defining a bucket policy for public access"; DigitalOcean "Use Spaces with AWS S3 SDKs";
Scaleway, Hetzner ("Supported actions"), OVHcloud, Akamai, Vultr, IDrive ("e2 endpoint URLs"), Contabo, each their page
on S3 endpoints; Storj "S3 compatibility"; Google "Interoperability with other storage providers". Lists of regions
were held against the provider data of rclone (MIT License).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit

from kraken_desktop.model.links import is_aws
from kraken_desktop.model.profile import Acl, Profile, Uploader
from kraken_desktop.model.regions import DEFAULT_REGION, REGIONS, Region

AUTO = "auto"


class Publishing(StrEnum):
    """How an object becomes one that anybody may open."""

    OBJECT = "object"
    """By the ACL of each object, or by the bucket."""
    BUCKET = "bucket"
    """By a setting of the whole bucket only: an ACL is refused, or means nothing."""
    ADDRESS = "address"
    """Through another address only, which has to be set as the public base of the links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One service."""

    id: str
    """For the command line."""
    name: str
    """Its own, not translated."""
    endpoint: str = ""
    """``{region}`` and ``{account}`` stand for what differs; empty where every customer has an own one, and for AWS."""
    regions: tuple[Region, ...] = ()
    """To choose from; free text is accepted as well. A single one is no question."""
    path_style: bool | None = None
    """True where the bucket in the host name is not served; None: either will do."""
    publishing: Publishing = Publishing.BUCKET
    tags: bool = True
    """Whether objects may have tags."""
    policies: bool = False
    """Whether keys are limited by policies in AWS's language."""
    bucket_policies: bool = True
    """Whether a bucket can be opened by one."""

    @property
    def needs_account(self) -> bool:
        """Whether the endpoint holds an ID of the customer."""
        return "{account}" in self.endpoint

    @property
    def needs_region(self) -> bool:
        """Whether there is a region to choose."""
        return len(self.regions) != 1

    @property
    def is_aws(self) -> bool:
        """Whether it is Amazon's own, the only one that Kraken.io writes into."""
        return self.id == "aws"

    def endpoint_of(self, region: str, account: str = "") -> str:
        """The endpoint; empty while a part of it is missing, for AWS, and where only the person knows it."""
        if ("{region}" in self.endpoint and not region) or (self.needs_account and not account):
            return ""
        return self.endpoint.replace("{region}", region).replace("{account}", account)

    def parts_of(self, endpoint: str) -> tuple[str, str] | None:
        """Region and account that give this endpoint; None if it is not of this shape."""
        if not self.endpoint:
            return None
        shape = re.escape(self.endpoint).replace(r"\{region\}", "(?P<region>[a-z0-9-]+)")
        shape = shape.replace(r"\{account\}", r"(?P<account>[A-Za-z0-9-]+(?:\.[a-z]+)?)")
        found = re.fullmatch(shape, endpoint.rstrip("/"))
        if found is None:
            return None
        told = found.groupdict()
        return told.get("region") or self.regions[0].code, told.get("account") or ""


def _regions(*pairs: str) -> tuple[Region, ...]:
    """Of texts ``code place``."""
    return tuple(Region(*pair.split(" ", 1)) for pair in pairs)


AWS = Provider(id="aws", name="Amazon S3", regions=REGIONS, publishing=Publishing.OBJECT, policies=True)

OTHER = Provider(id="other", name="", policies=True)
"""Any other service, by the endpoint that it names."""

PROVIDERS: tuple[Provider, ...] = (
    AWS,
    Provider(
        id="r2",
        name="Cloudflare R2",
        endpoint="https://{account}.r2.cloudflarestorage.com",
        regions=(Region(AUTO, "Cloudflare"),),
        publishing=Publishing.ADDRESS,
        tags=False,
        bucket_policies=False,
    ),
    Provider(
        id="b2",
        name="Backblaze B2",
        endpoint="https://s3.{region}.backblazeb2.com",
        regions=_regions(
            "us-west-000 US West",
            "us-west-001 US West",
            "us-west-002 US West",
            "us-west-004 US West",
            "us-east-005 US East",
            "eu-central-003 EU Central",
            "ca-east-006 Canada East",
        ),
        tags=False,
        bucket_policies=False,
    ),
    Provider(id="minio", name="MinIO", regions=(Region(DEFAULT_REGION, "MinIO"),), policies=True),
    Provider(
        id="wasabi",
        name="Wasabi",
        endpoint="https://s3.{region}.wasabisys.com",
        regions=_regions(
            "us-east-1 N. Virginia",
            "us-east-2 N. Virginia",
            "us-central-1 Texas",
            "us-west-1 Oregon",
            "ca-central-1 Toronto",
            "eu-central-1 Amsterdam",
            "eu-central-2 Frankfurt",
            "eu-west-1 London",
            "eu-west-2 Paris",
            "eu-south-1 Milan",
            "ap-northeast-1 Tokyo",
            "ap-northeast-2 Osaka",
            "ap-southeast-1 Singapore",
            "ap-southeast-2 Sydney",
        ),
        publishing=Publishing.OBJECT,
        policies=True,
    ),
    Provider(
        id="spaces",
        name="DigitalOcean Spaces",
        endpoint="https://{region}.digitaloceanspaces.com",
        regions=_regions(
            "nyc3 New York",
            "sfo2 San Francisco",
            "sfo3 San Francisco",
            "tor1 Toronto",
            "ams3 Amsterdam",
            "fra1 Frankfurt",
            "lon1 London",
            "sgp1 Singapore",
            "blr1 Bangalore",
            "syd1 Sydney",
        ),
        publishing=Publishing.OBJECT,
    ),
    Provider(
        id="scaleway",
        name="Scaleway",
        endpoint="https://s3.{region}.scw.cloud",
        regions=_regions("fr-par Paris", "nl-ams Amsterdam", "pl-waw Warsaw", "it-mil Milan"),
        publishing=Publishing.OBJECT,
    ),
    Provider(
        id="hetzner",
        name="Hetzner",
        endpoint="https://{region}.your-objectstorage.com",
        regions=_regions("fsn1 Falkenstein", "nbg1 Nuremberg", "hel1 Helsinki"),
        publishing=Publishing.OBJECT,
    ),
    Provider(
        id="ovh",
        name="OVHcloud",
        endpoint="https://s3.{region}.io.cloud.ovh.net",
        regions=_regions(
            "gra Gravelines",
            "rbx Roubaix",
            "sbg Strasbourg",
            "eu-west-par Paris",
            "de Frankfurt",
            "uk London",
            "waw Warsaw",
            "bhs Beauharnois",
            "ca-east-tor Toronto",
            "sgp Singapore",
            "ap-southeast-syd Sydney",
            "ap-south-mum Mumbai",
        ),
        publishing=Publishing.OBJECT,
        policies=True,
        bucket_policies=False,
    ),
    Provider(
        id="linode",
        name="Akamai (Linode)",
        endpoint="https://{region}.linodeobjects.com",
        regions=_regions(
            "us-east-1 Newark",
            "us-southeast-1 Atlanta",
            "us-ord-1 Chicago",
            "us-iad-1 Washington",
            "us-mia-1 Miami",
            "us-lax-1 Los Angeles",
            "us-sea-1 Seattle",
            "br-gru-1 São Paulo",
            "eu-central-1 Frankfurt",
            "nl-ams-1 Amsterdam",
            "fr-par-1 Paris",
            "gb-lon-1 London",
            "it-mil-1 Milan",
            "es-mad-1 Madrid",
            "se-sto-1 Stockholm",
            "ap-south-1 Singapore",
            "sg-sin-1 Singapore",
            "in-maa-1 Chennai",
            "id-cgk-1 Jakarta",
            "jp-osa-1 Osaka",
            "au-mel-1 Melbourne",
        ),
        publishing=Publishing.OBJECT,
    ),
    Provider(
        id="vultr",
        name="Vultr",
        endpoint="https://{region}.vultrobjects.com",
        regions=_regions(
            "ewr1 New Jersey", "sjc1 Silicon Valley", "ams1 Amsterdam", "blr1 Bangalore", "del1 Delhi", "sgp1 Singapore"
        ),
        publishing=Publishing.OBJECT,
    ),
    Provider(
        id="idrive",
        name="IDrive e2",
        endpoint="https://s3.{region}.idrivee2.com",
        regions=_regions(
            "us-west-1 Oregon",
            "us-west-2 Los Angeles",
            "us-west-3 San Jose",
            "us-southwest-1 Phoenix",
            "us-midwest-1 Chicago",
            "us-central-1 Dallas",
            "us-east-1 Virginia",
            "us-southeast-1 Miami",
            "ca-east-1 Montreal",
            "eu-west-1 Ireland",
            "eu-west-2 London",
            "eu-west-3 London",
        ),
        path_style=True,
        bucket_policies=False,
    ),
    Provider(
        id="contabo",
        name="Contabo",
        endpoint="https://{region}.contabostorage.com",
        regions=_regions("eu2 European Union", "usc1 United States", "sin1 Singapore"),
        path_style=True,
        publishing=Publishing.ADDRESS,
        bucket_policies=False,
    ),
    Provider(
        id="storj",
        name="Storj",
        endpoint="https://gateway.storjshare.io",
        regions=(Region(DEFAULT_REGION, "Storj"),),
        publishing=Publishing.ADDRESS,
        bucket_policies=False,
    ),
    Provider(
        id="gcs",
        name="Google Cloud Storage",
        endpoint="https://storage.googleapis.com",
        regions=(Region(AUTO, "Google"),),
        tags=False,
        bucket_policies=False,
    ),
    OTHER,
)


def provider_named(code: str) -> Provider | None:
    """The provider with this ``id``."""
    return next((each for each in PROVIDERS if each.id == code), None)


def provider_of(endpoint: str) -> Provider:
    """Whose endpoint this is; none is AWS's."""
    if not endpoint or is_aws(endpoint):
        return AWS
    for each in PROVIDERS:
        if each.parts_of(endpoint) is not None:
            return each
    return _by_host(endpoint)


def _by_host(endpoint: str) -> Provider:
    """An endpoint of another shape: of the bucket, of an older region, of MinIO on this computer."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return OTHER
    for each in PROVIDERS:
        # What stands behind the last thing that differs.
        suffix = each.endpoint.removeprefix("https://").rpartition("}")[2]
        if suffix and (host.endswith(suffix) if suffix.startswith(".") else host == suffix):
            return each
    # The port that MinIO listens to by default.
    is_minio = port == 9000 or "minio" in host.split(".")
    return next(each for each in PROVIDERS if each.id == ("minio" if is_minio else "other"))


def suited(profile: Profile, provider: Provider, *, region: str = "", account: str = "") -> Profile:
    """The profile at this provider: with its endpoint, a region of its own, and what is sent there.

    Who uploads changes to this computer, because Kraken.io writes into AWS only; the ACL to what makes images open,
    where the provider knows it. The other way round nothing but the place changes.

    Args:
        region: the one to take; empty: the profile's, if the provider has it, else the first.
        account: the customer's ID in the endpoint.
    """
    region = region or _region_at(provider, profile.region)
    placed = replace(
        profile, endpoint=provider.endpoint_of(region, account), region=region, path_style=provider.path_style
    )
    if provider.is_aws:
        return placed
    private = profile.acl is Acl.PRIVATE
    usual = Acl.PUBLIC_READ if provider.publishing is Publishing.OBJECT else Acl.NONE
    return replace(placed, uploader=Uploader.LOCAL, acl=Acl.PRIVATE if private else usual)


def _region_at(provider: Provider, region: str) -> str:
    if not provider.regions:
        return region
    codes = [each.code for each in provider.regions]
    return region if region in codes else codes[0]
