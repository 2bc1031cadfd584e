"""Looking ahead: what a spec would train."""

from fitserve_core.results import EpochFigures
from fitserve_core.spec import ExperimentSpec
from fitserve_core.store import Store
from support import stories


def spec(**fields: object) -> ExperimentSpec:
    return ExperimentSpec.model_validate({"dataset": "mnist", **fields})


class TestForecast:
    def test_counts_cells_runs_epochs_and_parameters(self, store: Store) -> None:
        grid = {"network.hidden_layers": [[100], [50]], "training.learning_rates": [0.1, 0.2]}
        forecast = store.forecasts.forecast(spec(grid=grid, repetitions=3), slots=2)
        assert (forecast.cells, forecast.runs, forecast.epochs) == (4, 12, 120)
        assert forecast.parameters == [39_760, 79_510]
        assert store.experiments.page(limit=9) == ([], False)

    def test_counts_folds_as_runs(self, store: Store) -> None:
        folds = ExperimentSpec.model_validate({"dataset": "eckerle4", "split": {"folds": 7}})
        assert store.forecasts.forecast(folds, slots=2).runs == 28

    def test_is_measured_where_the_same_program_was_timed(self, store: Store) -> None:
        guessed = store.forecasts.forecast(stories.spec(), slots=1)
        stories.post(store)
        claim = stories.take(store)
        timed = [EpochFigures(epoch=epoch, loss=1.0, seconds=7.0) for epoch in (1, 2, 3)]
        store.claims.record(claim, timed, stories.CHECKPOINT)
        stories.succeed(store, claim)
        measured = store.forecasts.forecast(stories.spec(), slots=1)
        assert (guessed.basis, measured.basis) == ("rule of thumb", "measured")
        assert 21 <= measured.seconds <= 25

    def test_more_slots_take_less_time_but_no_less_than_a_run(self, store: Store) -> None:
        times = [store.forecasts.forecast(spec(repetitions=4), n).seconds for n in (1, 2, 4, 8)]
        assert times[0] == 2 * times[1] == 4 * times[2] == 4 * times[3]

    def test_repetitions_that_follow_each_other_take_as_long_on_any_slots(
        self, store: Store
    ) -> None:
        chain = spec(repetitions=4, warm_start="previous_repetition")
        times = [store.forecasts.forecast(chain, slots).seconds for slots in (1, 4)]
        assert times[0] == times[1]

    def test_wider_networks_take_longer(self, store: Store) -> None:
        def seconds(width: int) -> float:
            wide = spec(network={"hidden_layers": [width]})
            return store.forecasts.forecast(wide, slots=1).seconds

        assert seconds(10) < seconds(100) < seconds(1_000)

    def test_tells_the_place_in_the_queue(self, store: Store) -> None:
        first, second = stories.post(store), stories.post(store)
        assert store.forecasts.forecast(spec(), slots=1).queue_place == 3
        assert store.experiments.get(second.id).queue_place == 2
        stories.take(store)
        assert store.experiments.get(first.id).queue_place is None
        assert store.experiments.get(second.id).queue_place == 1
