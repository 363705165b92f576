"""CloudTrail: the tags of trails, which are known in their home region alone."""

from __future__ import annotations

from ..request import Request
from ..world import World
from .registry import Answer, rule
from .trails import backend_of, trail_to_change


@rule("cloudtrail", "ListTags")
def tags_of_trails(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTags.html"""
    tags = backend_of(request).tagging_service
    return {
        "ResourceTagList": [
            {"ResourceId": arn, "TagsList": tags.list_tags_for_resource(trail_to_change(request, arn).arn)["TagsList"]}
            for arn in request.params["ResourceIdList"]
        ]
    }


@rule("cloudtrail", "AddTags", "RemoveTags")
def only_tags_of_trails_at_home(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html"""
    trail_to_change(request, request.params["ResourceId"])
