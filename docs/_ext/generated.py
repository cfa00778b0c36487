"""Pages and pictures made from data: Markdown with loops (Jinja), the signature figure, the gallery."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from PIL import Image

import analysis_helpers as ah
from analysis_helpers import build
from analysis_helpers.check import load_schema
from analysis_helpers.dictionaries import read_codebook
from analysis_helpers.report.execute import shrink_png
from analysis_helpers.talks import longest_pauses

TEMPLATES = {"index", "api", "data", "gallery", "words"}  # of these pages the source is a template
LEFTOVERS = ("*webpack-macros.html", "scripts/fontawesome*", "scripts/*.map")  # of the themes; no page loads them


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx when to call what is here."""
    app.connect("builder-inited", prepare)
    app.connect("source-read", fill_template)
    app.connect("build-finished", drop_leftovers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def prepare(app: Any) -> None:
    """Draw the pictures into the folder of the sources, and collect what the templates name."""
    record = ah.load_corpus(app.config.corpus_folder or None).record["measured"]
    measured = f"Corpus measured on {record['on']} by {record['by']}."
    app.config.html_context["data_version"] = measured
    if app.config.corpus_folder:
        app.config.html_theme_options["secondary_sidebar_items"] = ["page-toc"]  # the first page is the notebook
        return
    source, talks = Path(app.srcdir), ah.load_talks()
    draw_timeline(talks, source / "_static")
    any_pause, leaders_pause = longest_pauses(talks)
    steps = {
        f"build.{module}": [name for name in names if name not in ah.__all__] for module, names in build._STEPS.items()
    }
    app.config.html_context |= {
        "data_version": (
            f"Chronology: {len(talks)} talks, {talks['start_date'].min():%Y-%m-%d} to "
            f"{talks['end_date'].max():%Y-%m-%d}. {measured}"
        ),
        "questions": ah.QUESTIONS | {"Steps of a build": steps},
        "tables": load_schema()["resources"],
        "label_columns": read_codebook("label_columns"),
        "figures": collect_figures(source),
        "timeline_alt": (
            f"Dots for {len(talks)} talks in five lanes, where the leaders did not meet in person for "
            f"{leaders_pause:,} days and no pause between recorded talks is longer than {any_pause} days. "
            "Table in the timeline notebook."
        ),
    }


def fill_template(app: Any, docname: str, source: list[str]) -> None:
    """Render the source of a page that is a template; on another corpus, leave out links to pages that it lacks."""
    if app.config.corpus_folder and docname != app.config.root_doc:
        source[0] = re.sub(r",?\s*\[[^\]]+\]\((?!glossary|reading)[^)]*\)", "", source[0])
    elif docname in TEMPLATES and not app.config.corpus_folder:
        source[0] = app.builder.templates.render_string(source[0], app.config.html_context)


def drop_leftovers(app: Any, exception: Exception | None) -> None:
    """Remove files of the themes that no page loads."""
    for pattern in LEFTOVERS if exception is None else ():
        for file in (Path(app.outdir) / "_static").glob(pattern):
            file.unlink()


def draw_timeline(talks: Any, folder: Path) -> None:
    """Draw the signature figure for page and phone, light and dark, as SVG, and as a poster."""
    words = ah.timeline_words(talks)
    plain = {part: text.replace("\n", " ") for part, text in words.items()}  # line breaks by hand suit the page only
    for theme in ("light", "dark"):
        for size, said in (("page", words), ("phone", plain)):
            figure = ah.plot_timeline(talks, theme=theme, size=size, **said).figure
            if (theme, size) == ("light", "page"):
                with mpl.rc_context({"svg.hashsalt": "talks", "svg.fonttype": "path"}):
                    figure.savefig(folder / "timeline.svg", metadata={"Date": None})
            save_png(figure, folder / f"timeline-{theme}-{size}.png")
    poster = ah.plot_timeline(talks, size="poster", **plain).figure
    with mpl.rc_context({"pdf.fonttype": 42}):
        poster.savefig(folder / "timeline-poster.pdf", metadata={"CreationDate": None, "ModDate": None})
    save_png(poster, folder / "timeline-poster.png", dpi=230)


def save_png(figure: Any, path: Path, dpi: int = 200) -> None:
    """Save a figure as a small PNG and close it."""
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=dpi)
    plt.close(figure)
    path.write_bytes(shrink_png(drawn.getvalue()))


def collect_figures(source: Path) -> list[dict[str, str]]:
    """Take the first figure of each plot function from the notebooks: its picture, words, code and place."""
    (source / "_gallery").mkdir()
    cells = [
        {"place": f"notebooks/{path.stem}"} | cell
        for path in sorted((source / "notebooks").glob("*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    ]
    figures = []
    for name in (name for names in ah.QUESTIONS["Pictures"].values() for name in names if name.startswith("plot_")):
        for cell in cells:
            pictures = [
                output["data"]["image/png"]
                for output in cell.get("outputs", [])
                if "image/png" in output.get("data", {})
            ]
            code = "".join(cell["source"])
            if not (pictures and f"ah.{name}(" in code):
                continue
            # Without loss, three quarters of the bytes of a PNG: this page holds all of them.
            Image.open(io.BytesIO(base64.b64decode(pictures[0]))).save(source / f"_gallery/{name}.webp", lossless=True)
            shows = re.match(r"Draw (.+?)(?:, |[:.\n])", getattr(ah, name).__doc__)[1]
            shows, alt = f"{shows[0].upper()}{shows[1:]}", cell["metadata"]["mystnb"]["image"]["alt"]
            figures.append({"name": name, "shows": shows, "alt": alt, "code": code, "place": cell["place"]})
            break
    return figures
