"""YAML files as data, with the line that each part stands in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import orjson
import yaml
from pydantic import BaseModel, ValidationError
from yaml.error import MarkedYAMLError

from leitstand.errors import SuiteRefused
from leitstand.values import faults_of

T = TypeVar("T", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice: YAML would silently take the last."""

    def construct_mapping(self, node: Any, deep: Any = False) -> dict[Any, Any]:  # noqa: ANN401, FBT002 - yaml's own
        seen = set[object]()
        for key, _ in node.value:
            if key.value in seen:
                raise MarkedYAMLError(problem=f"`{key.value}` twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(file: Path, form: type[T]) -> T:
    """The record in a YAML file. Raises SuiteRefused with file and line of what is wrong."""
    node: yaml.Node | None = None
    try:
        loader: Any = _Loader(file.read_text("utf-8"))
        node = loader.get_single_node()
        data = loader.construct_document(node) if node else None
        return form.model_validate_json(orjson.dumps(data))
    except (OSError, UnicodeDecodeError, TypeError) as error:
        raise SuiteRefused(f"cannot be read: {error}", where=str(file)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        text = getattr(error, "problem", None) or str(error)
        raise SuiteRefused(f"no YAML: {text}", where=_place(file, mark)) from error
    except ValidationError as error:
        where = _place(file, _mark(node, error.errors()[0]["loc"]))
        raise SuiteRefused(faults_of(error), where=where) from error


def _mark(node: yaml.Node | None, path: Sequence[str | int]) -> Any:  # noqa: ANN401 - a yaml.Mark
    """Where a value stands, or the nearest part around it that is there."""
    mark = node.start_mark if node else None
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next((p for p in node.value if p[0].value == part), None)
            if pair is None:
                return mark
            mark, node = pair[0].start_mark, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = cast("yaml.Node", node.value[part])
            mark = node.start_mark
    return mark


def _place(file: Path, mark: Any) -> str:  # noqa: ANN401 - a yaml.Mark
    return f"{file}:{mark.line + 1}" if mark else str(file)
