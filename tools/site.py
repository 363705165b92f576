"""Run dayone.aws_account.site on a stand-in account, or on the AWS account of the credentials at hand."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import boto3
import botocore.exceptions

CHECKOUT = Path(__file__).resolve().parents[1]
BIN = CHECKOUT / ".venv" / "bin"
OUTPUT = CHECKOUT / "dayone-output"
ARTICLE = "playbooks/vars/article.yml"
PLAYBOOK = [str(BIN / "ansible-playbook"), "dayone.aws_account.site"]


def main() -> None:
    """Check the command line and become ansible-playbook."""
    options = parse(sys.argv[1:])
    os.chdir(CHECKOUT)
    # Of the person's environment, what would lead ansible to another checkout's configuration or collections.
    for name in ("ANSIBLE_CONFIG", "ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_HOME"):
        os.environ.pop(name, None)
    os.environ["PWD"] = str(CHECKOUT)
    if options.account == "sandbox":
        on_sandbox(options)
    on_aws(options)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line, as the Makefile writes it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--account", required=True)
    parser.add_argument("--vars", required=True)
    parser.add_argument("--confirm", required=True)
    parser.add_argument("arguments", nargs="*", help="for ansible-playbook")
    options = parser.parse_args(arguments)
    if options.account not in ("sandbox", "aws"):
        sys.exit(f"ACCOUNT is '{options.account}'; it may be sandbox (a stand-in on this machine) or aws.")
    if options.account == "aws" and not options.vars:
        sys.exit(
            f"ACCOUNT=aws needs VARS=my.yml, a file with your account's variables. Copy {ARTICLE} and make it yours."
        )
    if options.vars and not Path(options.vars).is_file():
        sys.exit(f"VARS is '{options.vars}', and there is no such file.")
    return options


def on_sandbox(options: argparse.Namespace) -> None:
    """Start a stand-in account and set it up, with the article's values unless there are others."""
    OUTPUT.mkdir(mode=0o700, exist_ok=True)
    # The account is new each time, and so is the place for its secrets.
    output = json.dumps({"dayone_output_dir": tempfile.mkdtemp(prefix="sandbox-", dir=OUTPUT)})
    os.environ["PYTHONPATH"] = str(CHECKOUT / "tests")
    variables = ["-e", f"@{options.vars or ARTICLE}", "-e", output]
    become(sys.executable, "-m", "sandbox", "run", "--", *PLAYBOOK, *variables, *options.arguments)


def on_aws(options: argparse.Namespace) -> None:
    """Set up a real account, once the person has seen which one it is and agreed."""
    changes_nothing = {"--check", "-C", "--syntax-check", "--list-tasks"} & set(options.arguments)
    print(f"The AWS account {whose()}", flush=True)
    if options.confirm != "yes" and not changes_nothing:
        ask()
    become(*PLAYBOOK, "-e", f"@{options.vars}", *options.arguments)


def whose() -> str:
    """The account id and the principal of the credentials at hand."""
    try:
        # STS knows its credentials in every region, so a missing one need not stop this.
        region = os.environ.get("AWS_REGION") or boto3.session.Session().region_name or "us-east-1"
        caller = boto3.client("sts", region_name=region).get_caller_identity()
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        sys.exit(
            f"AWS does not say whose credentials these are: {error}\nSign in first, or set AWS_PROFILE, or "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. README.md tells where to get them."
        )
    return f"{caller['Account']}, as {caller['Arn']}"


def ask() -> None:
    """Go on only after a yes."""
    if not sys.stdin.isatty():
        sys.exit("Nobody can be asked here: CONFIRM=yes goes ahead, ARGS='--check --diff' shows what would change.")
    if input("Set this account up? Type yes to go ahead: ").strip().lower() != "yes":
        sys.exit("Nothing was changed.")


def become(*command: str) -> None:
    """Replace this process by a command."""
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
