"""What OpenTelemetry's exporter sent, read as a collector reads it."""

from dataclasses import dataclass

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from support.receivers import Receiver


@dataclass(frozen=True)
class Span:
    """One span; ids as hexadecimal digits."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, str]


def spans(receiver: Receiver) -> list[Span]:
    return [
        Span(
            service=_texts(of_process.resource.attributes)["service.name"],
            name=span.name,
            trace=span.trace_id.hex(),
            id=span.span_id.hex(),
            parent=span.parent_span_id.hex(),
            attributes=_texts(span.attributes),
        )
        for one in [*receiver.received]
        if one.path == "/v1/traces"
        for of_process in ExportTraceServiceRequest.FromString(one.body).resource_spans
        for scoped in of_process.scope_spans
        for span in scoped.spans
    ]


def _texts(attributes: object) -> dict[str, str]:
    return {
        one.key: one.value.string_value or str(one.value.int_value)
        for one in attributes  # type: ignore[attr-defined]
    }
