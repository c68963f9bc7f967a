"""`leitstand check`: what it says of a whole project, and what it finds in a broken one."""

import sys
from pathlib import Path

import pytest

from leitstand.cli.lint import lint
from tests.cli.conftest import Command

PLANTED = {
    "clock": ("from datetime import datetime\n", "now = datetime.now()"),
    "clock by module": ("import time\n", "pass"),
    "chance": ("import random\n", "pass"),
    "chance of a process": ("", "seed = hash('x')"),
    "file": ("", "open('x')"),
    "file by path": ("from pathlib import Path\n", "Path('x').read_text()"),
    "environment": ("import os\n", "os.environ['X']"),
    "network": ("import httpx\n", "pass"),
    "task": ("import asyncio\n", "asyncio.create_task(f())"),
    "own gather": ("import asyncio\n", "await asyncio.gather(f())"),
    "global": ("count = 0\n", "global count"),
    "shared list": ("seen = []\n", "seen.append(1)"),
    "shared dict": ("seen: dict[str, int] = {}\n", "seen['x'] = 1"),
    "shared and made": ("seen = dict()\n", "seen.setdefault('x', 1)"),
    "shared and made elsewhere": (
        "import collections\nseen = collections.Counter()\n",
        "seen['x'] += 1",
    ),
    "clock by another name": ("from datetime import datetime as day\n", "day.now()"),
    "never awaited": ("", "desk.call(tool, args)"),
    "never returned": ("", "goto('next')"),
    "swallowed": ("", "try:\n        pass\n    except:\n        pass"),
    "swallowed by name": ("", "try:\n        pass\n    except BaseException:\n        pass"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_bypasses_the_desk_is_found(name: str, tmp_path: Path) -> None:
    """Each way past the desk, planted into a step (R40)."""
    above, inside = PLANTED[name]
    file = tmp_path / "role.py"
    file.write_text(f"{above}\n\nasync def step(case, desk):\n    {inside}\n")
    assert list(lint(tmp_path, file, {"step": (), "prompt": ()}))


def test_a_clean_step_is_left_alone(tmp_path: Path) -> None:
    """Calls at the desk, values of its own, a typed catch."""
    file = tmp_path / "role.py"
    file.write_text(
        "LIMITS = ('a', 'b')\n\n\n"
        "async def step(case, desk):\n"
        "    found = []\n"
        "    found.append(await desk.now())\n"
        "    try:\n"
        "        await desk.call(tool, args)\n"
        "    except CallFailed as error:\n"
        "        return error.text\n"
    )
    assert not list(lint(tmp_path, file, {"step": (), "prompt": ()}))


def test_steps_and_prompts_that_are_not_there_are_found(tmp_path: Path) -> None:
    """Where a step, a fan-out or a question names one by a slip of the pen."""
    file = tmp_path / "role.py"
    file.write_text(
        "async def step(case, desk):\n"
        "    await desk.ask('read', {}, Answer)\n"
        "    await desk.ask('raed', {}, Answer)\n"
        "    await other.ask('raed')\n"
        "    return goto('give', 'take', text='gvie')\n"
        "    return goto('gvie')\n"
        "    return goto(send('give', to='x'), send('gvie'))\n"
    )
    known = {"step": ["give", "take"], "prompt": ["read"], "field": ["text", "to"]}
    found = sorted(lint(tmp_path, file, known))
    assert found == [
        ("no-prompt", "role.py:3", "there is no prompt `raed`"),
        ("no-step", "role.py:6", "there is no step `gvie`"),
        ("no-step", "role.py:7", "there is no step `gvie`"),
    ]


@pytest.mark.slow
def test_the_repository_is_whole(command: Command) -> None:
    """The reference project passes, and says who decides what (R19)."""
    done = command("check", "--json")
    assert done.code == 0, done.out
    accounting, compliance, *_ = done.data["roles"]
    tools = {t["tool"]: t for t in accounting["tools"]}
    assert "G-A18" in tools["erp.voucher.post"]["asked"]
    assert "G-A04" in tools["erp.voucher.post"]["refused"]
    assert "erp.voucher.post" in compliance["never"]
    assert set(accounting["queue"]) == {
        "system unreachable",
        "data missing",
        "contradictory results",
    }
    assert not [p for p in done.data["problems"] if p["code"] == "no-text"]


@pytest.mark.slow
def test_it_is_readable(command: Command) -> None:
    """The same for people."""
    out = command("check").out
    assert "by itself unless:    erp.voucher.post" in out
    assert "ok: the project is whole" in out


def test_a_queue_without_people_is_an_error(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cause that leads to nobody would lose cases (R16)."""
    file = shop_folder / "buying.py"
    file.write_text(file.read_text("utf-8").replace('"data missing": ("clerk",),', ""), "utf-8")
    monkeypatch.chdir(shop_folder)
    done = command("check", "--json")
    assert done.code == 1
    [found] = [p for p in done.data["problems"] if p["code"] == "no-exit"]
    assert found["where"] == "buying"
    assert "data missing" in found["text"]


@pytest.mark.parametrize(
    ("takeover", "lacks"),
    [
        ("()", "no roles"),
        ('("",)', "no roles"),
        ('Takeover(("clerk",), de="Beleg nachreichen")', "no en"),
        ('Takeover(("clerk",), en="bring the bill")', "no de"),
    ],
)
def test_a_takeover_that_lacks_something_is_an_error(
    shop_folder: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    takeover: str,
    lacks: str,
) -> None:
    """Nobody to take over, or a resolution that half of the people cannot read."""
    file = shop_folder / "buying.py"
    text = file.read_text("utf-8").replace("Goto, Role,", "Goto, Role, Takeover,")
    text = text.replace('"data missing": ("clerk",)', f'"data missing": {takeover}')
    file.write_text(text, "utf-8")
    monkeypatch.chdir(shop_folder)
    done = command("check", "--json")
    assert done.code == 1
    (found,) = [p for p in done.data["problems"] if p["code"] == "no-takeover"]
    assert found["where"] == "buying"
    assert lacks in found["text"]


def test_a_model_that_cannot_be_asked_here_is_an_error(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its package is not there; a key that is not is told alone: each with what mends it."""
    monkeypatch.setitem(sys.modules, "langchain_mistralai", None)
    with (shop_folder / "leitstand.toml").open("a", encoding="utf-8") as file:
        file.write("\n[models]\n")
        file.write('one = { provider = "mistral", model = "m" }\n')
        file.write('two = { provider = "ollama", model = "m", key_env = "NOT_SET_ANYWHERE" }\n')
        file.write('three = { provider = "ollama", model = "m" }\n')
    monkeypatch.chdir(shop_folder)
    done = command("check", "--json")
    assert done.code == 1
    one, two = [p for p in done.data["problems"] if p["code"] == "no-model"]
    assert (one["where"], one["severity"]) == ("models.one", "error")
    assert one["text"].endswith("pip install 'leitstand[mistral]'")
    assert (two["where"], two["severity"]) == ("models.two", "note")
    assert two["text"].endswith("set the environment variable `NOT_SET_ANYWHERE`")


def test_a_tool_without_a_rule_is_an_error(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing grants it, so it can only ever fail."""
    file = shop_folder / "policies" / "shop.cedar"
    text = file.read_text("utf-8").replace(
        'permit(principal in Role::"buying", action, resource);',
        'permit(principal in Role::"buying", action in Action::"read", resource);',
    )
    file.write_text(text, "utf-8")
    monkeypatch.chdir(shop_folder)
    done = command("check", "--json")
    assert done.code == 1
    assert "no-grant" in {p["code"] for p in done.data["problems"] if p["severity"] == "error"}
    assert command("policy", "check").code == 0


def test_a_tool_that_is_granted_to_others_alone_is_an_error(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A grant that names another role helps nobody."""
    file = shop_folder / "policies" / "shop.cedar"
    file.write_text(file.read_text("utf-8").replace('Role::"buying"', 'Role::"buyign"'), "utf-8")
    monkeypatch.chdir(shop_folder)
    done = command("check", "--json")
    assert done.code == 1
    found = [p for p in done.data["problems"] if p["code"] == "no-grant"]
    assert {p["where"] for p in found} == {"buying"}
    assert all("to this role" in p["text"] for p in found)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ('Recorded("shop.supplier.fnid", "value.id")', "`shop.supplier.fnid`, which no role has"),
        ('Recorded("shop.supplier.find", "value.idd")', "nothing at `value.idd`"),
    ],
)
def test_a_mark_that_names_nothing_is_an_error(
    shop_folder: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
    text: str,
) -> None:
    """`Recorded` of a tool or a field that is not there: people would be asked for ever."""
    file = shop_folder / "shop.py"
    right = 'Recorded("shop.supplier.find", "value.id")'
    file.write_text(file.read_text("utf-8").replace(right, wrong), "utf-8")
    monkeypatch.chdir(shop_folder)
    done = command("check", "--json")
    assert done.code == 1
    [found] = [p for p in done.data["problems"] if p["code"] == "recorded"]
    assert found["where"] == "shop.bill.post supplier_id"
    assert text in found["text"]


def test_a_world_that_cannot_be_opened_is_an_error(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told before the first case is."""
    file = shop_folder / "world" / "policy.json"
    file.write_text("{", "utf-8")
    monkeypatch.chdir(shop_folder)
    done = command("check", "--json")
    assert done.code == 1
    assert [p["code"] for p in done.data["problems"] if p["severity"] == "error"] == ["world"]


def test_a_rule_with_a_fault_is_named(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, line and rule; exit 1."""
    file = shop_folder / "policies" / "shop.cedar"
    file.write_text(file.read_text("utf-8").replace("limit_cents", "limit_cent", 1), "utf-8")
    monkeypatch.chdir(shop_folder)
    done = command("policy", "check", "--json")
    assert done.code == 1
    [finding] = [f for f in done.data["findings"] if f["severity"] == "error"]
    assert finding["file"].startswith("shop.cedar:")
    assert finding["rule"] == "over-limit"


def test_a_role_of_people_that_is_a_slip_is_warned_of(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card for `haed` would wait for nobody: the likely name is told, and where it stands."""
    file = shop_folder / "policies" / "shop.cedar"
    monkeypatch.chdir(shop_folder)
    before = command("check", "--json").data["problems"]
    file.write_text(file.read_text("utf-8").replace('"clerk"', '"haed"', 1), "utf-8")
    found = [p for p in command("check", "--json").data["problems"] if p not in before]
    assert [(p["code"], p["severity"]) for p in found] == [("lone-role", "warning")]
    assert "`haed`" in found[0]["text"]
    assert "is it `head`?" in found[0]["text"]


@pytest.mark.parametrize("named", [False, True])
def test_a_role_that_the_texts_name_is_no_slip(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    """`heads` is another role than `head` once the project says what it is called."""
    file, texts = shop_folder / "policies" / "shop.cedar", shop_folder / "texts" / "de.toml"
    file.write_text(file.read_text("utf-8").replace('"clerk"', '"heads"', 1), "utf-8")
    if named:
        said = texts.read_text("utf-8").replace("head =", 'heads = "Leitungen"\nhead =')
        texts.write_text(said, "utf-8")
    monkeypatch.chdir(shop_folder)
    codes = [p["code"] for p in command("check", "--json").data["problems"]]
    assert ("lone-role" in codes) is not named


def test_a_role_is_drawn_with_its_checkpoints(command: Command) -> None:
    """Mermaid; steps that write stand out (R19)."""
    drawn = command("graph", "accounting").out
    assert drawn.startswith("flowchart TD")
    assert "erp.voucher.post" in drawn
    assert "classDef checkpoint" in drawn
    unknown = command("graph", "gardening")
    assert unknown.code == 2
    assert "accounting" in unknown.err


def test_a_sentence_that_speaks_of_nothing_is_an_error(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card must not show a question mark where an amount belongs."""
    file = shop_folder / "texts" / "en.toml"
    file.write_text(file.read_text("utf-8").replace("{gross_cents:money}", "{total:money}"))
    monkeypatch.chdir(shop_folder)
    done = command("check", "--json")
    assert done.code == 1
    [found] = [p for p in done.data["problems"] if p["code"] == "text-value"]
    assert "`total`" in found["text"]


SCHEDULE = 'triggers.schedules.m = { cron = "0 25 1 * *", role = "buying", row = {} }\npeople ='
FOLDER = 'triggers.folders.in = { path = "in" }\npeople ='
WEBHOOK = (
    'route = "shop:take_in"\n'
    'triggers.webhooks.w = { secret = "env:NOT_THERE_1", role = "buying" }\npeople ='
)


def changed(folder: Path, file: str, old: str, new: str) -> None:
    """Put `new` where the file says `old` first."""
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (("texts/en.toml", ":money}", ":monney}"), "text-value", "`monney`"),
        (("leitstand.toml", "people =", "case = { steps = 3 }\npeople ="), "world", "'steps'"),
        (("leitstand.toml", "people =", SCHEDULE), "world", "names no time"),
        (("leitstand.toml", "people =", FOLDER), "world", "nothing routes what comes in"),
        (("leitstand.toml", "people =", 'oidc = { isuer = "x" }\npeople ='), "world", "`issuer`"),
        (("leitstand.toml", "people =", "channels = { mial = {} }\npeople ="), "world", "`mial`"),
        (
            ("leitstand.toml", "people =", "web = { deadlines = { state = 1 } }\npeople ="),
            "world",
            "`state`",
        ),
        (("shop.py", "return json.loads(", "return int("), "world", "`shop:limits` failed: "),
        (("shop.py", '"policy.json"', '"polcy.json"'), "world", "No such file"),
        (("shop.py", 'undo="shop.bill.reverse"', 'undo="shop.bill.revers"'), "undo", "revers`"),
        (
            ("buying.py", "supplier=supplier.value.id", "suplier=supplier.value.id"),
            "no-field",
            "`suplier`",
        ),
        (
            (
                "buying.py",
                'exception("data missing", "no bill")',
                'exception("data mising", "no bill")',
            ),
            "no-cause",
            "`data mising`",
        ),
        (
            (
                "buying.py",
                "    if bill is None:\n",
                "    if bill is None:\n        await desk.hand_over('buying', {}, 'x')\n",
            ),
            "no-other-role",
            "`buying`",
        ),
    ],
)
def test_what_would_be_found_too_late_is_an_error(
    shop_folder: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    change: tuple[str, str, str],
    code: str,
    said: str,
) -> None:
    """An amount shown as a bare number, parts of the table that are read later."""
    changed(shop_folder, *change)
    monkeypatch.chdir(shop_folder)
    done = command("check", "--json")
    assert done.code == 1
    assert [said in p["text"] for p in done.data["problems"] if p["code"] == code] == [True]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("shop.py", '@tool("shop.supplier.find"', '@tool("shop.bill.read"'),
            "two tools are named `shop.bill.read`",
        ),
        (
            ("leitstand.toml", '["buying:role"]', '["buying:role", "second:role"]'),
            "two roles named",
        ),
        (
            ("buying.py", '"data missing": ("clerk",)', '"data missing": "clerk"'),
            "not a text: [`clerk`]",
        ),
        (("buying.py", 'then=["book"]', 'then="book"'), '`then` is a list: ["book"]'),
        (
            ("shop.py", '@tool("shop.supplier.find"', '@tool("find"'),
            "`find` is no name",
        ),
        (
            ("shop.py", '"shop.supplier.find", watch=True', '"shop.supplier.find", timeout="5"'),
            "ValidationError: `timeout`: Input should be a valid number",
        ),
    ],
)
def test_what_could_be_taken_for_something_else_does_not_load(
    shop_folder: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    change: tuple[str, str, str],
    said: str,
) -> None:
    """Two of a name, of which one would be judged as the other; letters taken for names."""
    (shop_folder / "second.py").write_text((shop_folder / "buying.py").read_text("utf-8"), "utf-8")
    changed(shop_folder, *change)
    monkeypatch.chdir(shop_folder)
    done = command("check")
    sys.modules.pop("second", None)
    assert done.code != 0
    assert said in done.out + done.err


def test_a_clock_in_a_fact_is_an_error(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule would judge by another day when the case is looked at again."""
    fact = (
        "from datetime import datetime\n"
        "from leitstand.policy import FactCall, facts\n"
        "from leitstand.values import Frozen\n\n"
        "class Today(Frozen):\n    year: int\n\n"
        "@facts('shop.bill.reverse', model=Today)\n"
        "def today(call: FactCall) -> Today:\n"
        "    call.evidence.one('shop.bill.raed')\n"
        "    return Today(year=datetime.now().year)\n"
    )
    (shop_folder / "policies" / "today.py").write_text(fact, "utf-8")
    changed(shop_folder, "leitstand.toml", 'facts = ["shop"]', 'facts = ["shop", "policies.today"]')
    for name in ("policies", "policies.today"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.chdir(shop_folder)
    found = {p["code"]: p["where"] for p in command("check", "--json").data["problems"]}
    assert found["clock"] == "policies/today.py:11"
    assert found["no-tool"] == "policies/today.py:10"


def test_a_secret_that_is_not_there_is_noted(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be there where the project works: a note, and no error."""
    changed(shop_folder, "leitstand.toml", "people =", WEBHOOK)
    monkeypatch.chdir(shop_folder)
    done = command("check", "--json")
    [found] = [p for p in done.data["problems"] if p["code"] == "no-secret"]
    assert (done.code, found["severity"], found["where"]) == (0, "note", "triggers.webhooks.w")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("return None", "`shop:connect` failed: TypeError"),
        ("return (SqliteShop(state),)", "a `SqliteShop` is no Connection"),
        ("raise KeyError('books')", "`shop:connect` failed: KeyError: 'books'"),
    ],
)
def test_a_connect_that_fails_is_named(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch, wrong: str, said: str
) -> None:
    """It is the project's fault and not ours: code 3, and no trace of a defect."""
    changed(shop_folder, "shop.py", 'return (Connection("shop", Shop, SqliteShop(state)),)', wrong)
    monkeypatch.chdir(shop_folder)
    done = command("run", "buying", "world/invoices")
    assert done.code == 3, done.err
    assert said in done.err
    assert "LS000" not in done.err
