"""Races of what is decided over all documents: which texts are nearly the same."""

from __future__ import annotations

import random
import re

from analysis_helpers.build.deduplicate import THRESHOLD, SeenTexts, find_repeated, hash_bands, is_among, sign_texts

from .harness import Race
from .texts import invent

DOCUMENTS, PLANTED = 2000, 100
MOST_CHANGED = 0.03  # of the words of a planted copy; 0.75 of its runs of five words are then still those of the text


def invent_with_copies() -> list[str]:
    """Invent documents; the last hundred are copies of others with a few words changed."""
    lot, texts = random.Random(3), invent(DOCUMENTS, 3)
    return texts + [_copied(lot.choice(texts), lot) for _ in range(PLANTED)]


def _copied(text: str, lot: random.Random) -> str:
    words = text.split()
    for place in lot.sample(range(len(words)), lot.randint(1, int(len(words) * MOST_CHANGED))):
        words[place] = f"changed{lot.randrange(10**6)}"
    return " ".join(words)


def runs_of(text: str) -> list[str]:
    """List the runs of five words of a text, in lower case."""
    words = re.findall(r"\w+", text.lower())
    return [" ".join(words[n : n + 5]) for n in range(max(1, len(words) - 4))]


def run_ours(texts: list[str]) -> list[bool]:
    """Tell of each text whether it is kept; those that share no band with another need not be asked about."""
    signatures = sign_texts(texts)
    bands = hash_bands(signatures)
    shared = find_repeated(bands.T)
    asked, seen, kept = is_among(bands, shared).any(axis=1), SeenTexts(shared), [True] * len(texts)
    for n in asked.nonzero()[0].tolist():
        kept[n] = not seen.find(str(n), signatures[n])
        if kept[n]:
            seen.add(str(n), "", str(n), signatures[n])
    return kept


def run_theirs(texts: list[str]) -> list[bool]:
    """The same by rensa: its deduplicator over the same runs, threshold and number of permutations."""
    from rensa import RMinHashDeduplicator

    seen = RMinHashDeduplicator(threshold=THRESHOLD, num_perm=128, use_lsh=True)
    return seen.add_pairs((str(n), runs_of(text)) for n, text in enumerate(texts))


def warm(texts: list[str]) -> None:
    """Load both, and the tables of ours."""
    run_ours(texts[:50])
    run_theirs(texts[:50])


def compare(ours: list[bool], theirs: list[bool]) -> str:
    """Say how many planted copies each found, and how many others it took for copies."""
    texts = invent_with_copies()
    runs = [set(runs_of(text)) for text in texts]
    alike = [max(len(copy & text) / len(copy | text) for text in runs[:DOCUMENTS]) for copy in runs[DOCUMENTS:]]
    found = [
        f"recall {sum(not k for k in kept[DOCUMENTS:]) / PLANTED:.2f}, {sum(not k for k in kept[:DOCUMENTS])} others"
        for kept in (ours, theirs)
    ]
    return f"{PLANTED} planted copies of {min(alike):.2f} to {max(alike):.2f} in common: {found[0]}; peer {found[1]}"


RACES = [
    Race(
        stage="near duplicates found",
        peer="rensa RMinHashDeduplicator",
        package="rensa",
        goal=1.0,
        prepare=invent_with_copies,
        warm=warm,
        ours=run_ours,
        theirs=run_theirs,
        equal=compare,
    ),
]
