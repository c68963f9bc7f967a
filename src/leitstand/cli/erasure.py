"""`leitstand case erase` and `case erased`: asked for here, signed like any action, then proven."""

from typing import Annotated

import typer

from leitstand.cli.case import find_case
from leitstand.cli.command import Place, command
from leitstand.cli.options import CaseName
from leitstand.cli.rows import print_rows
from leitstand.cli.session import signer_of
from leitstand.errors import UsageRefused
from leitstand.inbox import row_of
from leitstand.store.erasure import erasure_of
from leitstand.store.verify import verify


@command("person", "state", "lang")
async def erase(
    place: Place,
    name: CaseName,
    *,
    basis: Annotated[str, typer.Option(help="On which basis: a word of policies/erasure.toml.")],
) -> None:
    """Ask for a closed case to be erased, or restricted while it must be kept; another signs."""
    async with place.opened() as leitstand:
        who = (await signer_of(leitstand, place.person)).person.id
        given = {"case": await find_case(leitstand, name), "basis": basis}
        roles = [
            r.name
            for r in leitstand.project.roles.values()
            if "case.erase" in {t.name for t in r.tools}
        ]
        if not roles:
            mend = "name a role with the tool `case.erase` in the project's table"
            raise UsageRefused("no role of this project erases cases", mend=mend)
        title = place.texts.say("erased.title", case=given["case"])
        started = {"tenant": leitstand.tenant, "requester": who, "title": title}
        case = await leitstand.runtime.start(roles[0], given, **started)
        await leitstand.runtime.run_until_idle()
        row = await row_of(leitstand, case, title)
    place.emit(row.flat(), lambda: print_rows([row], place.texts))


@command("state", "lang")
async def erased(
    place: Place,
    receipt: Annotated[str, typer.Argument(help="The receipt of an erasure, or the case's ULID.")],
) -> int:
    """Prove an erasure: its record, the chain that holds it, and what lies outside; 1 if not."""
    async with place.opened(write=False) as leitstand:
        ulid = receipt.partition("-")[0].upper()
        record = await erasure_of(leitstand.store, ulid)
        if record is None or receipt.lower() not in (ulid.lower(), record["receipt"].lower()):
            raise UsageRefused(f"`{receipt}` is the receipt of no erasure", where=ulid)
        report = await verify(leitstand.store, leitstand.seal.file, leitstand.seal.trusted)
    faults = [str(fault) for fault in report.faults if fault.where == ulid]
    outside = place.texts.known("erased.outside").split("|")
    said = {"by": ", ".join(record["signed"]), "asked": record["asked"], "at": record["at"]}
    line = place.texts.say("erased.record", case=ulid, basis=record["basis"], **said)
    rows = [record["receipt"], line, *faults, place.texts.known("erased.lies"), *outside]
    data = {**record, "erased": ulid, "sound": not faults, "outside": outside}
    place.emit(data, lambda: typer.echo("\n".join(rows)))
    return int(bool(faults))
