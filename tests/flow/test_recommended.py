"""The recommended entries, trained through the service as they stand."""

from fitserve import Client


class TestEckerle4:
    def test_beats_the_sheets_best_in_one_cell_without_knobs(self, client: Client) -> None:
        experiment = client.experiments.wait(
            client.experiments.create(preset="eckerle4-recommended").id, progress=False
        )
        assert experiment.status == "succeeded"
        [cell] = client.experiments.summary(experiment.id).cells
        assert (cell.config, cell.n.requested, cell.n.trained) == ({}, 3, 3)
        sheets_best = client.catalogue.retrieve("eckerle4-128-128-64").published["test_mse"]
        assert cell.figures["test_mse"].mean < sheets_best.mean
        for run in client.experiments.metrics(experiment.id).runs:
            assert [epoch.epoch for epoch in run.epochs] == list(range(1, len(run.epochs) + 1))
            assert run.verdict is not None
            assert len(run.epochs) == 1_000 or "L-BFGS-B" in str(run.verdict.evidence["stopped"])
