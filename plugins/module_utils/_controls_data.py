# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controls: what the account does for all data in it."""

from __future__ import annotations

from ansible_collections.dayone.aws_account.plugins.module_utils._control import (
    Control,
    Text,
    Verdict,
    judged,
    regional,
)

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def public_access_blocked(block: dict[str, bool]) -> Verdict:
    """All four settings, for the account; buckets may be closed one by one besides."""
    off = [name for name in BLOCKS if not block.get(name)]
    return judged(
        not off,
        {name: bool(block.get(name)) for name in BLOCKS},
        Text(
            "Where nothing in S3 is meant for everybody: S3's console, 'Block Public Access settings for this account',"
            " 'Edit', 'Block all public access'.",
            "S3 で公開するものがなければ、S3 コンソールの「このアカウントのブロックパブリックアクセス設定」→「編集」→"
            "「パブリックアクセスをすべてブロック」を有効にしてください。",
        ),
    )


CONTROLS = (
    Control(
        "SSB.08",
        Text("S3 blocks public access to the account's buckets", "アカウント全体での S3 パブリックアクセスのブロック"),
        "data",
        ("public_access_block",),
        public_access_blocked,
        "",
        ("S3", "configuring-block-public-access-account.html"),
        "s3/settings?region={region}",
        meets=("SSB ACCT.08", "CIS 3.1.4"),
        changed_by=regional("PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock"),
    ),
)
