"""The command line: `talks build`, `talks check`, `talks report`, `talks lab`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import TalksError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; an error in the input is one line and exit status 2, never a traceback."""
    parsed = _parser().parse_args(arguments)
    try:
        parsed.run(parsed)
    except TalksError as error:
        print(f"talks: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("talks: interrupted; nothing was written", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="talks", description="Measure texts about the talks between the US and China."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = commands.add_parser("build", help="read, clean and measure texts into a corpus folder")
    build.add_argument(
        "sources", nargs="+", type=Path, metavar="SOURCE", help="folder of .txt, or .txt, .csv, .jsonl file"
    )
    build.add_argument("--out", required=True, type=Path, metavar="CORPUS", help="folder to write")
    build.add_argument("--metadata", nargs="+", default=[], type=Path, metavar="TABLE", help="CSV keyed by file name")
    build.add_argument("--without-text", action="store_true", help="keep the measurements only")
    build.add_argument(
        "--semantic",
        action=argparse.BooleanOptionalAction,
        help="measure tone with the sentence encoder too (default: where the extra semantic is installed)",
    )
    build.set_defaults(run=_build)

    check = commands.add_parser("check", help="validate a corpus folder")
    check.add_argument("corpus", type=Path, metavar="CORPUS")
    check.set_defaults(run=_check)

    report = commands.add_parser("report", help="execute the notebooks on a corpus and render the site")
    report.add_argument("--corpus", type=Path, metavar="CORPUS", help="default: the corpus that ships with the suite")
    report.add_argument("--out", type=Path, default=Path("site"), metavar="DIR", help="default: site")
    report.set_defaults(run=_report)

    lab = commands.add_parser("lab", help="open the notebooks in JupyterLab")
    lab.set_defaults(run=_lab)
    return parser


def _build(options: argparse.Namespace) -> None:
    from .building import build_corpus

    corpus = build_corpus(
        options.sources,
        options.out,
        metadata=options.metadata,
        with_text=not options.without_text,
        semantic=options.semantic,
    )
    funnel = corpus.record["funnel"]
    print(f"{corpus}, {'with' if corpus.has_text else 'without'} text; written to {options.out}")
    print(f"tone by {', '.join(name.removeprefix('tone_') for name in corpus.record['settings']['tone'])}")
    print("read {read:,} = kept {kept:,} + duplicates {duplicates:,} + rejected {rejected:,}".format(**funnel))


def _check(options: argparse.Namespace) -> None:
    from .corpus import check_corpus, load_corpus

    print(f"{check_corpus(load_corpus(options.corpus))}; no problem found")


def _report(options: argparse.Namespace) -> None:
    from .site import make_report

    print(make_report(options.corpus, options.out))


def _lab(options: argparse.Namespace) -> None:
    from .site import open_lab

    open_lab()


if __name__ == "__main__":
    sys.exit(main())
