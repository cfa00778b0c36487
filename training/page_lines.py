"""Fit the weights of the line model (`analysis_helpers.build.boilerplate`) on saved pages and say how good they are.

python training/page_lines.py pages_a.tar.xz pages_b_with_expected_body.tar.xz page_lines.parquet [test]

The word `test` scores the half that was held apart, too. Needs inscriptis. See README.md.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tarfile
from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pandas as pd
import trafilatura
from inscriptis import get_text
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from analysis_helpers.build import boilerplate as page_lines
from analysis_helpers.uncertainty import SEED

STRENGTH, PARTS, RUN = 0.003, 4, 3
LEAST, MOST, ALIGNED, SHARED = 0.04, 0.97, 0.9, 0.2
WORD = re.compile(r"\w+")


@dataclass
class Page:
    """A saved page: its lines, trafilatura's body, the expected body (to check only), and its features."""

    name: str
    lines: list[str]
    found: str
    expected: str | None = None
    article: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    features: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def words(self) -> np.ndarray:
        """Words of each line, as the decoder counts them."""
        return np.maximum(np.expm1(self.features["log words"].to_numpy()), 0.5)


def words_of(text: str) -> list[str]:
    """Words in small letters."""
    return WORD.findall(text.lower())


def grams(text: str, n: int = 4) -> Counter[tuple[str, ...]]:
    """Count the runs of n words."""
    words = words_of(text)
    return Counter(zip(*(words[i:] for i in range(n)), strict=False))


def lines_of(flat: str) -> list[str]:
    """Lines of a flattened page that hold a word or number."""
    return [" ".join(line.split()) for line in flat.split("\n") if WORD.search(line)]


def is_held_apart(name: str) -> bool:
    """Tell by a fixed rule, the digest of its name, whether a page with an expected body is of the half held apart."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 1


def read_pages(path: str) -> list[Page]:
    """Read the saved pages of an archive, flattened, with what trafilatura finds in each."""
    pages, expected = [], {}
    with tarfile.open(path) as archive:
        for member in archive:
            if not member.name.endswith(".html"):
                continue
            page = trafilatura.utils.decode_file(archive.extractfile(member).read())
            folder, _, file = member.name.rpartition("/")
            if file == "expected.html":
                expected[folder] = get_text(page)
            else:
                found = trafilatura.extract(page, include_comments=False, include_tables=True)
                name = folder if file == "source.html" else member.name
                pages.append(Page(name, lines_of(get_text(page)), found or ""))
    for page in pages:
        page.expected = expected.get(page.name)
        page.name = page.name.rpartition("/")[2]
    return sorted(pages, key=lambda page: page.name)


def label(page: Page) -> Page | None:
    """Label the lines of a page by alignment with trafilatura's body; None where the two do not fit."""
    lines = [words_of(line) for line in page.lines]
    words, body = [word for line in lines for word in line], words_of(page.found)
    matches = SequenceMatcher(None, words, body, autojunk=False).get_matching_blocks()
    hit = np.zeros(len(words))
    for match in matches:
        hit[match.a : match.a + match.size] = match.size >= RUN
    if not words or not body or not LEAST <= hit.mean() <= MOST or hit.sum() < ALIGNED * len(body):
        return None
    ends = np.cumsum([len(line) for line in lines])
    shares = [part.mean() if len(part) else 0 for part in np.split(hit, ends[:-1])]
    return Page(page.name, page.lines, page.found, article=np.array(shares) >= 0.5)


def flatten(page: Page) -> Page:
    """Give the page as if it had lost its line breaks, cut again by the package's own rules."""
    return Page(page.name, page_lines.split_flat_page(" ".join(page.lines)), page.found, page.expected)


def fit_weights(pages: list[Page]) -> pd.DataFrame:
    """Fit a logistic regression; a line weighs the root of its words, every page the same."""
    features = pd.concat([page.features for page in pages], ignore_index=True)
    mean, scale = features.mean(), features.std(ddof=0).replace(0, 1)
    parts = [np.sqrt(page.words) for page in pages]
    weight = np.concatenate([part / part.sum() for part in parts]) * len(features) / len(pages)
    model = LogisticRegression(C=STRENGTH, max_iter=2_000, tol=1e-6)
    with threadpool_limits(1):
        model.fit((features - mean) / scale, np.concatenate([page.article for page in pages]), sample_weight=weight)
    table = pd.DataFrame({"feature": features.columns, "mean": mean, "scale": scale, "weight": model.coef_[0]})
    table.loc[len(table)] = [page_lines.INTERCEPT, 0.0, 1.0, model.intercept_[0]]
    numbers = ["mean", "scale", "weight"]
    table[numbers] = table[numbers].round(4).astype("float32")
    table["scale"] = table["scale"].where(table["scale"] > 0, 1)
    return table.reset_index(drop=True)


def score(page: Page, kept: list[bool]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the 4-grams of the lines kept."""
    got = grams("\n".join(line for line, k in zip(page.lines, kept, strict=True) if k))
    expected = grams(page.expected)
    both = (got & expected).total()
    precision, recall = both / max(got.total(), 1), both / max(expected.total(), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def describe(name: str, scores: list[tuple[float, float, float]]) -> None:
    """Print means over pages, with the 90 % percentile bootstrap interval of F1."""
    table = np.array(scores)
    random = np.random.default_rng(SEED)
    draws = table[random.integers(len(table), size=(2_000, len(table))), 2].mean(axis=1)
    low, high = np.quantile(draws, [0.05, 0.95])
    precision, recall, f1 = table.mean(axis=0)
    print(f"{name:42} F1 {f1:.3f} ({low:.3f} to {high:.3f})  P {precision:.3f}  R {recall:.3f}  n {len(table)}")


def part_of(page: Page) -> int:
    """Part of the cross-validation a page belongs to, by the digest of its name."""
    return int(hashlib.sha256(f"part {page.name}".encode()).hexdigest(), 16) % PARTS


def compare(title: str, pages: list[Page], weights_of: dict[int, pd.DataFrame], *, flat: bool = False) -> None:
    """Print the figures of the model and of two simple rules on pages with an expected body."""
    print(title)
    describe("nothing", [score(page, [True] * len(page.lines)) for page in pages])
    describe("lines of at least 20 words", [score(page, [len(x.split()) >= 20 for x in page.lines]) for page in pages])
    found = [page_lines.find_article_lines(page.lines, flat=flat, weights=weights_of[part_of(page)]) for page in pages]
    if flat:
        found = [page_lines.trim_to_sentences(kept, page.lines) for kept, page in zip(found, pages, strict=True)]
    describe("this model", [score(page, kept) for page, kept in zip(pages, found, strict=True)])


def prepare(pages: list[Page]) -> list[Page]:
    """Add the features."""
    for page in pages:
        page.features = pd.DataFrame(page_lines.line_features(page.lines), dtype=float)
    return pages


def main(without: str, with_bodies: str, out: str, *words: str) -> None:
    """Fit, save, and print the figures of training/README.md."""
    checked = [page for page in read_pages(with_bodies) if len(grams(page.expected))]
    apart = [page for page in checked if is_held_apart(page.name)]
    near = [page for page in checked if not is_held_apart(page.name)]
    known = [set(grams(page.expected, 8)) for page in apart]
    train = [label(page) for page in read_pages(without) + near]
    train = [page for page in train if page]
    train = [p for p in train if all(len(k & set(grams(p.found, 8))) <= SHARED * len(k) for k in known)]
    flat = [label(flatten(page)) for page in train]
    train = prepare(train + [page for page in flat if page])
    weights = fit_weights(train)
    weights.to_parquet(out, index=False, compression="zstd", compression_level=19)
    print(f"{len(train)} pages as lines or as one line; {len(weights)} weights, {Path(out).stat().st_size} bytes")
    folds = {part: fit_weights([page for page in train if part_of(page) != part]) for part in range(PARTS)}
    compare("development half, cross-validated", near, folds)
    compare("development half on one line", [flatten(page) for page in near], folds, flat=True)
    if "test" in words:
        final = dict.fromkeys(range(PARTS), weights)
        compare("half held apart", apart, final)
        compare("half held apart on one line", [flatten(page) for page in apart], final, flat=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
