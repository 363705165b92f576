# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Amounts of money as decimals, and the addresses that are told of them: read, checked, and written as people do."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

# One address and nothing about it: something, an @, and a name with a dot.
ADDRESS = re.compile(r"[^@\s,;:<>()\"]+@[^@\s,;:<>()\".]+(\.[^@\s,;:<>()\".]+)+")
TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}")


def plain(amount: Decimal) -> str:
    """The amount without trailing zeros, an exponent or a float's rounding: 1000 stays 1000, 0.10 is 0.1."""
    return f"{amount.normalize():f}"


def positive(text: str, option: str) -> Decimal:
    """The amount that ``text`` says.

    Raises:
        ValueError: it is no amount greater than 0.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0:
        raise ValueError(f"{option} is '{text}'; give a decimal number greater than 0, in quotes.")
    return amount


def check_addresses(emails: list[str]) -> None:
    """See that these are e-mail addresses.

    Raises:
        ValueError: one is not.
    """
    wrong = [email for email in emails if not ADDRESS.fullmatch(email)]
    if wrong:
        raise ValueError(f"'{wrong[0]}' is no e-mail address; give one as founder@example.com.")


def check_topic(arn: str | None) -> None:
    """See that this is a topic's ARN, or none.

    Raises:
        ValueError: it is something else.
    """
    if arn is not None and not TOPIC.fullmatch(arn):
        raise ValueError(f"sns_topic is '{arn}'; give a standard topic's ARN, as arn:aws:sns:region:account:name.")
