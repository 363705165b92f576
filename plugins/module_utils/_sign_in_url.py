# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the console of each partition is, and where IAM users of an account sign in to it."""

from __future__ import annotations

# https://docs.aws.amazon.com/general/latest/gr/mgmt-console.html
CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/console-account-alias.html, of China
# https://docs.amazonaws.cn/en_us/IAM/latest/UserGuide/console-account-alias.html, of GovCloud
# https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-iam.html
HOSTS = {"aws-cn": "signin.amazonaws.cn", "aws-us-gov": "signin.amazonaws-us-gov.com"}


def sign_in_url(name: str, partition: str = "aws") -> str:
    """The URL for the account of that alias or id; '' for none."""
    return f"https://{name}.{HOSTS.get(partition, 'signin.aws.amazon.com')}/console" if name else ""


def partition_of(arn: str) -> str:
    return arn.split(":")[1]
