"""The regions that have an S3, to choose from. Free text is accepted as well: new ones open every year."""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT_REGION = "us-east-1"
"""The oldest one, which the global host serves, and whose old buckets may have names that no others may have."""

_SHAPE = re.compile(r"[a-z]{2,4}(-[a-z]{2,}){1,2}-[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class Region:
    """One region: the code for requests, AWS's name for people."""

    code: str
    name: str

    @property
    def apart(self) -> bool:
        """Whether it needs an account of its own: China, GovCloud, the European Sovereign Cloud."""
        return self.code.startswith(("cn-", "us-gov-", "eusc-"))


# AWS: "Amazon S3 endpoints and quotas", and the endpoint data of the AWS SDK for Python (botocore 1.44).
REGIONS = (
    Region("us-east-1", "US East (N. Virginia)"),
    Region("us-east-2", "US East (Ohio)"),
    Region("us-west-1", "US West (N. California)"),
    Region("us-west-2", "US West (Oregon)"),
    Region("af-south-1", "Africa (Cape Town)"),
    Region("ap-east-1", "Asia Pacific (Hong Kong)"),
    Region("ap-east-2", "Asia Pacific (Taipei)"),
    Region("ap-northeast-1", "Asia Pacific (Tokyo)"),
    Region("ap-northeast-2", "Asia Pacific (Seoul)"),
    Region("ap-northeast-3", "Asia Pacific (Osaka)"),
    Region("ap-south-1", "Asia Pacific (Mumbai)"),
    Region("ap-south-2", "Asia Pacific (Hyderabad)"),
    Region("ap-southeast-1", "Asia Pacific (Singapore)"),
    Region("ap-southeast-2", "Asia Pacific (Sydney)"),
    Region("ap-southeast-3", "Asia Pacific (Jakarta)"),
    Region("ap-southeast-4", "Asia Pacific (Melbourne)"),
    Region("ap-southeast-5", "Asia Pacific (Malaysia)"),
    Region("ap-southeast-6", "Asia Pacific (New Zealand)"),
    Region("ap-southeast-7", "Asia Pacific (Thailand)"),
    Region("ca-central-1", "Canada (Central)"),
    Region("ca-west-1", "Canada West (Calgary)"),
    Region("eu-central-1", "Europe (Frankfurt)"),
    Region("eu-central-2", "Europe (Zurich)"),
    Region("eu-north-1", "Europe (Stockholm)"),
    Region("eu-south-1", "Europe (Milan)"),
    Region("eu-south-2", "Europe (Spain)"),
    Region("eu-west-1", "Europe (Ireland)"),
    Region("eu-west-2", "Europe (London)"),
    Region("eu-west-3", "Europe (Paris)"),
    Region("il-central-1", "Israel (Tel Aviv)"),
    Region("me-central-1", "Middle East (UAE)"),
    Region("me-south-1", "Middle East (Bahrain)"),
    Region("mx-central-1", "Mexico (Central)"),
    Region("sa-east-1", "South America (São Paulo)"),
    Region("us-gov-east-1", "AWS GovCloud (US-East)"),
    Region("us-gov-west-1", "AWS GovCloud (US-West)"),
    Region("cn-north-1", "China (Beijing)"),
    Region("cn-northwest-1", "China (Ningxia)"),
    Region("eusc-de-east-1", "AWS European Sovereign Cloud (Germany)"),
)


def region_named(code: str) -> Region | None:
    """The listed region with this code."""
    return next((region for region in REGIONS if region.code == code), None)


def is_plausible(code: str) -> bool:
    """Whether the text has the shape of a region code, listed or not."""
    return _SHAPE.fullmatch(code) is not None
