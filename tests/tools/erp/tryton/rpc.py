"""An independent client of Tryton: a person, over JSON-RPC as its own desktop client speaks it."""

import base64
import datetime as dt
from decimal import Decimal
from typing import Any, Self, cast

import httpx

Row = dict[str, Any]


def encode(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A value as Tryton's JSON has it."""
    if isinstance(value, dict):
        return {k: encode(v) for k, v in cast("Row", value).items()}
    if isinstance(value, list | tuple):
        return [encode(v) for v in cast("list[Any]", value)]
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, dt.date):
        own = {"year": value.year, "month": value.month, "day": value.day}
        return {"__class__": "date", **own}
    return value


def decode(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The value of Tryton's JSON."""
    if isinstance(value, list):
        return [decode(v) for v in cast("list[Any]", value)]
    return _object(cast("Row", value)) if isinstance(value, dict) else value


def _object(value: Row) -> Any:  # noqa: ANN401 - any JSON
    if value.get("__class__") == "Decimal":
        return Decimal(value["decimal"])
    if value.get("__class__") == "date":
        return dt.date(value["year"], value["month"], value["day"])
    return {k: decode(v) for k, v in value.items()}


class Person:
    """Somebody at Tryton's own client. Closes with its block."""

    def __init__(self, url: str, database: str, login: str, password: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/{database}", timeout=120, trust_env=False)
        self._context: Row = {}
        user, token, *_ = self._ask("common.db.login", login, {"password": password}, "en")
        session = base64.b64encode(f"{login}:{user}:{token}".encode()).decode()
        self._http.headers["Authorization"] = f"Session {session}"
        self.reload()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def reload(self) -> None:
        """Take over what the user prefers now, its company above all."""
        self._context = {}
        self._context = self.call("res.user", "get_preferences", True)  # noqa: FBT003

    def call(self, model: str, method: str, *args: object, kind: str = "model") -> Any:  # noqa: ANN401
        """What a method of a model answers."""
        return self._ask(f"{kind}.{model}.{method}", *args, self._context)

    def create(self, model: str, **values: object) -> int:
        """A new record; its id."""
        return self.call(model, "create", [values])[0]

    def write(self, model: str, record: int, **values: object) -> None:
        """A record with other values."""
        self.call(model, "write", [record], values)

    def read(self, model: str, domain: list[Any], *fields: str) -> list[Row]:
        """Records, oldest first."""
        return self.call(model, "search_read", domain, 0, None, [["id", "ASC"]], ["id", *fields])

    def one(self, model: str, *domain: list[Any]) -> int:
        """The id of the first record that a domain describes."""
        return self.call(model, "search", list(domain), 0, 1, [["id", "ASC"]])[0]

    def press(self, model: str, record: int, button: str) -> None:
        """Press a button."""
        self.call(model, button, [record])

    def _ask(self, method: str, *params: object) -> Any:  # noqa: ANN401
        body = {"id": 1, "method": method, "params": encode(list(params))}
        answer = self._http.post("/rpc/", json=body).raise_for_status().json()
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}"[:2000])
        return decode(answer["result"])
