"""GET …/figures/…: Plotly figures that hold the figures of the runs, or why there are none."""

import base64
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest

from fitserve_core.datasets.certified import certified_transmittance
from fitserve_core.records import (
    Confusion,
    Curve,
    CurvePoint,
    Histogram,
    LayerWeights,
    NeuronImage,
    Residual,
    RunRecord,
    Weights,
    WrongDigit,
)
from fitserve_core.results import EpochFigures
from fitserve_core.store import StoredFile
from support import stories
from support.serving import RunningService

LOSSES = [[0.5, 0.25], [0.7, 0.15]]  # of two repetitions, epoch by epoch


def weights(width: float) -> Weights:
    histogram = Histogram(edges=[-width, 0, width], counts=[3, 1])
    layers = [
        LayerWeights(name=name, kernel=histogram, bias=histogram) for name in ("hidden_1", "output")
    ]
    pixels = [[0] * 28 for _ in range(27)] + [[255] * 28]
    images = [
        NeuronImage(neuron=neuron, minimum=-width, maximum=width, pixels=pixels)
        for neuron in range(16)
    ]
    return Weights(layers=layers, images=images)


def curve() -> Curve:
    certified = certified_transmittance([400.0, 450.0, 500.0]).tolist()
    points = [
        CurvePoint(wavelength=wavelength, fitted=0.1, certified=value)
        for wavelength, value in zip((400, 450, 500), certified, strict=True)
    ]
    residual = {"transmittance": 0.3, "fitted": 0.1, "residual": 0.2, "certified_residual": 0.01}
    residuals = [
        Residual(wavelength=440, part="train", **residual),
        Residual(wavelength=460, part="test", **residual),
    ]
    return Curve(points=points, residuals=residuals)


def record(dataset: str) -> RunRecord:
    counts = [[10, 2], [0, 9]]
    wrong = WrongDigit(row=4, label=3, predicted=8, probability=0.99, pixels=[[7] * 28] * 28)
    pictures: dict[str, Any] = (
        {"confusion": [Confusion(part="test", counts=counts)], "most_wrong": [wrong]}
        if dataset == "mnist"
        else {"curve": curve()}
    )
    return RunRecord(
        layers=[],
        parameters=7,
        trainable_parameters=5,
        start=weights(0.1),
        end=weights(2),
        **pictures,
    )


def trained(service: RunningService, dataset: str = "mnist") -> str:
    """Tell of an experiment with one run for each of `LOSSES`, ended with records."""
    experiment = stories.post(service.store, repetitions=len(LOSSES), dataset=dataset)
    for losses in LOSSES:
        claim = stories.take(service.store)
        epochs = [
            EpochFigures(epoch=epoch, loss=loss, val_loss=2 * loss, gradient_norms=[0.1, 0.4])
            for epoch, loss in enumerate(losses, 1)
        ]
        service.store.claims.record(claim, epochs, stories.CHECKPOINT)
        content = record(dataset).model_dump_json()
        path = f"{experiment.id}/{claim.run_id}/1/record.json"
        sha256, size = service.artefacts.write(
            path, lambda file, text=content: file.write_text(text)
        )
        files = [StoredFile("record", path, sha256, size)]
        stories.succeed(service.store, claim, files=files)
    return experiment.id


def drawn(service: RunningService, experiment_id: str, name: str, **query: Any) -> go.Figure:
    """Return a figure, which Plotly itself has read and found right."""
    answer = service.http.get(f"/experiments/{experiment_id}/figures/{name}", params=query)
    assert answer.status_code == 200, answer.text
    return plotly.io.from_json(answer.text)


def matrix(values: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return an array that Plotly's JSON holds as bytes."""
    array = np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    shape = [int(size) for size in values["shape"].split(",")]
    return array.reshape(shape).astype(np.float64)


def refusal(service: RunningService, experiment_id: str, name: str) -> tuple[int, str]:
    answer = service.http.get(f"/experiments/{experiment_id}/figures/{name}")
    return answer.status_code, answer.json()["error"]["message"]


class TestLearningCurves:
    def test_are_means_with_a_band_of_one_deviation(self, service: RunningService) -> None:
        figure = drawn(service, trained(service), "learning-curves")
        [band, mean, _, validation] = figure.data
        expected, deviation = np.mean(LOSSES, axis=0), np.std(LOSSES, axis=0, ddof=1)
        np.testing.assert_allclose(mean.y, expected)
        np.testing.assert_allclose(band.y[:2], expected + deviation)
        np.testing.assert_allclose(band.y[:1:-1], expected - deviation)
        np.testing.assert_allclose(validation.y, 2 * expected)

    def test_on_a_logarithmic_axis_stay_above_zero(self, service: RunningService) -> None:
        figure = drawn(service, trained(service), "learning-curves", scale="log")
        assert figure.layout.yaxis.type == "log"
        assert min(figure.data[0].y) == np.min(LOSSES)

    def test_are_single_runs_on_demand(self, service: RunningService) -> None:
        figure = drawn(service, trained(service), "learning-curves", runs=True)
        training = [trace for trace in figure.data if trace.name.endswith("training")]
        assert [list(trace.y) for trace in training] == LOSSES

    def test_of_others_are_laid_over(self, service: RunningService) -> None:
        first, second = trained(service), trained(service)
        figure = drawn(service, first, "learning-curves", beside=second)
        names = {trace.name for trace in figure.data if trace.showlegend is not False}
        assert len(names) == 4
        assert any(name.startswith(second) for name in names)

    def test_before_the_first_epoch_are_empty(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        assert drawn(service, experiment.id, "learning-curves").data == ()


class TestOfARun:
    def test_gradient_norms_are_one_line_a_layer(self, service: RunningService) -> None:
        figure = drawn(service, trained(service), "gradient-norms")
        assert {trace.name: list(trace.y) for trace in figure.data} == {
            "hidden 1": [0.1, 0.1],
            "output": [0.4, 0.4],
        }
        assert figure.layout.yaxis.type == "log"

    def test_histograms_are_densities(self, service: RunningService) -> None:
        figure = drawn(service, trained(service), "weight-histograms")
        assert len(figure.data) == 8
        for trace in figure.data:
            edges, density = np.array(trace.x), np.array(trace.y)[:-1]
            assert density @ np.diff(edges) == pytest.approx(1)

    def test_first_layer_is_sixteen_images_before_and_after(self, service: RunningService) -> None:
        figure = drawn(service, trained(service), "first-layer")
        before, after = (matrix(trace.z) for trace in figure.data)
        assert before.shape == after.shape == (115, 115)
        assert np.isnan(before).sum() == 115 * 115 - 16 * 28 * 28
        assert (np.nanmin(before), np.nanmax(after)) == pytest.approx((-0.1, 2))

    def test_confusion_counts_every_answer(self, service: RunningService) -> None:
        figure = drawn(service, trained(service), "confusion")
        cells = np.nansum([matrix(trace.z) for trace in figure.data], axis=0)
        assert cells.tolist() == [[10, 2], [0, 9]]

    def test_most_wrong_says_what_was_taken_for_what(self, service: RunningService) -> None:
        figure = drawn(service, trained(service), "most-wrong")
        assert [note.text for note in figure.layout.annotations] == ["3 → 8, 99%"]

    def test_may_be_chosen(self, service: RunningService) -> None:
        experiment_id = trained(service)
        for run in stories.runs(service.store, experiment_id):
            assert drawn(service, experiment_id, "confusion", run=run.run_id).data
        answer = service.http.get(
            f"/experiments/{experiment_id}/figures/confusion", params={"run": "run_nobody"}
        )
        assert answer.status_code == 404


class TestFit:
    def test_shows_each_repetition_the_data_and_the_certified_curve(
        self, service: RunningService
    ) -> None:
        figure = drawn(service, trained(service, "eckerle4"), "fit")
        shown = [trace for trace in figure.data if trace.showlegend is not False]
        assert [trace.name for trace in shown] == [
            *("repetition 1", "repetition 2"),
            *("NIST's certified fit", "train data", "test data"),
        ]
        certified = next(trace for trace in shown if trace.name == "NIST's certified fit")
        np.testing.assert_allclose(certified.y, certified_transmittance([400.0, 450.0, 500.0]))
        assert figure.layout.title.subtitle.text == "learning_rate 0.1"

    def test_of_digits_there_is_none(self, service: RunningService) -> None:
        status, message = refusal(service, trained(service), "fit")
        assert status == 404
        assert "not on eckerle4" in message

    def test_is_there_when_a_run_has_succeeded(self, service: RunningService) -> None:
        experiment = stories.post(service.store, dataset="eckerle4")
        status, message = refusal(service, experiment.id, "fit")
        assert status == 409
        assert "has succeeded yet" in message


class TestNone:
    @pytest.mark.parametrize("name", ["learning-curves", "gradient-norms", "confusion", "fit"])
    def test_of_no_experiment(self, shared_service: RunningService, name: str) -> None:
        status, message = refusal(shared_service, "exp_nobody", name)
        assert status == 404
        assert "exp_nobody" in message

    def test_of_a_run_that_still_trains(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        status, message = refusal(service, experiment.id, "confusion")
        assert status == 409
        assert "queued" in message
