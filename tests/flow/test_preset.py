"""From an entry of the catalogue to a trained network beside the sheet's figure."""

from fitserve import Client


def test_an_entry_trains_as_the_sheet_had_it(client: Client) -> None:
    entry = client.catalogue.retrieve("eckerle4-128-128-64-again")
    posted = client.experiments.create(preset=entry.id, repetitions=2)
    experiment = client.experiments.wait(posted.id, progress=False)
    assert (experiment.status, experiment.spec.preset) == ("succeeded", entry.id)
    assert (experiment.name, experiment.spec.scaling) == (entry.title, "full")
    [cell] = client.experiments.summary(experiment.id).cells
    assert (cell.n.requested, cell.n.trained) == (2, 2)
    # Published and measured go by the same names, so that they stand side by side.
    assert cell.figures.keys() >= entry.published.keys() >= set(entry.deciding_figures)
    # The sheet's mean is 3.2e-3; a network that answers one value for all gets 0.1.
    assert entry.published["test_mse"].mean < 0.01
    assert cell.figures["test_mse"].mean < 0.03
