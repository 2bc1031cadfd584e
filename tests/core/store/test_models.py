"""What a model's name means."""

import pytest

from fitserve_core.errors import ConflictError, NotFoundError
from fitserve_core.spec import ExperimentSpec, Target
from fitserve_core.store import Store
from support import stories

ECKERLE4 = {"dataset": "eckerle4", "repetitions": 1}


class TestResolve:
    def test_dataset_stands_for_its_best_kept_model(self, store: Store) -> None:
        for val_accuracy in (0.91, 0.95, 0.93):
            stories.post(store)
            stories.succeed(store, stories.take(store), val_accuracy=val_accuracy)
        served = store.models.resolve("mnist")
        assert (served.figure, served.value) == ("val_accuracy", 0.95)
        assert store.models.names() == ["mnist"]

    def test_validated_model_goes_before_one_that_only_knows_its_training_rows(
        self, store: Store
    ) -> None:
        kept = []
        for final in ({"val_mse": 5e-4, "mse": 4e-4}, {"mse": 1e-6}):
            store.experiments.create(ExperimentSpec.model_validate(ECKERLE4))
            claim = stories.take(store)
            store.claims.succeed(claim, stories.TRAINED, final, [])
            kept.append(claim.run_id)
        assert store.models.resolve("eckerle4").run_id == kept[0]

    def test_name_with_a_target_stands_for_the_best_model_of_that_target(
        self, store: Store
    ) -> None:
        kept = {}
        for digits, val_accuracy in (((3,), 0.96), ((1, 3), 0.99), ((3,), 0.97), (None, 0.91)):
            stories.post(store, digits=digits)
            claim = stories.take(store)
            stories.succeed(store, claim, val_accuracy=val_accuracy)
            kept[val_accuracy] = claim.run_id
        served = {name: store.models.resolve(name) for name in store.models.names()}
        assert {name: model.run_id for name, model in served.items()} == {
            "mnist": kept[0.91],
            "mnist-is-1-3": kept[0.99],
            "mnist-is-3": kept[0.97],
        }
        assert served["mnist"].target is None
        assert served["mnist-is-1-3"].target == Target.model_validate({"is": [1, 3]})
        assert served["mnist-is-3"].dataset == "mnist"

    def test_experiment_and_run_know_their_target(self, store: Store) -> None:
        experiment = stories.post(store, digits=(3,))
        claim = stories.take(store)
        stories.succeed(store, claim)
        for name in (experiment.id, claim.run_id):
            info = store.models.resolve(name).info
            assert (info.task, info.outputs) == ("binary_classification", 1)

    def test_experiment_stands_for_its_kept_model(self, store: Store) -> None:
        experiment = stories.post(store)
        claim = stories.take(store)
        stories.succeed(store, claim)
        assert store.models.resolve(experiment.id).run_id == claim.run_id

    def test_run_stands_for_itself(self, store: Store) -> None:
        stories.post(store, repetitions=2)
        claim = stories.take(store)
        stories.succeed(store, claim)
        served = store.models.resolve(claim.run_id)
        assert (served.run_id, served.figure) == (claim.run_id, None)
        assert served.files["onnx"].sha256 == "0" * 64

    @pytest.mark.parametrize("name", ["mnist", "eckerle4", "mnist-is-3"])
    def test_name_without_a_model_tells_what_to_do(self, store: Store, name: str) -> None:
        stories.post(store, digits=(4,))
        stories.succeed(store, stories.take(store))
        with pytest.raises(ConflictError, match=f"no model '{name}' is kept yet; post an exp"):
            store.models.resolve(name)

    def test_unfinished_experiment_tells_what_to_wait_for(self, store: Store) -> None:
        experiment = stories.post(store)
        with pytest.raises(ConflictError, match="is queued; wait until its status is succeeded"):
            store.models.resolve(experiment.id)

    def test_experiment_without_a_trained_run_tells_its_verdicts(self, store: Store) -> None:
        experiment = stories.post(store)
        stories.succeed(store, stories.take(store), stories.DIVERGED, val_accuracy=None)
        with pytest.raises(ConflictError, match="the loss of epoch 2 is not finite"):
            store.models.resolve(experiment.id)

    def test_unfinished_run_is_refused(self, store: Store) -> None:
        stories.post(store)
        claim = stories.take(store)
        with pytest.raises(ConflictError, match="it is running"):
            store.models.resolve(claim.run_id)

    @pytest.mark.parametrize("name", ["exp_nobody", "run_nobody", "cifar"])
    def test_unknown_name_is_refused(self, store: Store, name: str) -> None:
        with pytest.raises(NotFoundError, match=name):
            store.models.resolve(name)

    def test_unknown_name_is_told_the_known_ones(self, store: Store) -> None:
        stories.post(store, digits=(3,))
        stories.succeed(store, stories.take(store))
        with pytest.raises(NotFoundError, match=r"\(mnist, eckerle4, mnist-is-3\)"):
            store.models.resolve("mnist-is-threes")

    def test_of_many_known_names_a_few_are_told(self, store: Store) -> None:
        for first in range(3):
            for second in range(first + 1, 10):
                stories.post(store, digits=(first, second))
                stories.succeed(store, stories.take(store))
        with pytest.raises(NotFoundError, match=r"mnist-is-1-9, mnist-is-2-3, 6 more\), an exp"):
            store.models.resolve("cifar")
