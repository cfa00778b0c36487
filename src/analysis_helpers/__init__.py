"""Helpers for studying the talks between the United States and China, 2017-2025.

The public functions, grouped by the question they answer. Importing the package costs almost nothing:
each name is loaded when it is first used.

Texts in      build_corpus, list_readers, add_reader, load_corpus, check_corpus, Corpus, UnreadableError
What is it?   coverage, count_questions, add_period, add_host
Steps         clean_text, clean_documents, split_passages, add_speakers, split_sentences,
              add_quoted_speakers, add_whole_quotations, count_terms, count_mentions, mask_names, score_tone,
              load_stop_words
Tone to whom? score_target_tone, find_targets, add_target_tone, load_target_weights
Talks         load_talks, check_talks, link_documents, talks_by_period, issues_by_period, describe_gaps
When?         texts_by_period, dispersion, load_agenda_terms, document_rates, rates_by_period, texts_around,
              compare_around
Who more?     compare_rates, distinctive_terms, compare_contrasts, compare_tests
In context    concordance
What about?   load_topic_keywords, seeded_topics, fit_topics, TopicModel, topic_stability, choose_n_topics,
              compare_topics, typical_documents
How sure?     mean_interval, difference_interval, permutation_p, SEED
Which tone?   compare_tone, compare_instruments
Which frames? load_frames, score_frames, compare_frames
Pictures      plot_timeline, plot_agenda, plot_talks, plot_weekly, plot_rates, plot_shares, plot_coverage,
              plot_keyness, plot_means, plot_topics, timeline_words
Tables        show, style_notebook
Explore       explore_words, explore_groups, explore_term, explore_topics, Explorer
Report        read_cards, make_report
Share         share_corpus
Errors        TalksError
"""

import lazy_loader

_NAMES = {
    "build.pipeline": ["build_corpus"],
    "build.clean": ["clean_documents", "clean_text"],
    "concordance": ["concordance"],
    "corpus": [
        "Corpus",
        "add_host",
        "add_period",
        "check_corpus",
        "count_questions",
        "coverage",
        "load_corpus",
        "shipped_data",
    ],
    "errors": ["TalksError", "UnreadableError"],
    "explore": ["Explorer", "explore_groups", "explore_term", "explore_topics", "explore_words"],
    "frames": ["compare_frames", "load_frames", "score_frames"],
    "build.terms": ["count_terms", "load_stop_words", "split_words"],
    "build.names": ["count_mentions", "mask_names"],
    "plots": [
        "plot_agenda",
        "plot_coverage",
        "plot_keyness",
        "plot_means",
        "plot_rates",
        "plot_shares",
        "plot_talks",
        "plot_timeline",
        "plot_topics",
        "plot_weekly",
        "show",
        "style_notebook",
        "timeline_words",
    ],
    "build.quotes": ["add_quoted_speakers", "add_whole_quotations"],
    "build.read.registry": ["add_reader", "list_readers"],
    "sentiment": ["compare_instruments", "compare_tone", "score_tone"],
    "report.share": ["share_corpus"],
    "report.site": ["make_report", "read_cards"],
    "build.sentences": ["add_speakers", "split_passages", "split_sentences", "split_text"],
    "keyness": ["compare_contrasts", "compare_tests", "distinctive_terms"],
    "talks": ["check_talks", "describe_gaps", "issues_by_period", "link_documents", "load_talks", "talks_by_period"],
    "build.attitude": ["add_target_tone", "find_targets", "load_target_weights", "score_target_tone"],
    "rates": [
        "compare_around",
        "compare_rates",
        "dispersion",
        "document_rates",
        "load_agenda_terms",
        "rates_by_period",
        "texts_around",
        "texts_by_period",
    ],
    "topics": [
        "TopicModel",
        "choose_n_topics",
        "compare_topics",
        "fit_topics",
        "load_topic_keywords",
        "seeded_topics",
        "topic_stability",
        "typical_documents",
    ],
    "uncertainty": ["SEED", "Interval", "Permutation", "difference_interval", "mean_interval", "permutation_p"],
    "words": ["count_words"],
}

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=_NAMES)
