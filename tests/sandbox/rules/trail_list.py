"""CloudTrail: ListTrails knows the trails of every region, DescribeTrails those that log here."""

from __future__ import annotations

from moto.cloudtrail.models import cloudtrail_backends

from ..request import Request
from ..world import World
from .registry import Answer, rule


@rule("cloudtrail", "ListTrails")
def list_trails(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTrails.html"""
    backends = cloudtrail_backends[request.account].values()
    trails = {trail.arn: trail for backend in backends for trail in backend.trails.values()}
    return {
        "Trails": [
            {"TrailARN": arn, "Name": trail.trail_name, "HomeRegion": trail.region_name}
            for arn, trail in trails.items()
        ]
    }
