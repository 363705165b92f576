"""What looks after an account's security: S3's block for the account, Access Analyzer, Trusted Advisor."""

from __future__ import annotations

import datetime
from typing import Any

from moto.s3.models import s3_backends
from moto.s3.utils import bucket_policy_is_public

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .pages import page_of
from .registry import Answer, rule

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
EXTERNAL = ("ACCOUNT", "ORGANIZATION")
PAGES = {"token": "nextToken", "size": "maxResults"}


@rule("s3control", "GetPublicAccessBlock", "PutPublicAccessBlock", "DeletePublicAccessBlock")
def of_ones_own_account(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetPublicAccessBlock.html"""
    if request.params["AccountId"] != request.account:
        raise RefusalError("AccessDenied", "Access Denied", 403)


@rule("s3control", "GetPublicAccessBlock")
def get_block(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetPublicAccessBlock.html"""
    if request.account not in world.memory["public access block"]:
        message = "The public access block configuration was not found"
        raise RefusalError("NoSuchPublicAccessBlockConfiguration", message, 404)
    return {"PublicAccessBlockConfiguration": world.memory["public access block"][request.account]}


@rule("s3control", "PutPublicAccessBlock")
def put_block(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutPublicAccessBlock.html

    What is left out is off.
    """
    given = request.params["PublicAccessBlockConfiguration"]
    world.memory["public access block"][request.account] = {name: bool(given.get(name)) for name in BLOCKS}
    return {}


@rule("s3control", "DeletePublicAccessBlock")
def delete_block(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DeletePublicAccessBlock.html"""
    world.memory["public access block"].pop(request.account, None)
    return {}


@rule("s3", "PutBucketPolicy")
def public_policy_in_a_closed_account(request: Request, world: World) -> None:
    """The account's setting holds for every bucket in it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    _partition, owner = s3_backends.bucket_accounts.get(request.params["Bucket"], ("", request.account))
    block = world.memory["public access block"].get(owner, {})
    if block.get("BlockPublicPolicy") and bucket_policy_is_public(request.params["Policy"]):
        message = "Access Denied: public policies are blocked by the BlockPublicPolicy block public access setting"
        raise RefusalError("AccessDenied", message, 403)


def analyzers_of(request: Request, world: World) -> dict[str, dict[str, Any]]:
    """By name, those of the account in the region."""
    found: dict[str, dict[str, Any]] = world.memory["analyzers"].setdefault((request.account, request.region), {})
    return found


@rule("accessanalyzer", "CreateAnalyzer")
def create_analyzer(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateAnalyzer.html

    One for external access with the account as its zone of trust:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-quotas.html
    """
    there, name, kind = analyzers_of(request, world), request.params["analyzerName"], request.params["type"]
    if name in there:
        raise RefusalError("ConflictException", f"An analyzer with the name {name} already exists.", 409)
    if kind == "ACCOUNT" and any(one["type"] == kind for one in there.values()):
        raise RefusalError("ServiceQuotaExceededException", "The account has an analyzer of this type already.", 402)
    arn = f"arn:aws:access-analyzer:{request.region}:{request.account}:analyzer/{name}"
    there[name] = {
        "arn": arn,
        "name": name,
        "type": kind,
        "createdAt": datetime.datetime.now(datetime.UTC),
        "status": "ACTIVE",
    }
    return {"arn": arn}


@rule("accessanalyzer", "ListAnalyzers")
def list_analyzers(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzers.html"""
    kind = request.params.get("type")
    found = [one for one in analyzers_of(request, world).values() if kind in (None, one["type"])]
    return page_of(found, "analyzers", request.params, **PAGES)


@rule("trustedadvisor", "ListRecommendations")
def list_recommendations(request: Request, world: World) -> Answer:
    """For accounts with a paid support plan; others are refused, and no policy is named.

    https://docs.aws.amazon.com/awssupport/latest/user/get-started-with-aws-trusted-advisor-api.html
    """
    switches = world.switches[request.account]
    if not switches.paid_support:
        raise RefusalError("AccessDeniedException", "Access denied due to support level", 403)
    asked = (request.params.get("status") or "error", request.params.get("pillar") or "security")
    found = [_recommendation(request, name) for name in switches.trusted_advisor if asked == ("error", "security")]
    return page_of(found, "recommendationSummaries", request.params, **PAGES)


def _recommendation(request: Request, name: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "arn": f"arn:aws:trustedadvisor::{request.account}:recommendation/{name}",
        "type": "standard",
        "status": "error",
        "pillars": ["security"],
        "source": "ta_check",
        "resourcesAggregates": {"okCount": 0, "warningCount": 0, "errorCount": 1},
    }
