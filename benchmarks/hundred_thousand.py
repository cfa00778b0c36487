"""Every analysis on a large corpus: seconds of processor time and peak memory, each in a process of its own.

    python benchmarks/hundred_thousand.py CORPUS FOLDER --documents 100000

The corpus is copied to FOLDER as often as it takes, under other ids; sides, kinds of text and dates are given out in
turns, so that there is something to compare. The words stay those of CORPUS: what grows with new words (the list of
terms) is smaller here than in a real corpus of that size.
"""

import argparse
import json
import resource
import subprocess
import sys
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

import analysis_helpers as ah
from analysis_helpers.corpus import TABLES, write_corpus

GENRES = ("speech", "readout", "interview")
OWN = {"speaker_side": ["US", "CN"]}
STEPS = {
    "load_corpus": repr,
    "where": lambda corpus: repr(corpus.where(genre="speech", **OWN)),
    "coverage": lambda corpus: ah.coverage(corpus, by=["side", "year"]),
    "texts_by_period": lambda corpus: ah.texts_by_period(corpus, "month"),
    "texts_around": lambda corpus: ah.texts_around(corpus, ah.load_talks()),
    "distinctive_terms": lambda corpus: ah.distinctive_terms(corpus.where(**OWN)),
    "distinctive_terms, within": lambda corpus: ah.distinctive_terms(corpus.where(**OWN), within=["genre", "year"]),
    "compare_tone": lambda corpus: ah.compare_tone(corpus, by=["speaker_side", "target"]),
    "compare_instruments": ah.compare_instruments,
    "rates_by_period": lambda corpus: ah.rates_by_period(corpus, ah.load_agenda_terms(), "year"),
    "compare_rates": lambda corpus: ah.compare_rates(corpus, ah.load_agenda_terms()),
    "compare_frames": ah.compare_frames,
    "seeded_topics": lambda corpus: ah.seeded_topics(corpus, ah.load_topic_keywords()),
    "link_documents": lambda corpus: ah.link_documents(corpus, ah.load_talks()).documents["talk_id"].notna().sum(),
    "fit_topics": lambda corpus: ah.fit_topics(corpus.where(**OWN), 8).top_terms(3),
    "check_corpus": lambda corpus: repr(ah.check_corpus(corpus)),
}


def copy_corpus(source: Path, folder: Path, n_documents: int) -> None:
    """Write a corpus of so many documents, copies of those of `source`, if it is not there already."""
    if (folder / "corpus.json").is_file():
        return
    record = json.loads((source / "corpus.json").read_text(encoding="utf-8"))
    folder.mkdir(parents=True)
    write_corpus(folder, _copies(source, n_documents), _one_funnel(record, n_documents), with_text=True)


def _one_funnel(record: dict, n_documents: int) -> dict:
    return record | {"funnel": {"read": n_documents, "kept": n_documents, "duplicates": 0, "rejected": 0}}


def _copies(source: Path, n_documents: int):
    left = n_documents
    names = sorted(path.name for path in (source / "documents").glob("part-*.parquet"))
    for turn in count():
        for name in names:
            if left <= 0:
                return
            part = {table: pq.read_table(source / table / name).to_pandas(date_as_object=False) for table in TABLES}
            documents = part["documents"].head(left)
            left -= len(documents)
            yield _renamed(part, documents, f"-{turn:03d}")


def _renamed(part: dict[str, pd.DataFrame], documents: pd.DataFrame, suffix: str) -> dict[str, pd.DataFrame]:
    number = np.arange(len(documents))
    side = pd.Series(np.array(["US", "CN"])[number % 2], index=documents["doc_id"])
    dates = pd.Timestamp("2017-01-01") + pd.to_timedelta(number * 1237 % 3287, unit="D")
    documents = documents.assign(
        side=side.to_numpy(), genre=np.array(GENRES)[number % 3], date=dates.astype("datetime64[ms]"), talk_id=None
    ).assign(date_precision="day")
    passages = part["passages"][part["passages"]["doc_id"].isin(documents["doc_id"])]
    passages = passages.assign(speaker_side=passages["doc_id"].map(side))
    voice = passages.set_index("passage_id")["speaker_side"]
    sentences, counts = (
        part[table][part[table]["passage_id"].isin(passages["passage_id"])] for table in ("sentences", "counts")
    )
    frames = {
        "documents": documents,
        "passages": passages,
        "sentences": sentences.assign(speaker_side=sentences["passage_id"].map(voice)),
        "counts": counts,
        "removed": part["removed"][part["removed"]["doc_id"].isin(documents["doc_id"])],
        "rejected": part["rejected"].head(0),
    }
    ids = ("doc_id", "passage_id", "sentence_id", "duplicate_of")
    return {
        table: frame.assign(**{name: frame[name] + suffix for name in ids if name in frame})
        for table, frame in frames.items()
    }


def measure(folder: Path, step: str) -> tuple[float, float]:
    """Load the corpus and take one step, in a fresh process: seconds of processor time, peak memory in GB."""
    command = [sys.executable, __file__, "--step", step, str(folder), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak


def take_step(folder: Path, step: str) -> None:
    """Load the corpus, take the step and print what it cost, without the imports."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    result = STEPS[step](ah.load_corpus(folder))
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(result)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps([seconds, after.ru_maxrss / 1e6]))


def main() -> None:
    """Copy the corpus and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--step", choices=STEPS)
    options = parser.parse_args()
    if options.step:
        take_step(options.folder, options.step)
        return
    copy_corpus(options.corpus, options.folder, options.documents)
    print(f"{'step':28}{'CPU s':>8}{'peak GB':>9}")
    for step in STEPS:
        seconds, peak = measure(options.folder, step)
        print(f"{step:28}{seconds:8.1f}{peak:9.2f}", flush=True)


if __name__ == "__main__":
    main()
