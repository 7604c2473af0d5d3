"""Sphinx: the documentation site, made from the repository's own Markdown (`make docs`).

The source folder is the repository, not `docs/`, so that links between the pages of `docs/` and the READMEs beside the
code are checked like all others. Nothing on the site is fetched from another host.
"""

import importlib.metadata

project = "Footnote"
author = "Footnote"
release = importlib.metadata.version("footnote")

extensions = ["myst_parser"]
root_doc = "docs/README"
include_patterns = [
    "docs/**.md",
    "deploy/README.md",
    "corpus/README.md",
    "corpus/vocabulary/README.md",
    "tests/questions/README.md",
    "web/README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
]
# Folders that hold no page; without this Sphinx walks through the environment too.
exclude_patterns = [".*", "**/.*", "build", "dist", "node_modules", "site", "var", "**/node_modules"]

myst_heading_anchors = 4  # the anchors that code hosts give to headings, so that one link works in both places
myst_links_external_new_tab = False
nitpicky = True

html_theme = "furo"
html_title = "Footnote"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_static_path: list[str] = []
html_additional_pages = {"index": "start.html"}  # the site opens at docs/README
templates_path = ["templates"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5563", "color-brand-content": "#0b5563"},
    "dark_css_variables": {"color-brand-primary": "#8fd0dc", "color-brand-content": "#8fd0dc"},
}
