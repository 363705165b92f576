"""An organization with member accounts, and somebody in the management account who is not its root user."""

from __future__ import annotations

import json
from typing import Any

from sandbox import Sandbox

MANAGEMENT = "123456789012"
TASKS = "arn:aws:iam::aws:policy/root-task/"
NOTHING = {"root_password": False, "root_access_keys": 0, "root_certificates": 0, "root_mfa": 0}


class Organization:
    """Made of one call each, so that a test says what it has."""

    def __init__(self, account: Sandbox, members: int = 2, *, features: bool = True) -> None:
        self.account = account
        self.client = account.client("organizations")
        self.id: str = self.client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        self.members = [self.add(f"member-{number}") for number in range(members)]
        self.iam = account.client("iam")
        self.iam.create_user(UserName="auditor")
        self.keys: dict[str, Any] = self.iam.create_access_key(UserName="auditor")["AccessKey"]
        if features:
            self.trust()
            self.iam.enable_organizations_root_credentials_management()
            self.iam.enable_organizations_root_sessions()

    @property
    def env(self) -> dict[str, str]:
        """The environment in which a program is the auditor."""
        return {"AWS_ACCESS_KEY_ID": self.keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": self.keys["SecretAccessKey"]}

    def add(self, name: str) -> str:
        """A new member, whose root user has no credentials, as AWS makes it."""
        created = self.client.create_account(AccountName=name, Email=f"{name}@example.com")
        member: str = created["CreateAccountStatus"]["AccountId"]
        self.account.world(account=member, **NOTHING)
        return member

    def trust(self) -> None:
        """Trusted access for IAM."""
        self.client.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")

    def give(self, member: str, **more: Any) -> None:
        """Some credentials of each kind to a member's root user."""
        some = {"root_password": True, "root_access_keys": 2, "root_certificates": 1, "root_mfa": 1}
        self.account.world(account=member, **{**some, **more})

    def has(self, member: str) -> list[Any]:
        """What the member's root user has: password, and how many of the rest."""
        there = self.account.world(account=member)
        return [there["root_password"], *(len(there[name]) for name in list(NOTHING)[1:])]

    def deny(self, member: str, statement: dict[str, Any]) -> None:
        """A service control policy on one member."""
        document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", **statement}]})
        made = self.client.create_policy(
            Content=document, Description="-", Name=f"deny-{member}", Type="SERVICE_CONTROL_POLICY"
        )
        self.client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=member)

    def allow(self, *statements: dict[str, Any]) -> None:
        """What the auditor may do, and nothing else."""
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.iam.put_user_policy(UserName="auditor", PolicyName="own", PolicyDocument=document)
        self.account.world(enforce_policies=True)

    def session(self, member: str, task: str = "IAMAuditRootUserCredentials", **more: Any) -> Any:
        """IAM of a member, as its root user with a task."""
        sts = self.account.client("sts", credentials=self.keys)
        found = sts.assume_root(TargetPrincipal=member, TaskPolicyArn={"arn": TASKS + task}, **more)
        return self.account.client("iam", credentials=found["Credentials"])
