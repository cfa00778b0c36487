"""Helpers for studying the talks between the United States and China, 2017-2025.

The public functions, grouped by the question they answer. Importing the package costs almost nothing: each name is
loaded when it is first used. The steps of a build are in `analysis_helpers.build`.
"""

import sys
from types import ModuleType

import lazy_loader

_QUESTIONS = {
    "Texts in": {
        "build.pipeline": "build_corpus",
        "build.read.registry": "add_reader list_readers",
        "check": "check_corpus",
        "corpus": "Corpus load_corpus shipped_data",
    },
    "What is it?": {"corpus": "add_period count_questions coverage", "words": "count_words split_words"},
    "Talks": {
        "talks": "check_talks describe_gaps issues_by_period issues_by_side link_documents load_talks talks_by_period"
    },
    "When?": {"events": "event_window"},
    "Who more?": {
        "dictionaries": "load_dictionary load_stop_words",
        "rates": "compare_rates concordance load_agreement rates",
        "keyness": "combine_keyness keyness",
    },
    "What about?": {"topics": "TopicModel choose_n_topics compare_topics fit_topics topic_stability typical_documents"},
    "Which tone?": {"sentiment": "compare_tone", "validation": "compare_means corrected_mean positions"},
    "How right?": {"validation": "coder_agreement instrument_agreement load_labels"},
    "How sure?": {
        "uncertainty": "SEED Interval Permutation difference_interval interaction_p mean_interval permutation_p"
    },
    "Pictures": {
        "plots.attitude": "plot_attitude plot_positions",
        "plots.counts": "plot_agenda plot_coverage plot_meetings plot_venues",
        "plots.sides": "plot_issues_by_side plot_keyness plot_means plot_rates plot_topics",
        "plots.tables": "show",
        "plots.timeline": "plot_rounds plot_timeline timeline_words",
        "report.execute": "style_notebook",
    },
    "Explore": {"explore": "Explorer explore_words"},
    "Report": {"report.execute": "read_cards", "report.reports": "make_report", "report.share": "share_corpus"},
    "Errors": {"errors": "TalksError UnreadableError"},
}
QUESTIONS = {
    question: {module: names.split() for module, names in modules.items()} for question, modules in _QUESTIONS.items()
}
_NAMES: dict[str, list[str]] = {}
for _modules in QUESTIONS.values():
    for _module, _names in _modules.items():
        _NAMES.setdefault(_module, []).extend(_names)
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["build"], _NAMES)


class _Package(ModuleType):
    """Two modules hold a function of their own name: `ah.keyness` and `ah.rates` are these, whoever imports first."""

    def __setattr__(self, name: str, value: object) -> None:
        own = isinstance(value, ModuleType) and name in _NAMES.get(name, [])
        super().__setattr__(name, getattr(value, name) if own else value)


sys.modules[__name__].__class__ = _Package
