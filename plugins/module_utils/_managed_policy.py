# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a managed policy says."""

from __future__ import annotations

from typing import Any


def document_of(client: Any, arn: str) -> Any:
    """The policy's document, in the version that is in force."""
    version = client.get_policy(aws_retry=True, PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = client.get_policy_version(aws_retry=True, PolicyArn=arn, VersionId=version)
    return answer["PolicyVersion"]["Document"]
