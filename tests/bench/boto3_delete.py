"""What boto3 has to empty a bucket and delete it: `python boto3_delete.py BUCKET`."""

from __future__ import annotations

import sys

import boto3

if __name__ == "__main__":
    bucket = boto3.resource("s3").Bucket(sys.argv[1])
    bucket.object_versions.delete()
    bucket.delete()
