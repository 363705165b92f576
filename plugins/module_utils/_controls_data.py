# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controls: what the account does for all data in it."""

from __future__ import annotations

from ansible_collections.dayone.aws_account.plugins.module_utils._control import (
    Control,
    Text,
    Unread,
    Verdict,
    by_region,
    judged,
    listed,
    regional,
    stands,
    unread,
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


def networks(empty: dict[str, list[str] | Unread], open_regions: list[str] | Unread) -> Verdict:
    """No region may have a network that nothing is in; only who has looked into all regions knows.

    AWS makes one in every region of a new account. All that runs in a network has an interface there.
    https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html
    """
    if not empty:
        return stands(
            "manual",
            {},
            Text(
                "Look for networks that nothing is in: console, 'EC2 Global View'; delete them in each region's VPC "
                "console. Or have every region looked into: account_report_regions: [all].",
                "コンソールの「EC2 グローバルビュー」で使われていない VPC を探し、各リージョンの VPC コンソールで削除"
                "してください。account_report_regions: [all] とすれば、すべてのリージョンを確認します。",
            ),
        )
    found = by_region(
        empty,
        lambda names: not names,
        Text(
            "Delete the networks that nothing is in, in {regions}: VPC console, 'Your VPCs', 'Actions', 'Delete VPC'. "
            "'Create default VPC' there makes a default one again.",
            "{regions} の使われていない VPC を削除してください (VPC コンソールの「お使いの VPC」→「アクション」→"
            "「VPC の削除」)。デフォルト VPC は「デフォルト VPC の作成」で作り直せます。",
        ),
    )
    if found.status != "pass":
        return found
    if isinstance(open_regions, Unread):
        return unread(open_regions, found.evidence)
    left = listed([name for name in open_regions if name not in empty])
    return judged(
        not left.en,
        found.evidence,
        Text(
            f"Look into the other regions as well ({left.en}): account_report_regions: [all].",
            f"ほかのリージョン ({left.ja}) も確認してください: account_report_regions: [all]。",
        ),
        "manual",
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
    Control(
        "SSB.09",
        Text("There are no networks that nobody uses", "使われていない VPC がないこと"),
        "data",
        ("empty_networks", "open_regions"),
        networks,
        "",
        ("VPC", "delete-vpc.html"),
        "ec2globalview/home",
        meets=("SSB ACCT.09",),
        changed_by=regional("CreateVpc", "CreateDefaultVpc", "DeleteVpc"),
        judges_unread=True,
    ),
)
