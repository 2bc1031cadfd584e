"""A posted spec may name an entry of the catalogue and give only what is to differ from it."""

from copy import deepcopy
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, InitErrorDetails, core_schema

from fitserve_core.catalogue.registry import CATALOGUE, unknown
from fitserve_core.spec import ExperimentSpec
from fitserve_core.spec.changes import merged


def filled_from_preset(given: Any) -> Any:
    """Return a posted spec with the fields of the entry that its `preset` names.

    Fields given beside it override the entry's; within `network` and `training` one by one, each
    as a whole; where they ask for `lbfgs`, what it does not take falls away. What names no preset
    is returned as it came: whether it is a spec is for pydantic.

    Raises:
        ValidationError: the catalogue has no such entry.
    """
    if not isinstance(given, dict) or not isinstance(given.get("preset"), str):
        return given
    if given["preset"] not in CATALOGUE:
        raise _unknown_preset(given["preset"])
    preset = deepcopy(CATALOGUE[given["preset"]].spec)
    return merged(preset, given)


class _FromPreset:
    """Fills a spec before it is validated, and lets its JSON schema do without `dataset`."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(filled_from_preset, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        named = {
            "title": "Preset",
            "type": "object",
            "required": ["preset"],
            "properties": {"preset": {"type": "string", "examples": ["mnist-B"]}},
        }
        return {"anyOf": [handler(schema), named]}


PostedSpec = Annotated[ExperimentSpec, _FromPreset()]
"""A spec, whole or as an entry of the catalogue with changes."""


def _unknown_preset(name: str) -> ValidationError:
    problem = InitErrorDetails(
        type="value_error",
        loc=("preset",),
        input=name,
        ctx={"error": ValueError(unknown(name))},
    )
    return ValidationError.from_exception_data(ExperimentSpec.__name__, [problem])
