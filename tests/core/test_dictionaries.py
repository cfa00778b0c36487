"""Word lists: what they hold can be counted. All sentences are invented."""

import re
from importlib.resources import files

import pytest

from analysis_helpers.dictionaries import DICTIONARIES, known_names, load_dictionary, read_lexicon
from analysis_helpers.words import code_terms, find_terms, split_words
from tests.conftest import by_hand

NAMES_OF_LISTS = sorted(path.name[:-4] for path in (files("analysis_helpers") / "lexicons/en").iterdir())
LISTS = [name for name in NAMES_OF_LISTS if "term" in read_lexicon(name)[0]]
NAMES = known_names()


def _print(term):
    """Write a term as texts do: names with a capital, also behind a hyphen."""
    return re.sub(r"(?<=-)\w+", lambda word: word[0].title() if word[0] in NAMES else word[0], term)


def _finds(text, terms):
    return len(find_terms(code_terms([text]), terms)[0]) > 0


@pytest.mark.parametrize("name", LISTS)
def test_every_term_of_every_list_is_found_where_a_text_has_it(name):
    terms = [row[column] for row in read_lexicon(name) for column in ("term", "surname") if row.get(column)]
    wanted = terms if name in DICTIONARIES else [" ".join(split_words(term)) for term in terms]
    assert [term for term, own in zip(terms, wanted, strict=True) if not _finds(_print(term), [own])] == []


@by_hand("terms_in_sentences")
def test_terms_find_what_they_mean_and_no_namesakes(dictionary, concept, found, missed):
    terms = load_dictionary(dictionary)[concept]
    assert [text for text in found.split(" | ") if not _finds(text, terms)] == []
    assert [text for text in missed.split(" | ") if _finds(text, terms)] == []
