"""Traces for OpenTelemetry: off, and nothing of it imported here, unless OTEL_* asks for them."""

import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

log = logging.getLogger(__name__)

Carrier = Mapping[str, str]
Kind = Literal["INTERNAL", "PRODUCER", "CONSUMER"]

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# What it may cost to stop while nobody takes the spans.
FLUSH_SECONDS = 2.0

_provider: "TracerProvider | None" = None


def start(service: str) -> None:
    """Trace this process from now on, if OpenTelemetry's environment variables ask for it.

    Args:
        service: what the process is called, unless `OTEL_SERVICE_NAME` says something else.
    """
    global _provider  # noqa: PLW0603 - a process has one, as OpenTelemetry has it
    if _provider is not None or not asked_for():
        return
    try:
        _provider = _new_provider(service)
    except ModuleNotFoundError as error:
        log.warning(
            "OTEL_* asks for traces, which need %s; pip install 'fitserve[telemetry]'", error.name
        )


def stop() -> None:
    """Send what was traced and not yet sent; give up soon where nobody takes it."""
    global _provider  # noqa: PLW0603
    if _provider is not None:
        # By a thread that ends with the process: the exporter's own patience outlasts any limit.
        flushing = threading.Thread(target=_provider.force_flush, daemon=True)
        flushing.start()
        flushing.join(FLUSH_SECONDS)
    _provider = None


def carrier() -> dict[str, str] | None:
    """Return the present span as W3C Trace Context's headers; None where nothing is traced."""
    if _provider is None:
        return None
    from opentelemetry import propagate  # noqa: PLC0415 - an extra's

    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers or None


def headers_of(message: object) -> dict[str, str] | None:
    """Return the span that a message was sent in, from its attributes; None for none."""
    found = {name: getattr(message, name, None) for name in ("traceparent", "tracestate")}
    return {name: value for name, value in found.items() if isinstance(value, str)} or None


@contextmanager
def span(
    name: str,
    *,
    within: Carrier | None = None,
    kind: Kind = "INTERNAL",
    alone: bool = True,
    **attributes: str | int,
) -> Iterator[None]:
    """Trace what is done in the context; an exception that leaves it marks the span as failed.

    Args:
        name: what is done.
        within: the span that this belongs to, as `carrier` gave it; the present one if None.
        kind: whether a message is sent or taken.
        alone: begin a trace where there is no span to belong to; else trace nothing then.
        attributes: what is known of it, under `fitserve.` and the name, `__` being a dot.
    """
    if _provider is None or not (within or alone):
        yield
        return
    from opentelemetry import propagate, trace  # noqa: PLC0415 - an extra's

    tracer = _provider.get_tracer("fitserve")
    context = propagate.extract(within) if within else None
    with tracer.start_as_current_span(
        name,
        context=context,
        kind=trace.SpanKind[kind],
        attributes={
            f"fitserve.{name.replace('__', '.')}": value for name, value in attributes.items()
        },
    ):
        yield


def asked_for() -> bool:
    """Return whether OpenTelemetry's environment variables ask for traces."""
    environment = os.environ
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").lower()
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or exporter == "none":
        return False
    return exporter == "otlp" or any(environment.get(name) for name in ENDPOINTS)


def _new_provider(service: str) -> Any:
    from opentelemetry import trace  # noqa: PLC0415 - an extra's
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    named = SERVICE_NAME in OTELResourceDetector().detect().attributes
    provider = TracerProvider(
        resource=Resource.create({} if named else {SERVICE_NAME: service}), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    # FastAPI traces requests by the global one.
    trace.set_tracer_provider(provider)
    return provider
