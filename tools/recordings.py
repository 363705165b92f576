"""Record terminal sessions for the documentation: docs/images/*.svg, of real runs on a stand-in account.

To be run by hand when what a terminal shows has changed: `PYTHONPATH=tests python tools/recordings.py`. The accounts,
and so the secrets in a QR code, are gone when it ends.
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import check
import pyotp
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text
from sandbox import Sandbox
from terminal import Terminal

CHECKOUT = Path(__file__).resolve().parents[1]
IMAGES = CHECKOUT / "docs" / "images"
COLUMNS = 88
THEME = TerminalTheme(
    (24, 27, 31),
    (221, 225, 230),
    [
        (24, 27, 31),
        (224, 108, 117),
        (152, 195, 121),
        (229, 192, 123),
        (97, 175, 239),
        (198, 120, 221),
        (86, 182, 194),
        (221, 225, 230),
    ],
)
# Rich's picture without its window and without its font, which the reader's browser would fetch from elsewhere.
FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 @{terminal_width}@ @{terminal_height}@" role="img">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
{styles}
</style>
<defs>{lines}</defs>
<rect fill="#181b1f" width="@{terminal_width}@" height="@{terminal_height}@" rx="8"/>
<g transform="translate(9, 9)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


def main() -> None:
    """Make all pictures."""
    seen = first_run()
    picture("phone", between(seen, r"TASK \[.*Enable the administrators' virtual MFA devices\]", r"\nTASK "))
    picture("summary", between(seen, r"TASK \[.*account_report : Summary\]", r"\n\nTASK "))


def first_run() -> str:
    """What somebody at a terminal sees who sets the article's account up, scans the QR code and types two codes."""
    directory = Path(tempfile.mkdtemp())
    shutil.copy(CHECKOUT / "playbooks" / "vars" / "article.yml", directory / "my.yml")
    environment = check.env() | {"ANSIBLE_FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    environment.pop("NO_COLOR", None)
    with Sandbox(region="ap-northeast-1") as sandbox:
        command = ["ansible-playbook", "dayone.aws_account.site", "-e", f"@{directory}/my.yml"]
        command += ["-e", f"dayone_output_dir={directory}/out"]
        terminal = Terminal(command, environment | sandbox.env, CHECKOUT)
        terminal.read_until("press Enter to see the QR code")
        terminal.type("")
        terminal.read_until("First code")
        totp = pyotp.TOTP(pyotp.parse_uri((directory / "out" / "admin.mfa").read_text().strip()).secret)
        now = int(time.time())
        terminal.type(totp.at(now - 30))
        terminal.read_until("The next code")
        terminal.type(totp.at(now))
        if terminal.finish():
            sys.exit(terminal.seen)
    shutil.rmtree(directory)
    return terminal.seen.replace("\r", "").replace(str(directory / "out"), "/home/ada/dayone-output/123456789012")


def between(seen: str, begin: str, end: str) -> str:
    """The part of a session from one pattern up to another."""
    start = re.search(r"(\x1b\[[0-9;]*m)*" + begin, seen)
    if not start:
        sys.exit(f"The session never showed {begin}:\n{seen}")
    rest = seen[start.start() :]
    stop = re.search(end, rest[10:])
    return rest[: stop.start() + 10] if stop else rest


def picture(name: str, session: str) -> None:
    """Write a part of a session as a picture."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    # Colours stay; what moves the cursor or rings the bell is nothing for a picture.
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-ln-z]|\x1b(?!\[)|[\x00-\x08\x0b-\x1a]|\x1b\[(?![0-9;]*m)", "", session)
    console.print(Text.from_ansi(plain.strip()))
    IMAGES.mkdir(exist_ok=True)
    svg = console.export_svg(title="", theme=THEME, code_format=FORMAT, font_aspect_ratio=0.61, unique_id=name)
    # Room for a margin on each side.
    svg = re.sub(r"@([\d.]+)@", lambda size: f"{float(size[1]) + 18:.0f}", svg)
    (IMAGES / f"{name}.svg").write_text(re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE))


if __name__ == "__main__":
    main()
