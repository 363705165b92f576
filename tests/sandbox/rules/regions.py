"""Which regions an account has."""

from __future__ import annotations

from ..request import Request
from ..world import World
from .registry import Answer, rule

# https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
ENABLED_BY_DEFAULT = (
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    *("ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"),
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
)


@rule("ec2", "DescribeRegions")
def those_that_are_switched_on(request: Request, _world: World) -> Answer | None:
    """Others, and those of other partitions, moto tells of too; AWS only where all are asked for.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
    """
    if request.params.get("AllRegions"):
        return None
    found = [{"RegionName": name, "OptInStatus": "opt-in-not-required"} for name in ENABLED_BY_DEFAULT]
    return {"Regions": found}
