"""Makes an organization of two members in a scenario's stand-in account, and lets its plays run as an administrator.

`python organization.py DIRECTORY` with the scenario's directory, in which create.yml has left where the account is.
Into it go organization.json, with the organization's id and the members' by name, and an AWS configuration file with
the key of an administrator, who unlike the root user may assume the members' roles. Each member's root user has a
password and two keys.
"""

from __future__ import annotations

import configparser
import json
import sys
from pathlib import Path

from sandbox import Sandbox

MEMBERS = ("books", "shop")


def main() -> None:
    """Make them."""
    scratch = Path(sys.argv[1])
    account = Sandbox.at(json.loads((scratch / "sandbox.json").read_text())["endpoint"])
    organizations = account.client("organizations")
    made = {"id": organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"], "members": {}}
    for name in MEMBERS:
        created = organizations.create_account(AccountName=name, Email=f"{name}@example.com")
        member = created["CreateAccountStatus"]["AccountId"]
        account.world(account=member, root_password=True, root_access_keys=2)
        made["members"][name] = member
    (scratch / "organization.json").write_text(json.dumps(made))
    key = account.administrator()
    config = configparser.ConfigParser()
    config.read(scratch / "aws_config")
    config["default"]["aws_access_key_id"] = key["AccessKeyId"]
    config["default"]["aws_secret_access_key"] = key["SecretAccessKey"]
    with (scratch / "aws_config").open("w") as file:
        config.write(file)


if __name__ == "__main__":
    main()
