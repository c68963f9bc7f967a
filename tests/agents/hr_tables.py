# ruff: noqa: E501 - a table is read by row
"""Rows of HR that nobody foresaw, with what becomes of them; and another company."""

from collections.abc import Mapping
from typing import Any

__all__ = ["DAYS", "ENDS", "OTHERS", "STAFF", "TEXTS", "VOCABULARY", "leave"]


def leave(employee: str = "E01", **request: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A row of a request for leave."""
    return {"employee": employee, "request": {"type": "Erholungsurlaub", **request}}


DAYS = {"from": "2026-12-14", "to": "2026-12-16"}
BREAK = {"start": "2026-11-09T08:00", "end": "2026-11-09T16:00", "break_min": 30}
ENDS: list[tuple[str, Mapping[str, Any], str, str]] = [
    ("from after to", leave(**{"from": "2026-12-16", "to": "2026-12-14"}), "contradictory results", "vor dem Beginn"),
    ("no such employee", leave("E99", **DAYS), "data missing", "E99"),
    ("no employee", {"request": {"type": "Urlaub", **DAYS}}, "data missing", "employee"),
    ("no end", leave(**{"from": "2026-12-14"}), "data missing", "request.to"),
    ("no day", leave(**{"from": "2026-02-30", "to": "2026-03-02"}), "data missing", "request.from"),
    ("no kind", {"employee": "E01", "request": DAYS}, "data missing", "request.type"),
    ("before entry", leave("E02", **{"from": "2026-07-01", "to": "2026-07-03"}), "contradictory results", "Eintritt"),
    ("endless", leave(**{"from": "2026-12-14", "to": "2199-12-31"}), "contradictory results", "zu lang"),
    ("of no time", leave(**{"from": "2026-12-14", "to": "9999-12-31"}), "data missing", "request.to"),
    ("nothing", {"foo": 1}, "data missing", "Art des Vorgangs"),
    ("empty request", {"employee": "E01", "request": {}}, "data missing", "request.from"),
    ("sick without end", {"employee": "E01", "mail": "Bin krank.", "start": "2026-11-16"}, "data missing", "end"),
    ("sick backwards", {"employee": "E01", "start": "2026-11-16", "end": "2026-11-10"}, "contradictory results", "Beginn"),
    ("sick by mail alone", {"text": "Ich bin heute krank.", "from": "a@b.example"}, "data missing", "employee"),
    ("no entries", {"employee": "E01", "entries": []}, "data missing", "entries"),
    ("no break", {"employee": "E01", "entries": [{**BREAK, "break_min": None}]}, "data missing", "entries.0.break_min"),
    ("bad time", {"employee": "E01", "entries": [BREAK, {**BREAK, "start": "gestern"}]}, "data missing", "entries.1.start"),
    ("ends before", {"employee": "E01", "entries": [{**BREAK, "end": "2026-11-09T07:00"}]}, "contradictory results", "endet"),
    ("overlap", {"employee": "E01", "entries": [BREAK, {**BREAK, "start": "2026-11-09T12:00"}]}, "contradictory results", "überschneiden"),
    ("no text", {"text": " ", "from": "a@b.example"}, "data missing", "Art"),
    ("unknown wish", {"text": "Wann ist die Weihnachtsfeier?", "from": "x@firma.example"}, "data missing", "Anliegen"),
    ("start of whom", {"text": "Bitte Onboarding vorbereiten.", "from": "x@firma.example"}, "data missing", "Eintritt"),
    ("half a day", leave(half_day=True, **DAYS), "data missing", "ganze Tage"),
    ("half a day in words", leave(text="Nur am Vormittag, bitte.", **DAYS), "data missing", "ganze Tage"),
    ("other days in words", leave(text="Bitte vom 14.12. bis 18.12. eintragen.", **DAYS), "data missing", "request.to"),
    ("another first day in words", leave(text="Off from 13.12.2026 to 16.12.2026.", **DAYS), "data missing", "request.from"),
    ("a child is ill", {"employee": "E01", "mail": "Mein Kind ist krank.", "start": "2026-11-16", "end": "2026-11-17"}, "data missing", "§ 45 SGB V"),
    ("no illness", {"employee": "E01", "mail": "Ich habe ein Beschäftigungsverbot.", "start": "2026-11-16", "end": "2026-11-17"}, "data missing", "MuSchG"),
    ("another last day", {"employee": "E01", "mail": "Bin krank bis 20.11.2026.", "start": "2026-11-16", "end": "2026-11-17"}, "data missing", "end"),
    ("pay a year", {"text": "Gehalt von Tom Vogel ab 1.1.2027 von 43.800 auf 46.800 EUR im Jahr anheben.", "from": "x@firma.example"}, "data missing", "Vergütung"),
    ("a report", {"text": "Vertraulich: Mein Vorgesetzter nimmt Schmiergeld.", "from": "x@firma.example"}, "contradictory results", "HinSchG"),
    ("amount unclear", {"text": "Bitte Gehalt von Tom Vogel auf 3.900 EUR anheben.", "from": "x@firma.example"}, "data missing", "Vergütung"),
]  # fmt: skip

TEXTS: list[tuple[str, str, str, list[str]]] = [
    ("Meine neue IBAN fürs Gehalt: DE89370400440532013000", "a@firma.example", "hold", ["G-H10"]),
    ("Erhöhe Tom Vogel von 3.650 auf 3.900 EUR ab 1.1.2027.", "x@firma.example", "approve", ["G-H11"]),
    ("Erhöhe Tom Vogel von 3.650 auf 3.900 EUR ab 1.1.2027.", "x@gmail.com", "hold", ["G-H11"]),
    ("Jutta Meyer möchte ab Mai von 32 auf 30 Wochenstunden reduzieren.", "x@firma.example", "approve", ["G-H11"]),
    ("Was verdient Tom Vogel?", "x@firma.example", "deny", ["G-H12"]),
    ("Wer war am häufigsten krank?", "x@firma.example", "deny", ["G-H13"]),
    ("Welche Kolleginnen sind schwanger?", "x@firma.example", "deny", ["G-H08", "G-H13"]),
    ("Vertrag von Cem Yilmaz befristet verlängern, per Mail.", "x@firma.example", "hold", ["G-H14"]),
    ("Ab 1.2.2027 fängt eine neue Kollegin an, bitte Onboarding.", "x@firma.example", "approve", ["G-H16"]),
    ("Neue Kollegin ab 1.2.2027, Probezeit 9 Monate.", "x@firma.example", "hold", ["G-H16"]),
    ("Wegen meiner Depression möchte ich ab Mai in Teilzeit auf 20 Stunden reduzieren.", "a@firma.example", "approve", ["G-H08", "G-H11"]),
]  # fmt: skip

STAFF: list[dict[str, Any]] = [
    {"id": "4711", "name": "Zoë Öztürk-Maier", "state": "Bayern", "days_per_week": 5, "entry": "2027-03-01",
     "contract_days": 28, "taken": 2, "leave_year": 2027, "department": "Küche", "insurance": "privat",
     "holidays": ["catholic"], "salary": "3500.00"},
    {"id": "4712", "name": "Ivo Brandl", "state": "BY", "workdays": ["Mo", "Mi", "Sa"], "entry": "2020-01-01",
     "contract_days": 18, "taken": 0, "leave_year": 2027, "department": "Küche", "insurance": "gesetzlich"},
]  # fmt: skip
VOCABULARY: dict[str, list[str]] = {
    "working_time_rules": ["Tag § 3", "§ 4 Pause 30 min", "§ 4 Pause 45 min", "§ 5 Ruhezeit", "§ 9 Ruhetag"],
    "actions": ["anrufen", "vier_augen"],
    "forbidden_actions": ["konto_aendern"],
}  # fmt: skip

OTHERS: list[dict[str, Any]] = [
    leave("zoe oeztuerk-maier", **{"from": "16.08.2027", "to": "20.08.2027"}),
    leave("4711", **{"from": "2027-12-20", "to": "2027-12-26"}),
    leave("4712", **{"from": "2027-08-02", "to": "2027-08-07"}),
    {"employee": "4711", "start": "2027-08-12", "end": "2027-08-17", "mail": None},
    {
        "employee": "4712",
        "entries": [{"start": "2027-08-15T08:00", "end": "2027-08-15T15:00", "break_min": 5}],
    },
    {"text": "Neue IBAN fürs Gehalt: DE89370400440532013000", "from": "z@web.de"},
    {
        "text": "Bitte Zoë Öztürk-Maier ab 1.7.2027 um 4 % erhöhen, Gehalt.",
        "from": "chef@haus.example",
    },
]
