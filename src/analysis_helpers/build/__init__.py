"""Building: files in, a corpus folder out; its steps can be taken one by one."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "pipeline": ["build_corpus"],
        "read.registry": ["add_reader", "list_readers"],
        "clean": ["clean_documents", "clean_text"],
        "sentences": ["add_speakers", "split_passages", "split_sentences", "split_text"],
        "quotes": ["add_quoted_speakers", "add_whole_quotations"],
        "names": ["count_mentions", "mask_names"],
        "terms": ["count_terms"],
        "tone": ["score_tone"],
        "attitude": ["add_target_tone", "find_targets", "load_target_weights", "score_target_tone"],
    },
)
