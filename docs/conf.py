"""Sphinx settings. Pages are rendered from executed notebooks: nothing runs here, nothing is fetched."""

import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Talks in words"
author = "The Talks in words contributors"
copyright = "Talks in words contributors. Code BSD-3-Clause, tables CC BY 4.0"
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_design"]
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
myst_enable_extensions = ["attrs_inline", "colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_ext", "lexicons", "validation"]
templates_path = ["_templates"]
autodoc_typehints = "none"
default_role = "code"
napoleon_google_docstring = False

html_theme = "sphinx_book_theme"
html_title = "Talks in words"
html_static_path = ["_static"]
html_css_files = ["talks.css"]
html_js_files = ["talks.js"]
html_show_sourcelink = False
html_copy_source = False
html_show_search_summary = False  # it fetches pages, which a browser refuses without a server
html_context = {"default_mode": "auto", "version_of_data": metadata.version("talks-in-words")}
html_sidebars = {"**": ["brand.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
html_theme_options = {
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "use_fullscreen_button": False,
    "use_download_button": False,
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
    "extra_footer": "",
}


def setup(app):
    """Tell Sphinx when to call what stands in `_ext`."""
    import generated
    import glossary_links
    import notebook_pages

    app.add_config_value("corpus_folder", "", "html")  # of the corpus, where it is not the shipped one
    app.connect("builder-inited", generated.prepare)
    app.connect("source-read", generated.fill_template)
    app.connect("doctree-read", notebook_pages.mend_tree, priority=400)  # before the contents of a page are listed
    app.connect("doctree-resolved", glossary_links.link_terms)
    app.connect("html-page-context", notebook_pages.mend_page)
