# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The benchmarks that the controls are compared with: their items, in our words, and why some have no control.

SSB is AWS's Startup Security Baseline, of which the first twelve items on the account are looked at:
https://docs.aws.amazon.com/prescriptive-guidance/latest/aws-startup-security-baseline/controls-acct.html

CIS is the CIS AWS Foundations Benchmark 7.0.0, its sections 2 to 4: identity, storage, logging. Until version 5 they
were numbered 1 to 3. https://www.cisecurity.org/benchmark/amazon_web_services
"""

from __future__ import annotations

CIS_VERSION = "7.0.0"
SSB_PAGE = "https://docs.aws.amazon.com/prescriptive-guidance/latest/aws-startup-security-baseline/acct-{number}.html"
CIS_PAGE = "https://www.cisecurity.org/benchmark/amazon_web_services"

SSB: dict[str, str] = {
    "SSB ACCT.01": "Contacts of the account are addresses that several people read",
    "SSB ACCT.02": "The root user is used for nothing but what only it can do",
    "SSB ACCT.03": "Each user has console access of their own",
    "SSB ACCT.04": "Permissions are assigned",
    "SSB ACCT.05": "Signing in takes MFA",
    "SSB ACCT.06": "There is a password policy",
    "SSB ACCT.07": "CloudTrail's logs go to a protected bucket",
    "SSB ACCT.08": "No private bucket can be made public",
    "SSB ACCT.09": "Networks that nobody uses are deleted",
    "SSB ACCT.10": "Budgets watch what is spent",
    "SSB ACCT.11": "GuardDuty is on, and somebody reads it",
    "SSB ACCT.12": "What Trusted Advisor finds is mended",
}
CIS: dict[str, str] = {
    "CIS 2.1.1": "Root access of member accounts is managed centrally",
    "CIS 2.1.2": "Accounts of the organization have guardrails",
    "CIS 2.1.3": "The management account runs no workloads",
    "CIS 2.1.4": "Organizational units follow environment and sensitivity",
    "CIS 2.1.5": "A delegated administrator manages the organization's policies",
    "CIS 2.1.6": "Delegated administrators manage the organization's services",
    "CIS 2.2": "Contact details are there and true",
    "CIS 2.3": "Somebody is registered for security matters",
    "CIS 2.4": "The root user has no access key",
    "CIS 2.5": "The root user has MFA",
    "CIS 2.6": "The root user's MFA is hardware",
    "CIS 2.7": "The root user does no daily work",
    "CIS 2.8": "Passwords have 14 characters or more",
    "CIS 2.9": "Old passwords are not used again",
    "CIS 2.10": "Users with a password have MFA",
    "CIS 2.11": "What was not used for 45 days is disabled",
    "CIS 2.12": "Access keys are replaced every 90 days",
    "CIS 2.13": "Users have permissions through groups only",
    "CIS 2.14": "No policy allows everything",
    "CIS 2.15": "A role can talk to AWS Support",
    "CIS 2.16": "Instances work with roles",
    "CIS 2.17": "Expired certificates are removed from IAM",
    "CIS 2.18": "Access Analyzer looks for access from outside",
    "CIS 2.19": "People come through an identity provider",
    "CIS 2.20": "CloudShell is not open to everybody",
    "CIS 2.21": "No resource is open to everybody",
    "CIS 3.1.1": "Buckets refuse HTTP",
    "CIS 3.1.2": "Buckets have MFA delete",
    "CIS 3.1.3": "Data in S3 is known and classified",
    "CIS 3.1.4": "S3 blocks public access",
    "CIS 3.2.1": "Databases are encrypted",
    "CIS 3.2.2": "Databases take minor upgrades",
    "CIS 3.2.3": "Databases are not public",
    "CIS 3.2.4": "Databases run in several zones",
    "CIS 3.3.1": "File systems are encrypted",
    "CIS 4.1": "CloudTrail records all regions",
    "CIS 4.2": "Log files are validated",
    "CIS 4.3": "AWS Config records",
    "CIS 4.4": "Access to the trail's bucket is logged",
    "CIS 4.5": "Log files are encrypted with a KMS key",
    "CIS 4.6": "KMS keys are rotated",
    "CIS 4.7": "Networks have flow logs",
    "CIS 4.8": "Writing objects is recorded",
    "CIS 4.9": "Reading objects is recorded",
    "CIS 4.10": "Web front ends log access",
}

_ORGANIZATION = "About an organization, and not about one account."
_SINGLE = "About each single resource, and not about the account."
NOT_COVERED: dict[str, str] = {
    "CIS 2.1.1": "About an organization. The playbook `secure_member_roots` does it.",
    **dict.fromkeys(("CIS 2.1.2", "CIS 2.1.3", "CIS 2.1.4", "CIS 2.1.5", "CIS 2.1.6"), _ORGANIZATION),
    "CIS 2.16": "About workloads.",
    "CIS 2.19": "A choice for organizations; the collection makes administrators of single accounts.",
    "CIS 2.21": _SINGLE,
    "CIS 3.1.1": f"{_SINGLE} The bucket that the role `cloudtrail` makes refuses HTTP.",
    "CIS 3.1.2": f"{_SINGLE} Only the root user can switch it on. The role `cloudtrail` offers Object Lock instead.",
    "CIS 3.1.3": "What is in the data no setting of the account tells.",
    **dict.fromkeys(("CIS 3.2.1", "CIS 3.2.2", "CIS 3.2.3", "CIS 3.2.4", "CIS 3.3.1"), "About databases and files."),
    "CIS 4.7": "About networks of workloads.",
    "CIS 4.10": "About web front ends.",
}
# Steps of the article that leave nothing in the account which could be read, or whose state another control has.
STEPS_WITHOUT: dict[str, str] = {
    "M2": "The QR code is shown once, and nothing of that stays in the account.",
    "M4": "The role signs in with a code and sees that it is taken. M3 has what stays of it.",
    "B4": "Alarms of us-east-1 alone are looked at: B3 is open where there is none.",
    "T11": "An action of a playbook of its own, `delete_trail_logs`; what is deleted leaves nothing.",
}


def references(meets: tuple[str, ...]) -> list[dict[str, str]]:
    """Where the items are explained."""
    found = []
    for item in meets:
        if item in SSB:
            page = SSB_PAGE.format(number=item.rsplit(".", 1)[1])
            found.append({"name": f"AWS Startup Security Baseline {item.removeprefix('SSB ')}", "url": page})
        else:
            name = f"CIS AWS Foundations Benchmark {CIS_VERSION}, {item.removeprefix('CIS ')}"
            found.append({"name": name, "url": CIS_PAGE})
    return found
