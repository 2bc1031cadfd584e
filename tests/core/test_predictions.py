import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitserve_core.datasets.registry import DATASETS
from fitserve_core.errors import InvalidInputError
from fitserve_core.predictions import answers, decode_instances, example_instances
from fitserve_core.spec.target import Target, with_target

MNIST, ECKERLE4 = DATASETS["mnist"], DATASETS["eckerle4"]

ROWS = st.lists(st.just(0) | st.integers(-9, 9) | st.floats() | st.text(max_size=2), max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | ROWS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("b64"), inner),
    max_leaves=10,
)
PIXELS = st.lists(st.integers(0, 255), min_size=784, max_size=784)


class TestDecodeInstances:
    @pytest.mark.parametrize("info", DATASETS.values(), ids=list(DATASETS))
    @given(instances=JSON)
    def test_gives_rows_or_names_the_culprit_whatever_it_gets(self, info, instances):
        try:
            rows = decode_instances(info, instances)
        except InvalidInputError as error:
            assert error.param.startswith("instances")  # noqa: PT017
            orjson.dumps([error.message, error.received])
        else:
            assert rows.shape == (len(instances), info.inputs)
            assert rows.dtype == np.float32
            assert np.isfinite(rows).all()

    @pytest.mark.parametrize("info", DATASETS.values(), ids=list(DATASETS))
    @pytest.mark.parametrize("instances", [None, "1", 5, {}, []])
    def test_refuses_what_is_no_list_of_instances(self, info, instances):
        with pytest.raises(InvalidInputError, match="list of at least one instance") as refused:
            decode_instances(info, instances)
        assert refused.value.param == "instances"

    def test_refuses_more_instances_than_one_request_may_hold(self):
        assert len(decode_instances(ECKERLE4, [450] * 10_000)) == 10_000
        with pytest.raises(InvalidInputError, match=r"at most 10,000 .* received 10,001"):
            decode_instances(ECKERLE4, [450] * 10_001)

    @pytest.mark.parametrize("info", DATASETS.values(), ids=list(DATASETS))
    def test_takes_its_own_example_after_a_trip_through_json(self, info):
        example = orjson.loads(orjson.dumps(example_instances(info.name)))
        assert decode_instances(info, example).shape == (1, info.inputs)


class TestDigits:
    @given(PIXELS.filter(lambda pixels: max(pixels) > 1))
    def test_a_flat_and_a_square_digit_are_the_same_row(self, pixels):
        square = [pixels[start : start + 28] for start in range(0, 784, 28)]
        for instances in ([pixels], [square], [pixels, square], [[float(v) for v in pixels]]):
            rows = decode_instances(MNIST, instances)
            np.testing.assert_array_equal(rows, [pixels] * len(instances))

    def test_a_blank_digit_is_a_digit(self):
        assert not decode_instances(MNIST, [[0] * 784]).any()

    @pytest.mark.parametrize(
        ("digit", "received"),
        [
            ([0] * 783, "received 783 numbers"),
            ([0] * 785, "received 785 numbers"),
            ([[0] * 27] * 28, "received 28 lists of 27 numbers"),
            ([[0] * 28] * 27 + [[0] * 27], "received 28 lists of 27 to 28 items"),
            ([[[0] * 28] * 28], "received 1 list of 28 items"),
            ([], "received an empty list"),
            ("seven", 'received "seven"'),
            (None, "received null"),
            (True, "received true"),
            (7, "received 7"),
            ([5] * 783 + [None], "received null as pixel 783"),
            ([5] * 783 + ["5"], 'received "5" as pixel 783'),
            ([True] + [5] * 783, "received true as pixel 0"),
            ([True] * 784, "received true as pixel 0"),
            (["5"] * 784, 'received "5" as pixel 0'),
            ([5] * 783 + [[5]], "received [5] as pixel 783"),
            ([5] * 783 + [-1], "received -1 as pixel 783"),
            ([5] * 783 + [255.5], "received 255.5 as pixel 783"),
            ([5] * 783 + [1e300], "received 1e+300 as pixel 783"),
            ([5] * 783 + [10**400], "received an integer of 1329 bits as pixel 783"),
            ([5] * 783 + [float("nan")], "received NaN as pixel 783"),
            ([float("inf")] * 784, "received Infinity as pixel 0"),
        ],
    )
    @pytest.mark.parametrize("good", [0, 3])
    def test_a_bad_digit_is_refused_by_its_place_and_shape(self, digit, received, good):
        with pytest.raises(InvalidInputError) as refused:
            decode_instances(MNIST, [*example_instances("mnist") * good, digit])
        assert refused.value.param == f"instances[{good}]"
        assert refused.value.message.startswith(f"instances[{good}]: expected 784 numbers from 0")
        assert refused.value.message.endswith(received)

    @pytest.mark.parametrize("brightest", [1, 0.5, 1e-30])
    def test_a_digit_scaled_already_is_told_to_multiply_by_255(self, brightest):
        scaled = [0] * 783 + [brightest]
        with pytest.raises(InvalidInputError, match="multiply by 255") as refused:
            decode_instances(MNIST, [*example_instances("mnist"), scaled])
        assert refused.value.param == "instances[1]"


class TestWavelengths:
    @given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1))
    def test_numbers_and_lists_of_one_number_are_rows(self, values):
        expected = np.array(values, np.float32)[:, np.newaxis]
        np.testing.assert_array_equal(decode_instances(ECKERLE4, values), expected)
        np.testing.assert_array_equal(decode_instances(ECKERLE4, [[v] for v in values]), expected)

    @pytest.mark.parametrize(
        ("wavelength", "received"),
        [
            ("451.5", '"451.5"'),
            (None, "null"),
            (True, "true"),
            ([True], "a list of 1 item"),
            ([], "an empty list"),
            ([450, 451], "2 numbers"),
            ([[450]], "1 list of 1 number"),
            ({"wavelength": 450}, '{"wavelength": 450}'),
            (float("nan"), "NaN"),
            (float("-inf"), "-Infinity"),
            (1e39, "1e+39"),
            (10**400, "an integer of 1329 bits"),
        ],
    )
    def test_anything_else_is_refused_by_its_place(self, wavelength, received):
        with pytest.raises(InvalidInputError) as refused:
            decode_instances(ECKERLE4, [450, [451.5], wavelength])
        assert refused.value.param == "instances[2]"
        assert "expected a wavelength, one finite number in nanometres" in refused.value.message
        assert refused.value.message.endswith(f"received {received}")


class TestAnswers:
    def test_a_class_is_the_most_probable_one(self):
        probabilities = np.array([[0.1, 0.7, 0.2], [0.5, 0.25, 0.25]], np.float32)
        wire = orjson.dumps(answers(MNIST, probabilities), option=orjson.OPT_SERIALIZE_NUMPY)
        assert orjson.loads(wire) == [
            {"label": 1, "probabilities": [0.1, 0.7, 0.2]},
            {"label": 0, "probabilities": [0.5, 0.25, 0.25]},
        ]

    def test_takes_outputs_in_any_memory_layout(self):
        probabilities = np.array([[0.1, 0.5], [0.9, 0.5]], np.float32).T
        wire = orjson.dumps(answers(MNIST, probabilities), option=orjson.OPT_SERIALIZE_NUMPY)
        assert orjson.loads(wire)[0] == {"label": 1, "probabilities": [0.1, 0.9]}

    def test_yes_is_what_is_more_probable_than_not(self):
        info = with_target(MNIST, Target.model_validate({"is": [3]}))
        probabilities = np.array([[0.75], [0.5], [0.1]], np.float32)
        wire = orjson.dumps(answers(info, probabilities), option=orjson.OPT_SERIALIZE_NUMPY)
        assert orjson.loads(wire) == [
            {"positive": True, "probability": 0.75},
            {"positive": False, "probability": 0.5},
            {"positive": False, "probability": 0.1},
        ]

    def test_a_value_is_the_output(self):
        values = np.array([[0.345], [-2.0]], np.float32)
        wire = orjson.dumps(answers(ECKERLE4, values), option=orjson.OPT_SERIALIZE_NUMPY)
        assert orjson.loads(wire) == [{"value": 0.345}, {"value": -2.0}]


class TestExampleInstances:
    def test_the_digit_is_a_stroke_of_white_on_black(self):
        (digit,) = example_instances("mnist")
        assert all(type(pixel) is int for pixel in digit)
        image = np.array(digit).reshape(28, 28)
        assert (image[4:24].max(axis=1) == 255).all()
        assert not image[:4].any()
        assert 40 < np.count_nonzero(image) < 150
