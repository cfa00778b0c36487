"""Word lists: what they hold can be counted. All sentences are invented."""

import re
from importlib.resources import files

import pytest

from analysis_helpers.dictionaries import DICTIONARIES, known_names, load_dictionary, read_lexicon
from analysis_helpers.words import code_terms, find_terms, split_words

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


@pytest.mark.parametrize(
    ("name", "concept", "found", "missed"),
    [
        ("agenda", "tariffs", "Ad valorem duties rose. | They tariffed it.", "his consular duties | countermeasures"),
        (
            "agenda",
            "Taiwan",
            "the one-China policy | one China | cross-Strait trade",
            "one Chinese port | a one-room shop",
        ),
        ("agenda", "meetings of leaders", "the leaders’ meeting in May", "leaders met farmers"),
        ("frames", "blame", "stop smearing us | to slander | vilify | discrimination", "he was accused in court"),
        (
            "frames",
            "responsibility of great powers",
            "the UN | U.N. Charter | non-proliferation",
            "unity | Kim Jong Un",
        ),
        ("frames", "coercion and hegemony", "a cold-war mentality | the Cold War", "a cold winter"),
        ("frames", "development", "They invest here.", "He had the opportunity to speak."),
    ],
)
def test_terms_find_what_they_mean_and_no_namesakes(name, concept, found, missed):
    terms = load_dictionary(name)[concept]
    assert [text for text in found.split(" | ") if not _finds(text, terms)] == []
    assert [text for text in missed.split(" | ") if _finds(text, terms)] == []
