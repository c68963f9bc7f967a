"""Worlds: the reference world with rows added or changed, written to a folder of its own."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.agents.paper import WORLD

Row = dict[str, Any]
LISTS = (
    "suppliers",
    "purchase_orders",
    "goods_receipts",
    "contracts",
    "posted_invoices",
    "sanctions",
)


class World:
    """The data of a company, in memory until `write`."""

    def __init__(self, source: Path = WORLD) -> None:
        self.policy: Row = json.loads((source / "policy.json").read_text("utf-8"))
        self.lists: dict[str, list[Row]] = {name: _rows(source, name) for name in LISTS}

    def supplier(self, name: str) -> Row:
        """The master record with this id."""
        return next(row for row in self.lists["suppliers"] if row["id"] == name)

    def add_supplier(self, like: str, **changes: object) -> Row:
        """A supplier like another, with changes."""
        row = {**deepcopy(self.supplier(like)), **changes}
        self.lists["suppliers"].append(row)
        return row

    def order(
        self, po: str, supplier: str, *lines: tuple[str, str, str, str], **more: object
    ) -> str:
        """An order with lines of article, name, quantity and price; all of it arrives later."""
        rows = [
            {"line": str(i), "sku": sku, "name": name, "qty": qty, "price": price}
            for i, (sku, name, qty, price) in enumerate(lines, start=1)
        ]
        head = {"po": po, "supplier": supplier, "date": "2026-10-12", "requester": "m.weber"}
        self.lists["purchase_orders"].append({**head, "lines": rows, "status": "open", **more})
        return po

    def receive(self, po: str, **quantities: str) -> None:
        """A goods receipt: `l1="12"` is twelve of line 1."""
        number = f"WE-{len(self.lists['goods_receipts']) + 20_000}"
        lines = [{"line": name[1:], "qty": qty} for name, qty in quantities.items()]
        row = {"gr": number, "po": po, "date": "2026-11-03", "lines": lines}
        self.lists["goods_receipts"].append(row)

    def posted(self, supplier: str, number: str, day: str, gross: str, **more: object) -> None:
        """An invoice in the books."""
        row = {"supplier": supplier, "number": number, "date": day, "gross": gross}
        self.lists["posted_invoices"].append({"status": "posted", **row, **more})

    def write(self, folder: Path) -> Path:
        """The folder, with the world in it."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "policy.json").write_text(json.dumps(self.policy, ensure_ascii=False), "utf-8")
        for name, rows in self.lists.items():
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (folder / f"{name}.jsonl").write_text(text, "utf-8")
        return folder


def _rows(source: Path, name: str) -> list[Row]:
    text = (source / f"{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]
