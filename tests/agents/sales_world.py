"""A second company: other goods, prices, words, priorities; nothing of it is known to any code."""

import json
from collections.abc import Mapping
from pathlib import Path

PRODUCTS: tuple[Mapping[str, object], ...] = (
    {"sku": "100234", "name": "Kugellager 6204", "price": "8.75"},
    {"sku": "100235", "name": "Kugellager 6205", "price": "9.10"},
    {"sku": "HT500", "name": "Elektrischer Hubtisch 500 kg", "price": "2390.00"},
    {"sku": "HT1000", "name": "Elektrischer Hubtisch 1000 kg", "price": "3190.00"},
    {"sku": "KZ12", "name": "Kettenzug KZ-12", "price": "640.50"},
    {
        "sku": "KZ12E",
        "name": "Kettenzug KZ-12 explosionsgeschützt",
        "price": "1240.50",
        "export_control": "2A226",
    },
    {"sku": "S-STD", "name": "Techniker (Stunde)", "price": "112.00"},
    {"sku": "WV-1", "name": "Inspektionsvertrag, Jahr", "price": "480.00"},
    {
        "sku": "OEL5",
        "name": "Hydrauliköl HLP 46, 5 l",
        "price": "31.20",
        "aliases": ["Hydraulikflüssigkeit"],
    },
)
RULES = {
    "vat": "20",
    "valid_days": 14,
    "quantity_discounts": [{"sku_prefix": "1002", "min_qty": 100, "pct": "12.5"}],
    "customer_discounts": {"K-77": "2.5"},
    "max_discount_without_approval_pct": "15",
    "freight": {"flat": "49.90", "free_from_net": "750.00"},
}
VOCABULARY = {
    "categories": {
        "panne": "werkstatt",
        "ersatzteile": "teilelager",
        "unterlagen": "technik_doku",
        "instandhaltung": "serviceplanung",
        "arbeitssicherheit": "sifa",
        "rechnungsreklamation": "debitoren",
        "versand": "logistik",
        "vertrieb": "verkauf",
    },
    "priorities": {"kritisch": "", "hoch": "", "normal": "", "gering": ""},
}
CUSTOMERS: tuple[Mapping[str, object], ...] = (
    {"id": "K-77", "name": "Steirische Hebetechnik", "credit_limit": "6378.84", "open": "0"},
    {"id": "K-78", "name": "Gesperrt AG", "credit_limit": "10000", "status": "blocked"},
)
MACHINES: tuple[Mapping[str, object], ...] = ({"serial": "HT-2019-0007", "sku": "HT500"},)


def write_world(folder: Path) -> Path:
    """The company's files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {"sales_lead": ["vertriebschef"], "quote_approvals": {"approve": "vertriebschef"}}
    for name, data in (("price_rules", RULES), ("vocabulary", VOCABULARY), ("sales", own)):
        (folder / f"{name}.json").write_text(json.dumps(data), "utf-8")
    tables = {
        "products": PRODUCTS,
        "customers": CUSTOMERS,
        "installed_base": MACHINES,
    }
    for name, rows in tables.items():
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{name}.jsonl").write_text(text, "utf-8")
    return folder
