import base64

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def posted(client, service, answers):
    service.then(answers.ok({"model": "mnist", "run_id": "run_1", "predictions": []}))

    def post(instances):
        client.predict(instances, model="mnist")
        return service.bodies[-1]["instances"]

    return post


class TestInstances:
    def test_may_be_numbers_arrays_and_lists_of_arrays(self, posted):
        assert posted([451.5]) == [451.5]
        assert posted(np.array([[1, 2]])) == [[1, 2]]
        assert posted([np.array([1, 2])]) == [[1, 2]]

    def test_may_be_files_bytes_and_pictures(self, posted, tmp_path):
        picture = Image.fromarray(np.eye(28, dtype=np.uint8))
        path = tmp_path / "digit.png"
        picture.save(path)
        sent = posted([path, str(path), path.read_bytes(), picture])
        decoded = [base64.b64decode(one["b64"]) for one in sent]
        assert decoded == [path.read_bytes()] * 4

    def test_a_single_one_is_no_batch(self, posted, tmp_path):
        for single in (b"png", "digit.png", tmp_path, Image.new("L", (28, 28))):
            with pytest.raises(TypeError, match=r"\[it\] is a batch"):
                posted(single)

    def test_a_file_that_is_not_there_is_told(self, posted, tmp_path):
        with pytest.raises(FileNotFoundError):
            posted([tmp_path / "nothing.png"])
