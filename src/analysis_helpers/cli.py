"""The command line: `talks build`, `talks check`, `talks share`, `talks report`, `talks lab`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import TalksError, for_terminal

KNOWN_COLUMNS = "text date title outlet url author genre doc_id side collection use talk_id speaker question group"
MAX_REASONS = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; an error in the input is one line and exit status 2, never a traceback."""
    parsed = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, so that nothing half-done is left behind
    try:
        parsed.run(parsed)
    except TalksError as error:
        print(f"talks: {for_terminal(str(error))}", file=sys.stderr)
        return 2
    except MemoryError:
        print("talks: memory ran out; close other programs, and call the same command again", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"talks: interrupted; {parsed.interrupted}", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="talks", description="Measure texts about talks between the US and China.")
    parser.set_defaults(interrupted="nothing was written")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    _add_build(commands.add_parser("build", help="read, clean and measure texts into a corpus folder"))

    check = commands.add_parser("check", help="validate a corpus folder")
    check.add_argument("corpus", type=Path, metavar="CORPUS")
    check.set_defaults(run=_check)

    share = commands.add_parser("share", help="write what may be published of a corpus whose texts may not")
    share.add_argument("corpus", type=Path, metavar="CORPUS")
    share.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write")
    share.set_defaults(run=_share)

    report = commands.add_parser("report", help="execute the notebooks, or one on your corpus, and render pages")
    report.add_argument("--corpus", type=Path, metavar="CORPUS", help="default: the corpus that ships with the suite")
    report.add_argument("--out", type=Path, default=Path("site"), metavar="DIR", help="default: site")
    report.set_defaults(run=_report)

    lab = commands.add_parser("lab", help="open the notebooks in JupyterLab, or one beside a corpus of your own")
    lab.add_argument("--corpus", type=Path, metavar="CORPUS", help="open a notebook beside it")
    lab.set_defaults(run=_lab)
    return parser


def _add_build(build: argparse.ArgumentParser) -> None:
    build.add_argument(
        "sources", nargs="+", type=Path, metavar="SOURCE", help="folder, file or archive of texts, tables or exports"
    )
    build.add_argument("--out", required=True, type=Path, metavar="CORPUS", help="folder to write")
    build.add_argument("--metadata", nargs="+", default=[], type=Path, metavar="TABLE", help="CSV keyed by file name")
    build.add_argument(
        "--column", action="append", default=[], metavar="NAME=COLUMN", help="what a table's column holds: text=body"
    )
    build.add_argument("--keep-languages", nargs="+", default=["en", "zh"], metavar="CODE", help="default: en zh")
    build.add_argument("--terms", default=(), type=Path, metavar="FILE", help="multiword terms to count too")
    build.add_argument("--without-text", action="store_true", help="keep the measurements only")
    build.add_argument("--show-removed", action="store_true", help="print what cleaning took out of each text")
    who = build.add_mutually_exclusive_group()
    who.add_argument("--workers", type=int, metavar="N", help="processes (default: one a processor; large input only)")
    who.add_argument("--scheduler", metavar="ADDRESS", help="do the work on a Dask cluster: tcp://host:8786")
    build.set_defaults(run=_build, interrupted="the same command goes on where it stopped")


def _build(options: argparse.Namespace) -> None:
    from .build.pipeline import build_corpus

    corpus = build_corpus(
        options.sources,
        options.out,
        metadata=options.metadata,
        columns=_columns(options.column),
        keep_languages=options.keep_languages,
        terms=options.terms,
        with_text=not options.without_text,
        workers=options.workers,
        scheduler=options.scheduler,
        show_removed=options.show_removed,
    )
    print(f"{corpus}, {'with' if corpus.has_text else 'without'} text; written to {options.out}")
    print(f"tone by {', '.join(name.removeprefix('tone_') for name in corpus.record['settings']['tone'])}")
    _print_account(options.out)


def _columns(given: list[str]) -> dict[str, str]:
    columns, known = {}, KNOWN_COLUMNS.split()
    for pair in given:
        name, sign, column = pair.partition("=")
        if not sign or not column or name not in known:
            raise TalksError(
                f"--column {pair}: is not NAME=COLUMN; expected one of {', '.join(known)} before the sign, "
                f"as in text=body"
            )
        columns[name] = column
    return columns


def _print_account(folder: Path) -> None:
    from .build.write import say_languages

    account = json.loads((folder / "build.json").read_text(encoding="utf-8"))
    if refused := say_languages(account):
        print(f"{refused}, see {folder / 'rejected.csv'}")
    if account["passed_over"]:
        kinds = ", ".join(f"{n:,} {kind}" for kind, n in account["passed_over"].items())
        print(f"passed over, because they hold no text: {kinds}")
    others = [pair for pair in account["reasons"].items() if not pair[0].startswith("is in another language")]
    for reason, n in sorted(others, key=lambda pair: (-pair[1], pair[0]))[:MAX_REASONS]:
        print(f"  {n:>7,}  {for_terminal(reason)}")
    if account["read"] > account["kept"]:
        print(f"each of them, with what to do, in {folder / 'rejected.csv'}")
    print("read {read:,} = kept {kept:,} + duplicates {duplicates:,} + rejected {rejected:,}".format(**account))


def _check(options: argparse.Namespace) -> None:
    from .check import check_corpus
    from .corpus import load_corpus

    print(f"{check_corpus(load_corpus(options.corpus))}; no problem found")


def _share(options: argparse.Namespace) -> None:
    from .report.share import share_corpus

    folder = share_corpus(options.corpus, options.out)
    print(f"{folder}: no text, the same report; read README.md, fill in CITATION.cff")


def _report(options: argparse.Namespace) -> None:
    from .report.reports import make_report

    print(make_report(options.corpus, options.out))


def _lab(options: argparse.Namespace) -> None:
    from .report.reports import open_lab

    open_lab(options.corpus)


if __name__ == "__main__":
    sys.exit(main())
