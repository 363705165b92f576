"""The sandbox seen from a test: start it, talk to it, set the world, read the journal."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import boto3
import botocore.config

from .journal import Call

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "ap-northeast-1"
TESTS = Path(__file__).resolve().parents[1]
START_SECONDS = 60
# A host that nobody asks but through the sandbox, as a proxy.
BY_PROXY = "http://sandbox.invalid"
# Variables of the caller that could lead a client past the sandbox, to AWS or to other credentials.
FOREIGN_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_ROLE_ARN")
# A session makes one client at a time.
MAKING_CLIENTS = threading.Lock()


@functools.cache
def session() -> boto3.session.Session:
    """One for all clients: each reads the services' models anew."""
    return boto3.session.Session()


def root_keys(account: str) -> dict[str, str]:
    """The access key of an account's root user, in the form of CreateAccessKey's answer."""
    return {"AccessKeyId": f"AKIAROOT{account}", "SecretAccessKey": "the-sandbox-does-not-check-signatures"}


class Sandbox:
    """A stand-in for AWS on a free port of loopback. `with Sandbox() as sandbox:` starts and always stops it."""

    def __init__(self, port: int = 0, region: str = DEFAULT_REGION) -> None:
        self._port = port
        self._region = region
        self._endpoint: str | None = None
        self._process: subprocess.Popen[str] | None = None
        self._errors: IO[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @classmethod
    def at(cls, endpoint: str, region: str = DEFAULT_REGION) -> Sandbox:
        """A sandbox that somebody else started."""
        sandbox = cls(region=region)
        sandbox._endpoint = endpoint
        return sandbox

    def start(self, *, detached: bool = False) -> None:
        """Start the server and wait until it answers. Not detached, it ends with this process, however that ends."""
        command = [sys.executable, "-m", "sandbox", "serve", "--port", str(self._port), "--announce-json"]
        if not detached:
            command.append("--until-stdin-closes")
        self._errors = tempfile.TemporaryFile("w+", prefix="sandbox-")  # noqa: SIM115 - `stop` closes it
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")]),
                # `make coverage` asks about plugins, and there are none here.
                "COVERAGE_PROCESS_START": "",
            },
            text=True,
            # A Ctrl-C is for the parent, which then stops the server in its own time.
            start_new_session=True,
        )
        try:
            assert self._process.stdout is not None
            announced = self._process.stdout.readline()
            if not announced:
                raise RuntimeError(f"The sandbox did not start: {self._read_errors()}")
            self._endpoint = json.loads(announced)["endpoint"]
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and reap it."""
        process, self._process, self._endpoint = self._process, None, None
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdout is not None
            process.stdout.close()
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    @property
    def endpoint(self) -> str:
        """The URL to use as AWS_ENDPOINT_URL."""
        if self._endpoint is None:
            raise RuntimeError("The sandbox is not running.")
        return self._endpoint

    @property
    def env(self) -> dict[str, str]:
        """The environment in which AWS clients meet this sandbox and nothing of the user's own AWS settings."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": root_keys(DEFAULT_ACCOUNT)["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": root_keys(DEFAULT_ACCOUNT)["SecretAccessKey"],
            "AWS_REGION": self._region,
            "AWS_DEFAULT_REGION": self._region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            # S3 Control puts the account's id before the host's name, which an address does not let itself be given.
            "AWS_ENDPOINT_URL_S3_CONTROL": BY_PROXY,
            "HTTP_PROXY": self.endpoint,
            "http_proxy": self.endpoint,
        }

    def process_env(self, **more: str) -> dict[str, str]:
        """This process's environment with `env` in it and the user's AWS settings out of it."""
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
        return {**kept, **self.env, **more}

    def client(self, service: str, region: str = "us-east-1", credentials: dict[str, Any] | None = None) -> Any:
        """A boto3 client as the root user, or with `credentials` as STS or CreateAccessKey returned them."""
        keys = credentials or root_keys(DEFAULT_ACCOUNT)
        by_proxy = service == "s3control"
        # A retry would only hide what the sandbox answers.
        retries = {"total_max_attempts": 1}
        with MAKING_CLIENTS:
            return session().client(
                service,
                region_name=region,
                endpoint_url=BY_PROXY if by_proxy else self.endpoint,
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys.get("SessionToken"),
                config=botocore.config.Config(retries=retries, proxies={"http": self.endpoint} if by_proxy else {}),
            )

    def account_client(self, service: str, account: str, region: str = "us-east-1") -> Any:
        """A boto3 client as the root user of another account."""
        return self.client(service, region, root_keys(account))

    def administrator(self, account: str = DEFAULT_ACCOUNT, name: str = "administrator") -> dict[str, Any]:
        """The access key of a new IAM user who may do everything, as CreateAccessKey returned it.

        Unlike the root user, it may assume roles.
        """
        iam = self.account_client("iam", account)
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        key: dict[str, Any] = iam.create_access_key(UserName=name)["AccessKey"]
        return key

    def role(self, name: str, account: str, trusted: str = DEFAULT_ACCOUNT, **conditions: Any) -> str:
        """The ARN of a new role that may do everything and that an account's identities may assume.

        `conditions` are those of its trust policy, by operator.
        """
        iam = self.account_client("iam", account)
        statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}
        if conditions:
            statement["Condition"] = conditions
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        return arn

    def journal(self) -> list[Call]:
        """Every call since the last reset or `clear_journal`."""
        return [Call(**line) for line in self._control("GET", "journal")]

    def clear_journal(self) -> None:
        """Forget the calls so far."""
        self._control("DELETE", "journal")

    def reset(self) -> None:
        """Back to fresh accounts: nothing in moto, the world's defaults, no faults, an empty journal."""
        self._control("POST", "reset")

    def world(self, account: str = DEFAULT_ACCOUNT, **switches: Any) -> dict[str, Any]:
        """Set what no API sets (see README.md) and return the account's switches."""
        answer: dict[str, Any] = self._control("POST", "world", {"account": account, **switches})
        return answer

    def put_objects(self, bucket: str, objects: list[dict[str, Any]]) -> None:
        """Put objects into a bucket without a call for each (see README.md)."""
        self._control("POST", "objects", {"bucket": bucket, "objects": objects})

    def invite_accounts(self, accounts: list[dict[str, Any]]) -> list[str]:
        """Let accounts join the organization, each with `name` and perhaps `id`, `parent`, `tags`, `state`: their ids.

        Unlike accounts that the organization creates, they have no role for the management account; and each takes a
        fraction of the time.
        """
        joined: list[str] = self._control("POST", "accounts", {"accounts": accounts})
        return joined

    def fail(
        self,
        service: str,
        action: str,
        code: str | None = None,
        *,
        kind: str = "error",
        status: int | None = None,
        message: str | None = None,
        seconds: float | None = None,
        reads: int | None = None,
        nth: int | None = None,
        every: int | None = None,
        times: int | None = None,
        calls: str = "all",
        account: str | None = None,
    ) -> None:
        """Let calls of an action (`*`: of every action) go wrong in one way (see README.md).

        Of those that `calls` and `account` leave, counted from now on, the `nth` alone or `every` nth, and of these the
        first `times`. Without any of the three: all from now on.
        """
        fault = {
            "code": code,
            "status": status,
            "message": message,
            "seconds": seconds,
            "reads": reads,
            "nth": nth,
            "every": every,
            "times": times,
            "account": account,
        }
        given = {name: value for name, value in fault.items() if value is not None}
        fixed = {"service": service, "action": action, "kind": kind, "calls": calls}
        self._control("POST", "faults", {**fixed, **given})

    def faults(self) -> list[dict[str, Any]]:
        """The faults that are set, each with how many calls it has `seen` and how many it `hits`."""
        faults: list[dict[str, Any]] = self._control("GET", "faults")
        return faults

    def clear_faults(self) -> None:
        """No injected faults any more."""
        self._control("DELETE", "faults")

    def calls_hit(self) -> int:
        """How many calls faults have hit since the server started; no reset forgets them."""
        return int(self._control("GET", "ready")["calls_hit"])

    def secrets(self) -> list[str]:
        """Every secret that the accounts hold, and the tokens of all sessions: for looking where none may be."""
        known: list[str] = self._control("GET", "secrets")
        return known

    def pid(self) -> int:
        """The server's process id, as the server itself tells it."""
        return int(self._control("GET", "ready")["pid"])

    def _control(self, method: str, name: str, fields: dict[str, Any] | None = None) -> Any:
        body = None if fields is None else json.dumps(fields).encode()
        url = f"{self.endpoint}/_sandbox/{name}"
        ask = urllib.request.Request(url, data=body, method=method)  # noqa: S310 - always http://127.0.0.1
        # No proxy of the environment may stand between a test and loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(ask, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(json.load(error)["message"]) from None

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.pid()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _read_errors(self) -> str:
        assert self._errors is not None
        self._errors.seek(0)
        return self._errors.read()
