"""Pages that are made from data: the cards and the timeline of the home page, the dictionary, the API."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from .. import _NAMES
from ..corpus import load_corpus
from ..dictionaries import read_lexicon
from ..talks import load_talks, longest_pauses
from .execute import shrink_png

HEADINGS = {
    "build.pipeline": "Build a corpus",
    "build.read.registry": "Read files",
    "corpus": "Load, select, count",
    "build.clean": "Clean texts",
    "build.sentences": "Split texts",
    "build.speakers": "Tell who speaks",
    "build.names": "Find and mask names",
    "build.quotes": "Tell whom an article quotes",
    "words": "Tell what a word is",
    "build.terms": "Measure words",
    "sentiment": "Score and compare tone",
    "build.attitude": "Measure the tone towards a country",
    "talks": "The chronology of the talks",
    "rates": "Texts and words over time",
    "concordance": "Words in context",
    "keyness": "Words that tell sides apart",
    "topics": "Topics: what the texts talk about",
    "explore": "Explore in JupyterLab",
    "frames": "Frames: what an issue is made to be about",
    "uncertainty": "Intervals",
    "plots": "Figures",
    "report.reports": "Reports",
    "report.execute": "The cards of the notebooks",
    "report.share": "Share a corpus without its texts",
    "errors": "Errors",
}

RIGHTS = "Code: BSD-3-Clause; tables and figures: CC BY 4.0."


def write_pages(source: Path, cards: pd.DataFrame, schema: dict[str, Any], data: Path) -> None:
    """Write the generated pages into the folder of the site's sources."""
    made = source / "_made"
    made.mkdir()
    talks, corpus = load_talks(), load_corpus()
    statements = corpus.where(collection="statements_2025").documents
    numbers = home_numbers()
    (made / "promise.md").write_text(_promise(talks, statements), encoding="utf-8")
    (made / "findings.md").write_text(_findings(numbers), encoding="utf-8")
    (made / "cards.md").write_text(_cards(cards, numbers), encoding="utf-8")
    (made / "timeline.md").write_text(_timeline(talks, source / "_static"), encoding="utf-8")
    (made / "handouts.md").write_text(_handouts(cards), encoding="utf-8")
    (made / "version.md").write_text(
        f"{data_version(talks, corpus.record)} [How to cite](cite). {RIGHTS}\n", encoding="utf-8"
    )
    (source / "data.md").write_text(_dictionary(schema), encoding="utf-8")
    (source / "words.md").write_text(_word_lists(), encoding="utf-8")
    (source / "api.md").write_text(_api(), encoding="utf-8")
    shutil.copy(data / "codebook.md", source / "codebook.md")
    shutil.copy(data / "talks.csv", source / "_static" / "talks.csv")


def _promise(talks: pd.DataFrame, statements: pd.DataFrame) -> str:
    years = f"{talks['start_date'].dt.year.min()}–{talks['start_date'].dt.year.max()}"
    return (
        f":::{{div}} promise\n{len(talks)} talks, {len(statements)} official statements, {years}: when both "
        "governments talk, what about, who speaks, what is missing. Every number in the notebooks is recomputed and "
        "checked at each change.\n:::\n"
    )


# What a visitor reads first; the numbers come from the cards' own notebooks, which assert them.
_ANSWERS = (
    (
        "When do they talk?",
        "05_timeline",
        "At most {any_gap} days of silence; {leaders_gap:,} between leaders face to face",
    ),
    ("What about?", "05_timeline", "Tariffs came back: {n_leading} issues led in {n_years} years"),
    (
        "How do the sides differ?",
        "03_stance",
        "More in register than agenda: cooperation and dialogue are Beijing’s words",
    ),
    ("In what tone?", "04_sentiment", "China is cool about the US ({cn_on_us}); both warm to the relationship"),
)


def _cards(cards: pd.DataFrame, numbers: dict[str, Any]) -> str:
    """Four answers, each a card that is one link; the notebooks they stand in must exist."""
    lines = ["::::{grid} 2 2 4 4", ":gutter: 2", ":class-container: answers", ""]
    for question, notebook, answer in _ANSWERS:
        if notebook not in set(cards["notebook"]):
            continue
        lines += [
            ":::{grid-item-card}",
            f":link: notebooks/{notebook}",
            ":link-type: doc",
            "",
            f"[{question}]{{.question}}",
            "",
            f"**{answer.format(**numbers)}**",
            ":::",
            "",
        ]
    return "\n".join([*lines, "::::", ""])


def _handouts(cards: pd.DataFrame) -> str:
    """Link the hand-outs; as HTML, because Sphinx knows no such pages while it renders."""
    links = (f'<a href="handouts/{card["notebook"]}.html">{card["question"]}</a>' for card in cards.to_dict("records"))
    return f"Hand-outs for printing, one file each: {' · '.join(links)}\n"


def home_numbers() -> dict[str, Any]:
    """Compute the numbers of the home page, from the shipped chronology and corpus."""
    from ..corpus import coverage
    from ..dictionaries import load_dictionary
    from ..rates import compare_rates
    from ..sentiment import compare_tone
    from ..talks import issues_by_period

    talks, corpus = load_talks(), load_corpus()
    any_gap, leaders_gap = longest_pauses(talks)
    agenda = issues_by_period(talks)
    leading = agenda.loc[agenda.groupby("year")["n_talks"].idxmax(), "issue"]
    own = corpus.where(collection="statements_2025", speaker_side=["US", "CN"])
    tone = compare_tone(own, by=["speaker_side", "target"], instrument="tone").set_index(["speaker_side", "target"])
    keywords = load_dictionary("agenda")
    words = compare_rates(
        own, {"cooperation": ["cooperation"]} | {name: keywords[name] for name in ("TikTok", "fentanyl")}
    )
    years = coverage(corpus, by="year")
    return {
        "any_gap": any_gap,
        "leaders_gap": leaders_gap,
        "n_leading": leading.nunique(),
        "n_years": len(leading),
        "n_empty": int((years["n_documents"] == 0).sum()),
        "cn_on_us": _signed(tone.loc[("CN", "US"), "mean"]),
        "tone": tone,
        "words": words.set_index("concept").round(2),
    }


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _between(row: pd.Series) -> str:
    return f"{_signed(row['low'])} to {_signed(row['high'])}"


def _findings(numbers: dict[str, Any]) -> str:
    """The findings that survive the tests of the notebooks, with their intervals, and what cannot be shown."""
    tone, words = numbers["tone"], numbers["words"]
    china, america, said = tone.loc[("CN", "US")], tone.loc[("US", "CN")], words.loc["cooperation"]
    both = [_signed(tone.loc[(side, "relationship"), "mean"]) for side in ("CN", "US")]
    findings = (
        "**Tone.** What Chinese officials say about the United States is cooler "
        f"({_signed(china['mean'])}, 95% interval {_between(china)}, {china['n_documents']:.0f} texts) than what "
        f"American ones say about China ({_signed(america['mean'])}, {_between(america)}, "
        f"{america['n_documents']:.0f} texts). About the relationship both are warm ({both[0]} and {both[1]}). "
        "A second kind of instrument, trained on news, does not show the gap. "
        "[In what tone?](notebooks/04_sentiment)",
        f"**Words.** Chinese officials say *cooperation* {-said['difference']:.1f} times per 1,000 words more often "
        f"({-said['high']:.1f} to {-said['low']:.1f}), and it holds in all five comparisons. Many of the words "
        "that look American are spoken style; *deal* and *tariffs* fail without one man’s texts. "
        "[What sets them apart?](notebooks/03_stance)",
        "**Agenda.** We compared eighteen concepts. Two differences remain between texts of the same kind, and without "
        "Trump’s: Beijing speaks more of Taiwan and of leaders’ meetings. For TikTok and for fentanyl we cannot say "
        "which side mentions them more (differences "
        f"{_between(words.loc['TikTok'])} and {_between(words.loc['fentanyl'])} per 1,000 words). "
        "[What do they talk about?](notebooks/02_topics)",
        "**What cannot be shown.** Any trend over the years: statements cover one year only, and for "
        f"{numbers['n_empty']} of nine years there is no text. How often they telephoned: calls are far from "
        "completely recorded. What was said behind closed doors. [What is missing?](notebooks/01_corpus)",
    )
    return "".join(f"- {finding}\n" for finding in findings)


def _timeline(talks: pd.DataFrame, static: Path) -> str:
    """Draw the signature figure for page and phone, light and dark, and as a poster, and write its markup."""
    import matplotlib as mpl

    for theme in ("light", "dark"):
        for form in ("page", "phone"):
            figure = _draw_timeline(talks, form, theme)
            if (theme, form) == ("light", "page"):
                with mpl.rc_context({"svg.hashsalt": "talks", "svg.fonttype": "path"}):
                    figure.savefig(static / "timeline.svg", metadata={"Date": None})
            (static / f"timeline-{theme}-{form}.png").write_bytes(take_picture(figure))
    poster = _draw_timeline(talks, "poster", "light")
    with mpl.rc_context({"pdf.fonttype": 42}):
        poster.savefig(static / "timeline-poster.pdf", metadata={"CreationDate": None, "ModDate": None})
    (static / "timeline-poster.png").write_bytes(take_picture(poster, dpi=230))
    blocks = [
        f'<div class="only-{theme} timeline"><a href="_static/timeline-{theme}-page.png"><picture>'
        f'<source media="(max-width: 720px)" srcset="_static/timeline-{theme}-phone.png">'
        f'<img class="fig dark-light" src="_static/timeline-{theme}-page.png" alt="{timeline_alt(talks)}" '
        f'width="900" height="850" loading="lazy"></picture></a></div>'
        for theme in ("light", "dark")
    ]
    links = (
        "[Table](notebooks/05_timeline.ipynb#when-did-they-talk-how-high-and-face-to-face-or-not) · "
        '<a href="_static/talks.csv" download>data</a> · '
        '<a href="_static/timeline-light-page.png">PNG</a> · <a href="_static/timeline.svg">SVG</a> · '
        '<a href="_static/timeline-poster.png">poster</a> (<a href="_static/timeline-poster.pdf">A3, PDF</a>) · '
        "[how to cite](cite)"
    )
    return "```{raw} html\n" + "\n".join(blocks) + "\n```\n\n" + links + "\n"


def _draw_timeline(talks: pd.DataFrame, form: str, theme: str) -> Any:
    """Draw the signature figure with its title and note; only those of the page have their line breaks set by hand."""
    from ..plots import foot, head, plot_timeline, timeline_words

    words = timeline_words(talks)
    if form != "page":
        words = {part: text.replace("\n", " ") for part, text in words.items()}
    ax = head(plot_timeline(talks, theme=theme, form=form), words["title"], words["subtitle"])
    return foot(ax, words["note"]).figure


def timeline_alt(talks: pd.DataFrame) -> str:
    """Say in words what the signature figure shows.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> timeline_alt(ah.load_talks())[:40]
    'Dots for 254 talks in five lanes, 2017–2'
    """
    any_pause, leaders_pause = longest_pauses(talks)
    first, last = talks["start_date"].dt.year.min(), talks["start_date"].dt.year.max()
    return (
        f"Dots for {len(talks)} talks in five lanes, {first}–{last}, where the leaders did not meet in person for "
        f"{leaders_pause:,} days and the longest pause between any two talks was {any_pause} days. "
        "Table in the timeline notebook."
    )


def data_version(talks: pd.DataFrame, record: dict[str, Any]) -> str:
    """Say from when to when the chronology runs, and when and by which version a corpus was measured."""
    return (
        f"Chronology: {len(talks)} talks, {talks['start_date'].min():%Y-%m-%d} to {talks['end_date'].max():%Y-%m-%d}. "
        f"Corpus measured on {record['measured']['on']} by {record['measured']['by']}."
    )


def _dictionary(schema: dict[str, Any]) -> str:
    lines = [
        "# Data dictionary",
        "",
        "A corpus is a folder of tables in Parquet, described here and, for machines, in `data/datapackage.json`. "
        "The chronology of the talks has [a codebook](codebook) of its own.",
        "",
    ]
    for table in schema["resources"]:
        lines += [f"## {table['title']}", "", table["description"], "", "| column | type | meaning |", "|---|---|---|"]
        lines += [
            f"| `{field['name']}` | {field['type']} | {field['description']} |" for field in table["schema"]["fields"]
        ]
        lines += [""]
    return "\n".join(lines)


def _word_lists() -> str:
    """One table per word list that readers may want to check: every term with its reason."""
    lists = (
        ("agenda", "Agenda", ("concept", "term", "reason")),
        ("frames", "Frames", ("frame", "term", "reason")),
        ("targets", "Mentions of the two countries and their relationship", ("term", "target", "reason")),
        ("masked_names", "Names masked before tone is scored", ("term", "reason")),
        ("diplomatic_tone", "Terms of diplomatic tone", ("term", "weight", "reason")),
        ("tone_negations", "Negations, which turn the tone of a term round", ("term", "reason")),
        ("tone_intensifiers", "Words that raise or lower the tone of a term", ("term", "factor", "reason")),
        (
            "Words that carry no tone here, left out of the general list",
            ("term", "kind", "reason"),
        ),
        ("tone_scales", "Spread of each instrument of tone", ("column", "sd", "n_texts", "reason")),
        ("page_furniture", "Page furniture that cleaning removes", ("kind", "reason")),
    )
    lines = [
        "# Word lists",
        "",
        "Every list is a CSV file in `src/analysis_helpers/lexicons/`, each row with its reason.",
        "",
    ]
    for name, title, columns in lists:
        lines += [f"## {title}", "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
        lines += [
            "| " + " | ".join(row[column].replace("|", "\\|") for column in columns) + " |"
            for row in read_lexicon(name)
        ]
        lines += [""]
    return "\n".join(lines)


def _api() -> str:
    lines = ["# Functions", "", "All are available as `import analysis_helpers as ah; ah.NAME`.", ""]
    for module, heading in HEADINGS.items():
        lines += [f"## {heading}", "", "```{eval-rst}", f".. currentmodule:: analysis_helpers.{module}", ""]
        for name in sorted(_NAMES[module]):
            if name.isupper():
                continue
            kind = "autoclass" if name[0].isupper() else "autofunction"
            lines += [f".. {kind}:: {name}", "   :members:" if kind == "autoclass" else "", ""]
        lines += ["```", ""]
    return "\n".join(lines)


def take_picture(figure: Any, dpi: int = 200) -> bytes:
    """Save a figure as a small PNG and close it."""
    import matplotlib.pyplot as plt

    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=dpi)
    plt.close(figure)
    return shrink_png(drawn.getvalue())
