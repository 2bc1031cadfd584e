"""Short stories that tests tell of the store: an experiment posted, trained, lost."""

from sqlalchemy import update

from fitserve_core.devices import Device, DeviceKind
from fitserve_core.results import EpochFigures, Experiment, RunMetrics, Verdict
from fitserve_core.spec import ExperimentSpec
from fitserve_core.store import Checkpoint, Claim, Store, StoredFile
from fitserve_core.store.tables import run

TRAINED = Verdict(name="trained", reason="it learnt")
CHECKPOINT = Checkpoint("a/run/1/checkpoint.npz", "0" * 64)
DIVERGED = Verdict(name="diverged", reason="the loss of epoch 2 is not finite")


def spec(
    repetitions: int = 1,
    learning_rates: tuple[float, ...] = (0.1,),
    dataset: str = "mnist",
    digits: tuple[int, ...] | None = None,
    device: Device = "auto",
) -> ExperimentSpec:
    return ExperimentSpec.model_validate(
        {
            "dataset": dataset,
            "target": {"is": list(digits)} if digits else None,
            "training": {"learning_rates": list(learning_rates), "epochs": 3},
            "repetitions": repetitions,
            "device": device,
        }
    )


def post(
    store: Store,
    repetitions: int = 1,
    learning_rates: tuple[float, ...] = (0.1,),
    dataset: str = "mnist",
    digits: tuple[int, ...] | None = None,
    device: Device = "auto",
) -> Experiment:
    return store.experiments.create(spec(repetitions, learning_rates, dataset, digits, device))


def runs(store: Store, experiment_id: str) -> list[RunMetrics]:
    """Every run of an experiment with every epoch."""
    return [history.whole() for history in store.histories.of(experiment_id)]


def take(store: Store, device: DeviceKind = "cpu") -> Claim:
    claim = store.claims.take("a worker", device)
    assert claim is not None
    return claim


def figures(*epochs: int) -> list[EpochFigures]:
    return [EpochFigures(epoch=epoch, loss=1 / epoch, val_accuracy=0.9) for epoch in epochs]


def succeed(
    store: Store,
    claim: Claim,
    verdict: Verdict = TRAINED,
    val_accuracy: float | None = 0.9,
    files: list[StoredFile] | None = None,
) -> None:
    final = {"loss": 0.3, "val_loss": 0.4, "val_accuracy": val_accuracy, "test_accuracy": 0.8}
    if claim.plan.dataset == "eckerle4":
        final = {"loss": 0.002, "mse": 0.002, "test_mse": 0.003}
    if files is None:
        files = [StoredFile("onnx", f"{claim.run_id}/model.onnx", "0" * 64, 10)]
    store.claims.succeed(claim, verdict, final, files)


def train(store: Store, epochs: int = 3) -> Claim:
    """Take the next run and bring it to a good end, one epoch after the other."""
    claim = take(store)
    for epoch in range(1, epochs + 1):
        store.claims.record(claim, figures(epoch), CHECKPOINT)
    succeed(store, claim)
    return claim


def let_leases_run_out(store: Store) -> None:
    with store.database.writing() as connection:
        connection.execute(update(run).values(lease_until=1.0).where(run.c.status == "running"))
