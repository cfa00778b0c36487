"""Names: mentions and masks, by hand."""

from analysis_helpers.build.names import count_mentions, mask_names, names_pattern
from tests.conftest import by_hand


@by_hand("mentions")
def test_mentions_by_hand(sentence, us, cn, relationship):
    language = "en" if sentence.isascii() or "’" in sentence or "–" in sentence else "zh"
    assert count_mentions(sentence, language) == {"us": int(us), "cn": int(cn), "relationship": int(relationship)}


def test_names_are_masked():
    assert mask_names("The United States met China.") == "The Name met Name."
    assert mask_names("The UN Security Council and national security") == "The UN Name and national security"
    assert mask_names("Treasury Secretary Scott Bessent") == "Name Name"
    for text in ("a treasury of good will", "both sides agreed", ""):
        assert mask_names(text) == text


def test_a_name_is_found_in_the_order_of_length():
    pattern = names_pattern(["us", "Us Co", "U", "Us-An"])
    assert pattern.findall("us co, Us Co; us-an US U Us-Anb xU -U U-") == ["us co", "Us Co", "us-an", "US", "U", "U"]
