"""The triggers of the embedded ERP: what no code above the database can get round."""

from collections.abc import Iterable, Mapping

from sqlalchemy import DDL, MetaData, event

_REFUSED = {
    "voucher_course": """UPDATE OF state ON erp_voucher
        WHEN OLD.state <> NEW.state
            AND NOT (OLD.state = 'draft' AND NEW.state IN ('replaced', 'discarded'))
            AND NOT (OLD.state = 'posted' AND NEW.state IN ('paid', 'reversed'))""",
    "numbers_are_gapless": """INSERT ON erp_posting
        WHEN NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM erp_posting
            WHERE tenant = NEW.tenant AND year = NEW.year)""",
    "debit_and_credit_differ": """INSERT ON erp_posting
        WHEN (SELECT coalesce(sum(amount_cents), 1) FROM erp_line
            WHERE tenant = NEW.tenant AND year = NEW.year AND number = NEW.number) <> 0""",
    "period_is_not_open": """INSERT ON erp_posting
        WHEN NOT EXISTS (SELECT 1 FROM erp_period WHERE tenant = NEW.tenant
            AND start <= NEW.day AND "end" >= NEW.day AND state = 'open')""",
    "posting_is_closed": """INSERT ON erp_line
        WHEN EXISTS (SELECT 1 FROM erp_posting
            WHERE tenant = NEW.tenant AND year = NEW.year AND number = NEW.number)""",
}


def protect(
    metadata: MetaData, append_only: Mapping[str, tuple[str, ...]], counted: Iterable[str]
) -> None:
    """Add the triggers to `metadata`.

    `append_only` names tables and the columns left free, `counted` those whose changes count up
    the tenant's revision.
    """
    for table, free in append_only.items():
        columns = metadata.tables[table].columns
        fixed = ", ".join(f'"{column.name}"' for column in columns if column.name not in free)
        _refuse(metadata, f"{table}_is_append_only", f"UPDATE OF {fixed} ON {table}")
        _refuse(metadata, f"{table}_is_kept", f"DELETE ON {table}")
    for name, when in _REFUSED.items():
        _refuse(metadata, name, when)
    for table in counted:
        for change, count in _COUNT.items():
            _create(metadata, f"{table}_counts_{change}", f"AFTER {change} ON {table}", count)


_COUNT = {
    change: f"INSERT INTO erp_revision VALUES ({row}.tenant, 1)"  # noqa: S608  fixed words
    " ON CONFLICT (tenant) DO UPDATE SET n = n + 1"
    for change, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
}


def _refuse(metadata: MetaData, name: str, when: str) -> None:
    _create(metadata, name, f"BEFORE {when}", f"SELECT RAISE(ABORT, '{name}')")


def _create(metadata: MetaData, name: str, when: str, action: str) -> None:
    trigger = f"CREATE TRIGGER IF NOT EXISTS {name} {when} BEGIN {action}; END"
    event.listen(metadata, "after_create", DDL(trigger))
