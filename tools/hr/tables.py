"""The tables of the embedded HR system."""

from sqlalchemy import JSON, CheckConstraint, Column, Date, Integer, MetaData, String, Table

METADATA = MetaData()
EMPLOYEE = Table(
    "hr_employee",
    METADATA,
    Column("tenant", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("record", JSON, nullable=False),
)
ABSENCE = Table(
    "hr_absence",
    METADATA,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("employee", String, nullable=False),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("kind", String, nullable=False),
    Column("entered", String, nullable=False),
    CheckConstraint("kind IN ('leave', 'sick', 'other')"),
    CheckConstraint('"end" >= "start"'),
)
CHANGE = Table(
    "hr_change",
    METADATA,
    Column("tenant", String, primary_key=True),
    Column("change_no", String, primary_key=True),
    Column("record", JSON, nullable=False),
)
ENTRY = Table(
    "hr_entry",
    METADATA,
    Column("tenant", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("args", JSON, nullable=False),
    Column("entered", String, nullable=False),
)
"""What was proposed, noticed or ordered, as it was asked for."""
