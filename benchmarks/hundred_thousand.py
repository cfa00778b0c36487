"""Every analysis on a large corpus: processor seconds and peak memory, each in a process of its own.

python -m benchmarks.hundred_thousand CORPUS FOLDER --documents 100000

CORPUS is copied to FOLDER as often as it takes, under other ids; sides, kinds of text and dates are given out in
turns, so that there is something to compare. The words stay those of CORPUS: what grows with new words (the list of
terms) is smaller here than in a real corpus of that size.
"""

import argparse
import json
import resource
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

import analysis_helpers as ah

OWN = {"speaker_side": ["US", "CN"]}
STEPS = {
    "load_corpus": repr,
    "coverage": lambda corpus: ah.coverage(corpus, by=["side", "year"]),
    "event_window": lambda corpus: ah.event_window(corpus, ah.load_talks()),
    "keyness": lambda corpus: ah.keyness(corpus.where(**OWN)),
    "keyness, within": lambda corpus: ah.keyness(corpus.where(**OWN), within=["genre", "year"]),
    "compare_tone": lambda corpus: ah.compare_tone(corpus, by=["speaker_side", "target"]),
    "rates, agenda": lambda corpus: ah.rates(corpus, "agenda", period="year"),
    "rates, frames": lambda corpus: ah.rates(corpus, "frames"),
    "compare_rates": lambda corpus: ah.compare_rates(corpus, "agenda"),
    "link_documents": lambda corpus: ah.link_documents(corpus, ah.load_talks()).documents["talk_id"].notna().sum(),
    "fit_topics": lambda corpus: ah.fit_topics(corpus.where(**OWN), 8).top_terms(3),
    "check_corpus": lambda corpus: repr(ah.check_corpus(corpus)),
}
COPIED = """
CREATE VIEW documents AS SELECT * REPLACE (
  (CASE number % 2 WHEN 0 THEN 'US' ELSE 'CN' END) AS side,
  (['speech', 'readout', 'interview'])[1 + number % 3] AS genre,
  (TIMESTAMP '2017-01-01' + to_days((number * 1237 % 3287)::INT))::TIMESTAMP_MS AS date,
  'day' AS date_precision, NULL::VARCHAR AS talk_id
) FROM (SELECT *, row_number() OVER () - 1 AS number FROM {documents});
CREATE VIEW passages AS SELECT p.* REPLACE (d.side AS speaker_side) FROM {passages} p JOIN documents d USING (doc_id);
CREATE VIEW sentences AS SELECT s.* REPLACE (p.speaker_side AS speaker_side)
  FROM {sentences} s JOIN passages p USING (passage_id);
CREATE VIEW counts AS FROM {counts};
CREATE VIEW removed AS FROM {removed};
CREATE VIEW rejected AS FROM {rejected} LIMIT 0;
"""


def copy_corpus(source: Path, folder: Path, n_documents: int) -> None:
    """Write a corpus of about so many documents, whole copies of `source`."""
    record = json.loads((source / "corpus.json").read_text(encoding="utf-8"))
    totals = record["totals"]
    turns = max(1, round(n_documents / totals["documents"]))
    base = duckdb.connect()
    base.execute(COPIED.format(**{name: f"read_parquet('{source}/{name}/*.parquet')" for name in totals}))
    for table in totals:
        (folder / table).mkdir(parents=True)
        schema = pq.read_schema(next((source / table).glob("*.parquet")))
        for turn in range(turns):
            ids = {"doc_id", "passage_id", "sentence_id", "duplicate_of"} & set(schema.names)
            renamed = ", ".join(f"{name} || '-{turn:03d}' AS {name}" for name in sorted(ids))
            rows = base.sql(f"SELECT * REPLACE ({renamed}) FROM {table}").to_arrow_table()
            pq.write_table(rows.select(schema.names).cast(schema), folder / table / f"part-{turn:05d}.parquet")
    kept = totals["documents"] * turns
    record["totals"] = {name: n * turns for name, n in totals.items()} | {"rejected": 0}
    record["funnel"] = {"read": kept, "kept": kept, "duplicates": 0, "rejected": 0}
    (folder / "corpus.json").write_text(json.dumps(record), encoding="utf-8")


def take_step(folder: Path, step: str) -> None:
    """Load the corpus, take the step and print what it cost, without the imports."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    result = str(STEPS[step](ah.load_corpus(folder)))
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"| {step} | {seconds:.1f} | {after.ru_maxrss / 1e6:.2f} | {len(result):,} |", flush=True)


def main() -> None:
    """Copy the corpus, if it is not there already, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hundred_thousand")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=100_000)
    options = parser.parse_args()
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as executor:
        if not (options.folder / "corpus.json").is_file():
            executor.submit(copy_corpus, options.corpus, options.folder, options.documents).result()
        print("| step | processor seconds | peak GB | characters of the result |\n|---|---:|---:|---:|", flush=True)
        list(executor.map(take_step, repeat(options.folder), STEPS))


if __name__ == "__main__":
    main()
