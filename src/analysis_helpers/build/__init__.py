"""Building: files in, a corpus folder out; the steps of a build, each loaded when it is first used."""

import lazy_loader

_STEPS = {
    "attitude": ["score_attitude"],
    "clean": ["clean_documents", "clean_text"],
    "lists": ["compare_lists"],
    "names": ["count_mentions", "mask_names"],
    "pipeline": ["build_corpus"],
    "quotes": ["add_quoted_speakers", "add_whole_quotations"],
    "read.registry": ["add_reader", "list_readers"],
    "sentences": ["split_passages", "split_sentences", "split_text"],
    "speakers": ["add_speakers"],
    "terms": ["count_terms"],
    "tone": ["score_tone"],
}
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=_STEPS)
