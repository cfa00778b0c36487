"""Pages and pictures made from data: Markdown with loops (Jinja), the signature figure, the gallery."""

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import living_timeline
import matplotlib as mpl
import talk_pages
from PIL import Image

import analysis_helpers as ah
from analysis_helpers import build
from analysis_helpers.check import load_schema
from analysis_helpers.dictionaries import read_codebook

TEMPLATES = re.compile("(index|api|data|gallery|words|chronology|(talks|statements)(/.*)?)$")  # sources of pages
HOME = ("04_sentiment/years", "05_timeline/venues", "05_timeline/agenda", "03_stance/positions", "03_stance/words")


def prepare(app: Any) -> None:
    """Draw the pictures into the folder of the sources, and collect what the templates name."""
    record, context = ah.load_corpus(app.config.corpus_folder or None).record["measured"], app.config.html_context
    context["data_version"] = f"Corpus measured on {record['on']} by {record['by']}."
    if app.config.corpus_folder:
        app.config.html_theme_options["secondary_sidebar_items"] = ["page-toc"]  # the first page is the notebook
        return
    source, talks = Path(app.srcdir), ah.load_talks()
    span = f"{talks['start_date'].min():%Y-%m-%d} to {talks['end_date'].max():%Y-%m-%d}"
    context["data_version"] = f"Chronology: {len(talks)} talks, {span}. {context['data_version']}"
    context |= {"questions": ah.QUESTIONS | {"Steps of a build": build._STEPS}, "public": ah.__all__}
    context |= {"tables": load_schema()["resources"], "label_columns": read_codebook("label_columns")}
    context |= {"figures": collect_figures(source), "timeline_words": draw_timeline(talks, source / "_static")}
    context |= talk_pages.write_pages(talks, source) | {"drawn": read_codebook("talk_labels")}
    context |= living_timeline.draw_inline(talks, context["talks"])
    sheets = json.loads(app.builder.templates.render("talks_for_schools.json", context))
    talk_pages.write_sheet(sheets, source / "_static/talks_for_schools.xlsx")
    context["home"] = {one.split("/")[1]: save_forms(source, *one.split("/")) for one in HOME}


def fill_template(app: Any, docname: str, source: list[str]) -> None:
    """Render the source of a page that is a template; on another corpus, leave out links to pages that it lacks."""
    if app.config.corpus_folder and docname != app.config.root_doc:
        source[0] = re.sub(r",?\s*\[[^\]]+\]\((?!glossary|reading)[^)]*\)", "", source[0])
    elif TEMPLATES.match(docname) and not app.config.corpus_folder:
        source[0] = app.builder.templates.render_string(source[0], app.config.html_context)


def draw_timeline(talks: Any, folder: Path) -> dict[str, str]:
    """Draw the signature figure as SVG and PNG, and as a poster; return its words."""
    words = ah.timeline_words(talks)
    plain = {part: text.replace("\n", " ") for part, text in words.items()}  # line breaks by hand suit the page only
    page, poster = (ah.plot_timeline(talks, **kw).figure for kw in (words, {"size": "poster"} | plain))
    with mpl.rc_context({"svg.hashsalt": "talks", "svg.fonttype": "path", "pdf.fonttype": 42}):
        page.savefig(folder / "timeline.svg", metadata={"Date": None})
        page.savefig(folder / "timeline-light-page.png", dpi=200)
        poster.savefig(folder / "timeline-poster.pdf", metadata={"CreationDate": None, "ModDate": None})
        poster.savefig(folder / "timeline-poster.png", dpi=230)
    return words


def collect_figures(source: Path) -> list[dict[str, str]]:
    """Take the first figure of each plot function from the notebooks: its picture, words, code and place."""
    (source / "_gallery").mkdir()
    figures = {}
    for path in sorted((source / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            pictures = [output["data"] for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
            code = "".join(cell["source"])
            for name in set(re.findall(r"ah\.(plot_\w+)\(", code)) - set(figures) if pictures else ():
                save_webp(pictures[0]["image/png"], source / f"_gallery/{name}.webp")
                shows, alt = getattr(ah, name).__doc__, cell["metadata"]["mystnb"]["image"]["alt"]
                figures[name] = {"name": name, "shows": shows, "alt": alt, "code": code, "place": path.stem}
    return [figures[name] for names in ah.QUESTIONS["Pictures"].values() for name in names if name in figures]


def save_forms(source: Path, notebook: str, name: str) -> int:
    """Save a figure for the home page, the first large in all forms, others small, and return how many are drawn."""
    cells = json.loads((source / f"notebooks/{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    drawn = [one for cell in cells if cell["id"] in (f"{name}-figure", f"{name}-forms") for one in cell["outputs"]]
    small, forms = HOME[0] != f"{notebook}/{name}", ("light", "dark", "light-phone", "dark-phone")
    for output, form in zip(drawn, forms[:2] if small else forms, strict=False):
        save_webp(output["data"]["image/png"], source / f"_static/{name}-{form}.webp", small=small)
    return len(drawn)


def save_webp(picture: str, path: Path, *, small: bool = False) -> None:
    """Save a picture of a notebook in few colours, a third of the bytes of a PNG, or small."""
    full = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    few = full.resize((640, 640 * full.height // full.width)) if small else full.quantize(64, dither=0).convert("RGB")
    few.save(path, lossless=not small)
