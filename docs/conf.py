"""Sphinx's settings for the documentation of ctxbench. scripts/docs builds it."""
import os
import pathlib

project = "ctxbench"
author = "the authors of ctxbench"
copyright = "the authors of ctxbench, MIT licence"  # noqa: A001: Sphinx asks for this name
extensions = ["myst_parser", "breathe"]
exclude_patterns = ["generate"]
root_doc = "index"

# Pages ask nobody: no fonts, scripts or pictures from elsewhere.
html_theme = "furo"
html_title = "ctxbench"
html_static_path = ["static"]
html_css_files = ["ctxbench.css"]
html_show_sourcelink = False
html_copy_source = False
html_permalinks_icon = "#"
html_theme_options = {"navigation_with_keys": True}
highlight_language = "none"

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]

# What doxygen and the programs of generate/ made of the code (scripts/docs).
made = pathlib.Path(os.environ["CTXBENCH_DOCS_MADE"])
breathe_projects = {"ctxbench": str(made / "doxygen" / "xml")}
breathe_default_project = "ctxbench"
breathe_domain_by_extension = {"h": "c"}
breathe_show_define_initializer = False

# What the library and plug-ins have of their own must have a place here; names of C and POSIX have none.
nitpick_ignore_regex = [
    ("c:identifier", r"(?!gls_|ctx_)\w+"),
    ("c:identifier", r"ctx_(manager|key|snapshot|recorder)"),
]
