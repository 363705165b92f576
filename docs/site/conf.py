"""Sphinx's settings for the documentation site. tools/docsite.py lays out what it reads, and runs it."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes

project = "dayone.aws_account"
author = "dayone contributors"
project_copyright = "dayone contributors, GPL-3.0-or-later"
language = "en"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
# As GitHub names headings, to the depth that the pages have.
myst_heading_anchors = 3
# A page in another repository's form of Markdown would be a surprise: nothing beyond what GitHub shows.
myst_enable_extensions: list[str] = []
nitpicky = True
antsibull_ext_color_scheme = "default-autodark"

html_theme = "furo"
html_title = "dayone.aws_account"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_use_index = False
html_domain_indices = False
# Colours with enough contrast, in light and dark; the fonts are the reader's own, nothing is fetched.
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1d5d6b", "color-brand-content": "#1d5d6b"},
    "dark_css_variables": {"color-brand-primary": "#7fc4d1", "color-brand-content": "#7fc4d1"},
}

# What the generated reference says of Ansible and of other collections leads to their own documentation.
ANSIBLE = "https://docs.ansible.com/ansible/latest"
COLLECTION = re.compile(
    r"ansible_collections\.(amazon\.aws|community\.aws|ansible\.builtin)\.(\w+?_(?:module|lookup))(?:__|$)"
)
LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}


def elsewhere(_app: Any, _env: Any, node: nodes.Element, content: nodes.Node) -> nodes.Node | None:
    """A link for a reference to something that is documented elsewhere."""
    target = node.get("reftarget", "")
    if target in LABELS:
        address = LABELS[target]
    elif node.get("reftype") == "envvar":
        address = f"reference_appendices/config.html#envvar-{target}"
    elif found := COLLECTION.match(target):
        address = f"collections/{found[1].replace('.', '/')}/{found[2]}.html"
    else:
        return None
    return nodes.reference("", "", content, refuri=f"{ANSIBLE}/{address}", internal=False)


# A generated page begins with the full name and a sentence, which in the navigation is too long.
TITLE = re.compile(r"^dayone\.aws_account\.(\w+ \w+) -- (.+)\n\++$", re.MULTILINE)
INDEX_TITLE = re.compile(r"^Dayone\.Aws_Account\n=+$", re.MULTILINE)
# The theme has each page's contents beside it.
CONTENTS = re.compile(r"^\.\. contents::\n(   .*\n)+", re.MULTILINE)


def shorten(_app: Any, name: str, source: list[str]) -> None:
    """Give a generated page a title that is short, and take its contents out."""
    if name.startswith("reference/"):
        text = TITLE.sub(lambda found: f"{found[1]}\n{'+' * len(found[1])}\n\n{found[2]}.", source[0])
        text = INDEX_TITLE.sub("Modules, plugins and roles\n==========================", text)
        source[0] = CONTENTS.sub("", text)


def setup(app: Any) -> None:
    """Tell Sphinx."""
    app.connect("missing-reference", elsewhere)
    app.connect("source-read", shorten)
