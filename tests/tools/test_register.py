"""The register: rows of lists, entries once a key, and bad data that say where they are."""

from collections.abc import AsyncGenerator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leitstand.clock import SystemClock
from leitstand.errors import Contradiction, Missing
from leitstand.inbox import texts_of
from leitstand.values import Frozen, Text
from tools.register import Register, connect, disconnect, limits
from tools.rows import WorldRefused


class Car(Frozen):
    """A car of the pool."""

    plate: Text
    seats: int
    note: Text = ""


class Trip(Frozen):
    """A trip, with what JSON has no type for."""

    no: Text
    first: date
    rate: Decimal
    stops: tuple[Text, ...]
    n: int


ROWS = """\
{"plate": "HB-LS 1", "seats": 5, "colour": "red"}

{"plate": "HB-LS 2", "seats": "five"}
{"plate": "HB-LS 3", "seats": 2, "note": null}
{"plate": "HB-LS 4", "seats": 2}
{"plate": "HB-LS 4", "seats": 4}
"""


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A company with a list of cars."""
    folder = tmp_path / "world"
    folder.mkdir()
    (folder / "cars.jsonl").write_text(ROWS, "utf-8")
    return folder


@pytest.fixture
async def register(tmp_path: Path, world: Path) -> AsyncGenerator[Register]:
    """Its register."""
    connections = await connect(tmp_path, world, "pool", SystemClock())
    adapter = connections[0].adapter
    assert isinstance(adapter, Register)
    yield adapter
    disconnect(connections)


async def test_a_row_is_found_by_its_columns(register: Register) -> None:
    """Columns that the model does not know are left, empty ones go to their defaults."""
    assert await register.row("cars", Car, plate="HB-LS 1") == Car(plate="HB-LS 1", seats=5)
    assert (await register.row("cars", Car, plate="HB-LS 3")).note == ""


async def test_a_row_is_read_as_the_json_that_it_is(tmp_path: Path) -> None:
    """Days, exact numbers, lists have no other form in a file; a text is no number even so."""
    world = tmp_path / "world"
    world.mkdir()
    (world / "trips.jsonl").write_text(
        '{"no": "T-1", "first": "2026-11-02", "rate": 1.1, "stops": ["Bremen"], "n": 2}\n'
        '{"no": "T-2", "first": "2026-11-02", "rate": 1.1, "stops": [], "n": "2"}\n',
        "utf-8",
    )
    connections = await connect(tmp_path, world, "pool", SystemClock())
    trips = connections[0].adapter
    assert isinstance(trips, Register)
    found = await trips.row("trips", Trip, no="T-1")
    assert found == Trip(
        no="T-1", first=date(2026, 11, 2), rate=Decimal("1.1"), stops=("Bremen",), n=2
    )
    with pytest.raises(Missing, match="`n`"):
        await trips.row("trips", Trip, no="T-2")
    disconnect(connections)


@pytest.mark.parametrize(
    ("name", "plate", "words"),
    [
        ("cars", "HB-LS 9", "no row with plate HB-LS 9"),
        ("bikes", "HB-LS 1", "no list `bikes`"),
        ("cars", "HB-LS 2", "seats"),
    ],
)
async def test_what_is_not_there_is_missing(
    register: Register, name: str, plate: str, words: str
) -> None:
    """No list, no row, or a row that cannot be used: each says so, and none is guessed."""
    with pytest.raises(Missing, match=words):
        await register.row(name, Car, plate=plate)


async def test_a_row_that_cannot_be_used_is_told_in_german(register: Register, root: Path) -> None:
    """Column by column, also what is wrong with it: whoever mends the list reads German."""
    with pytest.raises(Missing) as missing:
        await register.row("cars", Car, plate="HB-LS 2")
    said = texts_of("de", root / "tools" / "texts").told(missing.value.text)
    assert said.endswith("ist nicht zu gebrauchen: seats: muss eine ganze Zahl sein")


async def test_two_rows_contradict_each_other(register: Register) -> None:
    """Which of them holds is not ours to guess."""
    with pytest.raises(Contradiction, match="2 rows"):
        await register.row("cars", Car, plate="HB-LS 4")


async def test_an_entry_is_made_once_a_key(register: Register) -> None:
    """The same key gives the same entry; with other arguments it is refused."""
    car, other = Car(plate="HB-LS 1", seats=5), Car(plate="HB-LS 3", seats=2)
    first = await register.enter("pool.car.lend", car, "a")
    assert await register.enter("pool.car.lend", car, "a") == first
    assert await register.entered("a") == first
    assert await register.entered("b") is None
    with pytest.raises(Contradiction):
        await register.enter("pool.car.lend", other, "a")
    second = await register.enter("pool.car.lend", other, "b")
    assert (first.entry_no, second.entry_no) == ("E-000001", "E-000002")


async def test_tenants_do_not_see_each_other(
    register: Register, tmp_path: Path, world: Path
) -> None:
    """Keys and numbers are a tenant's own, in the same file."""
    car = Car(plate="HB-LS 1", seats=5)
    await register.enter("pool.car.lend", car, "a")
    [other] = await connect(tmp_path, world, "rivals", SystemClock())
    assert isinstance(other.adapter, Register)
    assert await other.adapter.entered("a") is None
    assert (await other.adapter.enter("pool.car.lend", car, "x")).entry_no == "E-000001"
    disconnect([other])


async def test_entries_outlive_the_process(tmp_path: Path, world: Path) -> None:
    """What was entered is found by the next connection."""
    car = Car(plate="HB-LS 1", seats=5)
    for _ in range(2):
        connections = await connect(tmp_path, world, "pool", SystemClock())
        adapter = connections[0].adapter
        assert isinstance(adapter, Register)
        assert (await adapter.enter("pool.car.lend", car, "a")).entry_no == "E-000001"
        disconnect(connections)


@pytest.mark.parametrize("line", ["[1]", "{", '{"a": NaN}', "7"])
async def test_a_list_that_is_none_keeps_the_world_out(
    tmp_path: Path, world: Path, line: str
) -> None:
    """File and line are named."""
    with (world / "cars.jsonl").open("a") as file:
        file.write(line)
    with pytest.raises(WorldRefused, match=r"cars\.jsonl:7"):
        await connect(tmp_path, world, "pool", SystemClock())


def test_limits_are_the_policy_of_the_world(world: Path) -> None:
    """Exact numbers; absent or no object is refused."""
    with pytest.raises(WorldRefused, match=r"policy\.json"):
        limits(world)
    (world / "policy.json").write_text('{"days": 3, "rate": 0.30}')
    assert {k: str(v) for k, v in limits(world).items()} == {"days": "3", "rate": "0.30"}
    (world / "policy.json").write_text("[]")
    with pytest.raises(WorldRefused, match="not an object"):
        limits(world)


@settings(max_examples=10)
@given(keys=st.lists(st.text(min_size=1, max_size=5), max_size=12))
async def test_as_many_entries_as_keys(
    tmp_path_factory: pytest.TempPathFactory, keys: list[str]
) -> None:
    """However often keys are used, numbers are those of the keys in their order."""
    connections = await connect(tmp_path_factory.mktemp("any"), None, "pool", SystemClock())
    adapter = connections[0].adapter
    assert isinstance(adapter, Register)
    car = Car(plate="HB-LS 1", seats=5)
    made = {k: (await adapter.enter("pool.car.lend", car, k)).entry_no for k in keys}
    disconnect(connections)
    assert list(made.values()) == [f"E-{n:06d}" for n in range(1, len(set(keys)) + 1)]
