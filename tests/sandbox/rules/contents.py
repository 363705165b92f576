"""What is in S3 buckets: listed by version, deleted by version, protected by object lock and MFA delete.

Buckets of other accounts are closed: their policies are not evaluated, although AWS would open what they allow.
"""

from __future__ import annotations

import bisect
import dataclasses
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, s3_backends
from werkzeug.wrappers import Response

from .. import enforcement
from ..errors import RefusalError
from ..permissions import Permission, actions_of
from ..request import Request
from ..world import World
from . import s3 as _first  # noqa: F401 - whose bucket it is comes before what is in it
from .registry import Answer, rule

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html and API_DeleteObjects.html
PAGE = 1000
CARRIAGE_RETURN = "\r"  # which a parser would make a line feed
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
DENIED = "Access Denied"
LOCKED = "Access Denied because object protected by object lock."
WITHOUT_MFA = "Mfa Authentication must be used for this request"

OF_CONTENTS = (
    *("AbortMultipartUpload", "DeleteBucket", "DeleteObjects", "GetBucketVersioning", "GetObjectLegalHold"),
    *("GetObjectLockConfiguration", "GetObjectRetention", "ListMultipartUploads", "ListObjectVersions"),
)

Version = FakeKey | FakeDeleteMarker
# By bucket, key and version id of a marker that was given out: the versions of the key that come after it.
Places = dict[Any, list[str]]


def bucket_of(request: Request) -> FakeBucket:
    """The bucket that the request names, whoever owns it."""
    name = request.params["Bucket"]
    if name not in s3_backends.bucket_accounts:
        raise RefusalError("NoSuchBucket", "The specified bucket does not exist", 404)
    partition, owner = s3_backends.bucket_accounts[name]
    bucket: FakeBucket = s3_backends[owner][partition].buckets[name]
    return bucket


@rule("s3", *OF_CONTENTS)
def right_region(request: Request, _world: World) -> None:
    """A bucket answers in its own region; clients are sent there.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
    """
    if bucket_of(request).region_name != request.region:
        message = "The bucket you are attempting to access must be addressed using the specified endpoint."
        raise RefusalError("PermanentRedirect", message, 301)


@rule("s3", "ListObjectVersions")
def list_object_versions(request: Request, world: World) -> Response | None:
    """By key, the newest version of each first, in pages of at most 1,000. A page ends at a place, not at a version.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
    """
    params, bucket = request.params, bucket_of(request)
    if params.get("Delimiter"):
        return None  # moto's own
    after = (params.get("KeyMarker") or "", params.get("VersionIdMarker") or "")
    if after[1] and not after[0]:
        raise RefusalError("InvalidArgument", "A version-id marker cannot be specified without a key marker.", 400)
    limit = min(PAGE, PAGE if params.get("MaxKeys") is None else params["MaxKeys"])
    page: list[tuple[Version, bool]] = []
    truncated = False
    for item in versions_from(bucket, after, world.memory["s3 places"]):
        if not item[0].name.startswith(params.get("Prefix") or ""):
            continue
        truncated = len(page) == limit
        if truncated:
            break
        page.append(item)
    encode = urllib.parse.quote if params.get("EncodingType") == "url" else str
    answer: dict[str, Any] = {
        "Name": bucket.name,
        "Prefix": encode(params.get("Prefix") or ""),
        "KeyMarker": encode(after[0]),
        "VersionIdMarker": after[1],
        "MaxKeys": limit,
        "EncodingType": params.get("EncodingType"),
        "IsTruncated": truncated,
        "Version": [listed(key, latest, encode(key.name)) for key, latest in page if isinstance(key, FakeKey)],
        "DeleteMarker": [listed(key, latest, encode(key.name)) for key, latest in page if not isinstance(key, FakeKey)],
    }
    if truncated and page:
        last = page[-1][0]
        remember_place(bucket, last, world.memory["s3 places"])
        answer |= {"NextKeyMarker": encode(last.name), "NextVersionIdMarker": last.version_id}
    return written_response("ListVersionsResult", answer)


def versions_from(bucket: FakeBucket, after: tuple[str, str], places: Places) -> Iterator[tuple[Version, bool]]:
    """The versions after a marker in the order of the listing, each with whether it is its key's latest."""
    # In order already but for keys that are new, which Python's sort makes use of.
    names = sorted(dict.__iter__(bucket.keys))
    key_marker, version_marker = after
    if version_marker:
        rest = set(places.get((bucket.name, key_marker, version_marker), [])) or set(
            older(bucket, key_marker, version_marker)
        )
        versions = list(reversed(bucket.keys.getlist(key_marker, [])))
        yield from ((version, version is versions[0]) for version in versions if version.version_id in rest)
    for name in names[bisect.bisect_right(names, key_marker) :]:
        versions = bucket.keys.getlist(name)
        for version in reversed(versions):
            yield version, version is versions[-1]


def older(bucket: FakeBucket, name: str, version_id: str) -> list[str]:
    """The ids of the key's versions that were there before this one."""
    ids = [version.version_id for version in bucket.keys.getlist(name, [])]
    return ids[: ids.index(version_id)] if version_id in ids else []


def remember_place(bucket: FakeBucket, last: Version, places: Places) -> None:
    """Keep where a page ended: the next one begins there even when the version has been deleted."""
    places[bucket.name, last.name, last.version_id] = older(bucket, last.name, last.version_id)


def listed(version: Version, latest: bool, name: str) -> dict[str, Any]:
    """A version or delete marker as the listing tells it."""
    told = {
        "Key": name,
        "VersionId": version.version_id,
        "IsLatest": latest,
        "LastModified": version.last_modified.replace(tzinfo=UTC),
    }
    if isinstance(version, FakeKey):
        told |= {"ETag": version.etag, "Size": version.size, "StorageClass": version.storage_class}
    return told


def written_response(root: str, fields: dict[str, Any]) -> Response:
    """An answer with a thousand things in it: moto's serializer takes a hundred times as long."""
    inner = "".join(written(name, value) for name, value in fields.items())
    return Response(f'<{root} xmlns="{NAMESPACE}">{inner}</{root}>', content_type="application/xml")


def written(name: str, value: Any) -> str:
    """A field as XML; nothing where there is none, and a list as so many elements of one name."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "".join([written(name, item) for item in value])
    if isinstance(value, dict):
        return f"<{name}>{''.join([written(key, item) for key, item in value.items()])}</{name}>"
    if isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, datetime):
        value = value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return f"<{name}>{escape(str(value), {CARRIAGE_RETURN: '&#13;'})}</{name}>"


@rule("s3", "DeleteObjects")
def delete_objects(request: Request, world: World) -> Response:
    """Up to 1,000 in one call, of which each has a result of its own; with Quiet only failures are told.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
    """
    bucket, asked = bucket_of(request), request.params["Delete"]
    if not 0 < len(asked.get("Objects") or []) <= PAGE:
        message = "The XML you provided was not well-formed or did not validate against our published schema"
        raise RefusalError("MalformedXML", message, 400)
    judge = enforcement.judge(request, world)
    deleted, errors = [], []
    for item in asked["Objects"]:
        name, version_id = item["Key"], item.get("VersionId")
        told = {"Key": name, **({"VersionId": version_id} if version_id else {})}
        refusal = refused(request, bucket, item, judge)
        if refusal:
            errors.append({**told, "Code": "AccessDenied", "Message": refusal})
        else:
            deleted.append({**told, **delete(bucket, name, version_id)})
    return written_response("DeleteResult", {"Deleted": [] if asked.get("Quiet") else deleted, "Error": errors})


def refused(
    request: Request,
    bucket: FakeBucket,
    item: dict[str, Any],
    judge: Callable[[Permission], RefusalError | None],
) -> str | None:
    """Why this caller cannot delete this version, if so."""
    name, version_id = item["Key"], item.get("VersionId")
    arn = f"arn:aws:s3:::{bucket.name}/{name}"
    for action in actions_of(request) if version_id else ["s3:DeleteObject"]:
        missing = judge(Permission(action, arn))
        if missing is not None:
            return missing.message
    if version_id is None:
        return None
    if needs_mfa(bucket) and not request.params.get("MFA"):
        return WITHOUT_MFA
    version = find(bucket, name, version_id)
    bypass = bool(request.params.get("BypassGovernanceRetention"))
    return LOCKED if isinstance(version, FakeKey) and version.is_locked(governance_bypass=bypass) else None


def find(bucket: FakeBucket, name: str, version_id: str | None) -> Version | None:
    """The version; without an id the latest."""
    versions: list[Version] = bucket.keys.getlist(name, [])
    if version_id is None:
        return versions[-1] if versions else None
    return next((version for version in versions if version.version_id == version_id), None)


def delete(bucket: FakeBucket, name: str, version_id: str | None) -> dict[str, Any]:
    """Delete it, or put a delete marker on top; what has gone already counts as deleted."""
    if version_id is None:
        if bucket.versioning_status is None:
            for version in bucket.keys.getlist(name, []):
                remove(bucket, version)
            return {}
        # moto's wants a key to point to, AWS's does not.
        below = bucket.keys.get(name) or FakeKey(name, b"", "", bucket.region_name)
        marker = FakeDeleteMarker(below)
        bucket.keys[name] = marker
        return {"DeleteMarker": True, "DeleteMarkerVersionId": marker.version_id}
    found = find(bucket, name, version_id)
    if found is not None:
        remove(bucket, found)
    if isinstance(found, FakeDeleteMarker):
        return {"DeleteMarker": True, "DeleteMarkerVersionId": version_id}
    return {}


def remove(bucket: FakeBucket, version: Version) -> None:
    """Take a version out of its key's, and the key out of the bucket with the last one."""
    left = [other for other in bucket.keys.getlist(version.name) if other is not version]
    if isinstance(version, FakeKey):
        version.dispose()
    if left:
        dict.__setitem__(bucket.keys, version.name, left)
    else:
        dict.pop(bucket.keys, version.name)


@dataclasses.dataclass(frozen=True)
class Filling:
    """An object that is to be in a bucket."""

    key: str
    versions: int = 1
    """How many, each a second after the one before."""
    delete_marker: bool = False
    """Whether it has been deleted."""
    size: int = 0
    """Bytes of each version, as the listing tells it."""
    last_modified: str | None = None
    """Of its first version, as 2026-11-01T10:00:00+00:00; by default now."""

    def __post_init__(self) -> None:
        kinds = {"key": str, "versions": int, "delete_marker": bool, "size": int}
        wrong = [name for name, kind in kinds.items() if not isinstance(getattr(self, name), kind)]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} of another type")
        self.began()

    def began(self) -> datetime:
        """When the first version came, in UTC, without a time zone as moto keeps it."""
        began = datetime.fromisoformat(self.last_modified) if self.last_modified else datetime.now(UTC)
        return began.astimezone(UTC).replace(tzinfo=None)


def fill(bucket: FakeBucket, objects: list[Filling]) -> None:
    """Put the objects into the bucket."""
    versioned = bucket.versioning_status is not None
    for item in objects:
        began = item.began()
        for number in range(item.versions):
            version = FakeKey(
                item.key,
                b"",
                bucket.account_id,
                bucket.region_name,
                etag="d41d8cd98f00b204e9800998ecf8427e",
                is_versioned=versioned,
                version_id=str(uuid.uuid4()) if versioned else None,
                bucket_name=bucket.name,
            )
            version.contentsize = item.size
            version.last_modified = began + timedelta(seconds=number)
            bucket.keys[item.key] = version
        if item.delete_marker:
            marker = FakeDeleteMarker(bucket.keys[item.key])
            marker.last_modified = began + timedelta(seconds=item.versions)
            bucket.keys[item.key] = marker


@rule("s3", "PutBucketVersioning")
def put_mfa_delete(request: Request, _world: World) -> None:
    """MFA delete is switched by the root user with a code, and changed in no other way.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
    """
    bucket, wanted = bucket_of(request), request.params["VersioningConfiguration"].get("MFADelete")
    if wanted is None and not needs_mfa(bucket):
        return
    if request.principal.kind != "root" or not request.params.get("MFA"):
        raise RefusalError("AccessDenied", WITHOUT_MFA, 403)
    if wanted is not None:
        vars(bucket)["mfa_delete"] = wanted


def needs_mfa(bucket: FakeBucket) -> bool:
    """Whether versions go with an MFA code only."""
    return getattr(bucket, "mfa_delete", None) == "Enabled"


@rule("s3", "GetBucketVersioning")
def get_bucket_versioning(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html"""
    bucket = bucket_of(request)
    return {"Status": bucket.versioning_status, "MFADelete": getattr(bucket, "mfa_delete", None)}


@rule("s3", "DeleteObject")
def delete_object(request: Request, _world: World) -> None:
    """A version of a bucket with MFA delete does not go without a code."""
    if request.params.get("VersionId") and needs_mfa(bucket_of(request)) and not request.params.get("MFA"):
        raise RefusalError("AccessDenied", WITHOUT_MFA, 403)


@rule("s3", "GetObjectLockConfiguration")
def get_object_lock_configuration(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html"""
    if not bucket_of(request).object_lock_enabled:
        message = "Object Lock configuration does not exist for this bucket"
        raise RefusalError("ObjectLockConfigurationNotFoundError", message, 404)


@rule("s3", "GetObjectRetention")
def get_object_retention(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html"""
    version = locked_version(request)
    if not version.lock_mode or not version.lock_until:
        raise without_lock()
    until = datetime.fromisoformat(version.lock_until)
    return {"Retention": {"Mode": version.lock_mode, "RetainUntilDate": until}}


@rule("s3", "GetObjectLegalHold")
def get_object_legal_hold(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html"""
    version = locked_version(request)
    if not version.lock_legal_status:
        raise without_lock()
    return {"LegalHold": {"Status": version.lock_legal_status}}


def locked_version(request: Request) -> FakeKey:
    """The version that is asked about, in a bucket with object lock."""
    bucket = bucket_of(request)
    if not bucket.object_lock_enabled:
        raise RefusalError("InvalidRequest", "Bucket is missing Object Lock Configuration", 400)
    version = find(bucket, request.params["Key"], request.params.get("VersionId"))
    if not isinstance(version, FakeKey):
        raise RefusalError("NoSuchKey", "The specified key does not exist.", 404)
    return version


def without_lock() -> RefusalError:
    """What AWS says of a version that nothing protects."""
    message = "The specified object does not have a ObjectLock configuration"
    return RefusalError("NoSuchObjectLockConfiguration", message, 404)


@rule("s3", "ListMultipartUploads")
def list_multipart_uploads(request: Request, _world: World) -> Answer | None:
    """In pages of at most 1,000, by key and then by when they began.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
    """
    params, bucket = request.params, bucket_of(request)
    if params.get("Delimiter"):
        return None  # moto's own
    limit = min(PAGE, PAGE if params.get("MaxUploads") is None else params["MaxUploads"])
    # By key; moto keeps them in the order in which they began.
    uploads = sorted(bucket.multiparts.values(), key=lambda upload: str(upload.key_name))
    after = (params.get("KeyMarker") or "", params.get("UploadIdMarker"))
    known = [upload.id for upload in uploads]
    if after[1] in known:
        uploads = uploads[known.index(after[1]) + 1 :]
    else:
        uploads = [upload for upload in uploads if upload.key_name > after[0]]
    uploads = [upload for upload in uploads if upload.key_name.startswith(params.get("Prefix") or "")]
    encode = urllib.parse.quote if params.get("EncodingType") == "url" else str
    page = uploads[:limit]
    answer: Answer = {
        "Bucket": bucket.name,
        "MaxUploads": limit,
        "EncodingType": params.get("EncodingType"),
        "IsTruncated": len(uploads) > limit,
        "Uploads": [{"Key": encode(upload.key_name), "UploadId": upload.id} for upload in page],
    }
    if answer["IsTruncated"] and page:
        answer |= {"NextKeyMarker": encode(page[-1].key_name), "NextUploadIdMarker": page[-1].id}
    return answer
