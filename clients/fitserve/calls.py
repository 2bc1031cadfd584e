"""What goes over the wire, one pure function a call; nothing here sends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from pydantic_core import to_json

from fitserve.instances import batch
from fitserve_core.spec import ExperimentSpec


@dataclass(frozen=True)
class Call:
    """One request, independent of whether it is sent synchronously.

    Attributes:
        replayable: sending it twice does no more than sending it once and answers the same.
    """

    method: str
    path: str
    params: dict[str, str | int | list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    replayable: bool = True


def create_experiment(spec: Any, idempotency_key: str) -> Call:
    """Post a spec; the key makes it the same experiment however often it is sent."""
    return _post("/experiments", spec, {"Idempotency-Key": idempotency_key})


def forecast(spec: Any) -> Call:
    """Ask what a spec would train."""
    return replace(_post("/experiments", spec), params={"dry_run": "true"})


def clone_experiment(experiment_id: str, changes: Any, idempotency_key: str) -> Call:
    """Post an experiment's spec again, with changes."""
    path = _path("experiments", experiment_id, "clone")
    return _post(path, changes, {"Idempotency-Key": idempotency_key})


def extend_experiment(experiment_id: str, extension: Any) -> Call:
    """Ask for more runs; a second time adds nothing."""
    return _post(_path("experiments", experiment_id, "extend"), extension)


def describe_experiment(experiment_id: str, description: Any) -> Call:
    """Change what an experiment says for people; a second time changes nothing."""
    return replace(_post(_path("experiments", experiment_id), description), method="PATCH")


def spec_of(spec: Mapping[str, Any] | ExperimentSpec | None, fields: dict[str, Any]) -> Any:
    """Return the one spec that was given, as a mapping or as fields.

    Raises:
        TypeError: both were given, or neither.
    """
    if spec is not None and fields:
        raise TypeError(
            f"give a spec or its fields, not both; received a spec and {', '.join(sorted(fields))}"
        )
    if spec is None and not fields:
        raise TypeError("give a spec or its fields, such as dataset='mnist'; received neither")
    return fields if spec is None else spec


def experiment(experiment_id: str) -> Call:
    """Ask where an experiment stands."""
    return _get("experiments", experiment_id)


def experiments(
    limit: int, after: str | None, status: str | None, dataset: str | None, tag: str | None
) -> Call:
    """Ask for one page of experiments, newest first."""
    given = {"limit": limit, "after": after, "status": status, "dataset": dataset, "tag": tag}
    return Call("GET", "/experiments", params={k: v for k, v in given.items() if v is not None})


def experiment_metrics(experiment_id: str) -> Call:
    """Ask for the figures of every run and epoch."""
    return _get("experiments", experiment_id, "metrics")


def experiment_summary(experiment_id: str) -> Call:
    """Ask for mean and standard deviation of every cell."""
    return _get("experiments", experiment_id, "summary")


def run_record(experiment_id: str, run_id: str) -> Call:
    """Ask what a finished run shows beyond its figures."""
    return _get("experiments", experiment_id, "runs", run_id, "record")


def experiment_figure(experiment_id: str, name: str, options: Mapping[str, Any]) -> Call:
    """Ask for a figure, drawn with options of its own."""
    given = {
        key: str(value).lower() if isinstance(value, bool) else value
        for key, value in options.items()
        if value is not None
    }
    return replace(_get("experiments", experiment_id, "figures", name), params=given)


def experiment_events(experiment_id: str, last_event_id: str | None) -> Call:
    """Ask for the live stream of events behind the last one seen."""
    headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
    if last_event_id is not None:
        headers["Last-Event-ID"] = last_event_id
    return Call("GET", _path("experiments", experiment_id, "events"), headers=headers)


def export_experiment(experiment_id: str, file_format: str) -> Call:
    """Ask for an experiment's figures in another program's form."""
    return replace(_get("experiments", experiment_id, "export"), params={"format": file_format})


def cancel_experiment(experiment_id: str) -> Call:
    """Cancel; a second time changes nothing."""
    return Call("POST", _path("experiments", experiment_id, "cancel"))


def delete_experiment(experiment_id: str) -> Call:
    """Delete; a second time would answer 404, so it is not replayable."""
    return Call("DELETE", _path("experiments", experiment_id), replayable=False)


def models() -> Call:
    """Ask for every kept model."""
    return _get("models")


def model(name: str) -> Call:
    """Ask for one kept model."""
    return _get("models", name)


def model_file(name: str, file_format: str) -> Call:
    """Ask for the file of a kept model."""
    return Call("GET", _path("models", name, "file"), params={"format": file_format})


def model_versions(name: str) -> Call:
    """Ask for the versions of a model's name, newest first."""
    return _get("models", name, "versions")


def set_label(name: str, label: str, version: int) -> Call:
    """Let a label stand for a version; a second time changes nothing."""
    return replace(
        _post(_path("models", name, "labels", label), {"version": version}), method="PUT"
    )


def remove_label(name: str, label: str) -> Call:
    """Take a label away; one that is not there is no error."""
    return Call("DELETE", _path("models", name, "labels", label))


def predict(instances: Any, name: str, *, spread: bool) -> Call:
    """Ask for predictions; nothing changes by asking, so it is replayable."""
    asked = {"spread": True} if spread else {}
    return _post("/predict", {"model": name, "instances": batch(instances), **asked})


def explain_backpropagation(request: Any) -> Call:
    """Ask for one step of gradient descent, explained."""
    return _post("/explain/backpropagation", request)


def catalogue() -> Call:
    """Ask for every entry of the catalogue."""
    return _get("catalogue")


def catalogue_entry(entry_id: str) -> Call:
    """Ask for one entry of the catalogue."""
    return _get("catalogue", entry_id)


def datasets() -> Call:
    """Ask for every data set."""
    return _get("datasets")


def dataset(name: str) -> Call:
    """Ask for one data set with some of its rows."""
    return _get("datasets", name)


def create_webhook(url: str, events: Sequence[str] | None) -> Call:
    """Ask for a new webhook; a second time would make a second one."""
    body = {"url": url} if events is None else {"url": url, "events": list(events)}
    return replace(_post("/webhooks", body), replayable=False)


def webhooks() -> Call:
    """Ask for every webhook."""
    return _get("webhooks")


def webhook(webhook_id: str) -> Call:
    """Ask for one webhook."""
    return _get("webhooks", webhook_id)


def delete_webhook(webhook_id: str) -> Call:
    """Delete; a second time would answer 404, so it is not replayable."""
    return Call("DELETE", _path("webhooks", webhook_id), replayable=False)


def test_webhook(webhook_id: str) -> Call:
    """Ask for a message that tells of no experiment; twice would be two."""
    return Call("POST", _path("webhooks", webhook_id, "test"), replayable=False)


def deliveries(webhook_id: str, limit: int, after: str | None) -> Call:
    """Ask for one page of a webhook's messages, newest first."""
    params: dict[str, str | int | list[str]] = {"limit": limit}
    if after is not None:
        params["after"] = after
    return replace(_get("webhooks", webhook_id, "deliveries"), params=params)


def readiness() -> Call:
    """Ask whether the service and its parts work."""
    return _get("readyz")


def _get(*segments: str) -> Call:
    return Call("GET", _path(*segments))


def _post(path: str, value: Any, headers: Mapping[str, str] | None = None) -> Call:
    return Call(
        "POST",
        path,
        headers={"Content-Type": "application/json", **(headers or {})},
        body=_json(value),
    )


def _path(*segments: str) -> str:
    return "".join(f"/{quote(segment, safe='')}" for segment in segments)


def _json(value: Any) -> bytes:
    # NaN goes out as written: whether it is acceptable is the service's to say.
    return to_json(value, inf_nan_mode="constants", fallback=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(
        f"{type(value).__name__} cannot be sent; give numbers, text, lists, mappings or arrays"
    )
