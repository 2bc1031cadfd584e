import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitserve_core.received import describe, json_safe, quote, shorten

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=300)
    | st.binary(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.text(), inner),
)


class TestJsonSafe:
    @given(ANYTHING)
    def test_is_short_strict_json_in_utf8_whatever_the_value(self, value):
        text = json.dumps(json_safe(value), allow_nan=False, ensure_ascii=False)
        assert json.loads(text.encode()) == json_safe(value)

    @pytest.mark.parametrize(
        "value", [None, True, 0, -1.5, "text", [1, [2, None]], {"a": {"b": 1}}]
    )
    def test_leaves_small_values_as_they_are(self, value):
        assert json_safe(value) == value

    def test_keeps_integers_that_every_reader_keeps(self):
        assert json_safe(2**53) == 2**53
        assert json_safe(-(2**53) - 1) == str(-(2**53) - 1)


class TestQuote:
    @given(ANYTHING)
    def test_is_text_in_utf8_whatever_the_value(self, value):
        assert quote(value).encode()

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (float("nan"), "NaN"),
            (10**20, "1" + "0" * 20),
            (None, "null"),
            (True, "true"),
            ("é", '"é"'),
            ([1, 2.5], "[1, 2.5]"),
            ([0] * 784, "784 numbers"),
        ],
    )
    def test_shows_small_values_and_describes_large_ones(self, value, text):
        assert quote(value) == text

    def test_describes_integers_that_python_would_not_write(self):
        assert quote(10**5_000) == "an integer of 16610 bits"


class TestDescribe:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, "null"),
            (False, "a boolean"),
            (1.5, "a number"),
            ("abc", "a string of 3 characters"),
            ([], "an empty list"),
            ([1], "1 number"),
            ([0.0] * 1_000, "1,000 numbers"),
            ([[0] * 27] * 28, "28 lists of 27 numbers"),
            ([[0] * 27, [0]], "2 lists of 1 to 27 items"),
            ([["a"], [1]], "2 lists of 1 item"),
            ([1, "a"], "a list of 2 items"),
            ({}, "{}"),
            ({"url": 1}, "an object with 1 field: url"),
            (b"", "a value of type bytes"),
        ],
    )
    def test_tells_kind_and_amount(self, value, text):
        assert describe(value) == text


class TestShorten:
    @given(st.text(st.characters(exclude_categories=[])), st.integers(1, 20))
    def test_is_encodable_and_at_most_one_character_longer(self, text, characters):
        assert len(shorten(text, characters).encode().decode()) <= characters + 1
