"""The inbox at a terminal: a number, a card, a key, a receipt."""

from collections.abc import Callable, Iterator

import pytest

from tests.cli.conftest import Done, Office

Sit = Callable[..., Done]


@pytest.fixture
def sit(shop: Office, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """`leitstand inbox` with somebody who types these answers."""
    monkeypatch.setattr("leitstand.cli.output.interactive", lambda: True)

    def typed(*answers: str, person: str = "", lang: str = "de") -> Done:
        left: Iterator[str] = iter(answers)
        asked: list[str] = []

        def answer(prompt: str) -> str:
            asked.append(prompt)
            try:
                return next(left)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr("builtins.input", answer)
        done = shop("inbox", "--lang", lang, person=person)
        return Done(done.code, done.out + "\n".join(asked), done.err)

    return typed


def test_approving_at_the_terminal(shop: Office, sit: Sit) -> None:
    """List, card, `f`: the receipt names the voucher, and the list is shown anew."""
    done = sit(shop.waiting("r1.json"), "f", person="ben.krueger")
    assert done.code == 0, done.err
    assert "Was geschieht: Bucht Rechnung R-1" in done.out
    assert "Gebucht als B-1" in done.out
    assert "f Freigeben" in done.out
    assert shop.case("r1.json")["status"] == "done"


def test_editing_and_rejecting_at_the_terminal(shop: Office, sit: Sit) -> None:
    """`ä` asks for fields until there are no more; `a` for a reason; the same person goes on."""
    first, second = shop.waiting("r1.json"), shop.waiting("r2.json")
    answers = [first, "ä", "account", "office", "", "Büro", second, "a", "", "zu teuer"]
    done = sit(*answers, person="ben.krueger")
    assert done.code == 0, done.err
    [correction] = shop.case("r1.json")["corrections"]
    assert correction["new"] == '"office"'
    assert shop.case("r2.json")["status"] == "rejected"


def test_asking_and_putting_off_at_the_terminal(shop: Office, sit: Sit) -> None:
    """`r` writes into the thread; Enter leaves the card alone."""
    number = shop.waiting("r1.json")
    done = sit(number, "r", "Wer war das?", number, "", person="ben.krueger")
    assert done.code == 0, done.err
    assert "ben.krueger: Wer war das?" in done.out
    assert shop.case("r1.json")["status"] == "waiting"


def test_a_mistake_at_the_terminal_is_told_and_one_goes_on(shop: Office, sit: Sit) -> None:
    """An unknown number, a role that is not asked: said on stderr, then the list again."""
    number = shop.waiting("r1.json")
    done = sit("zzzz", number, "f", person="anna.becker")
    assert done.code == 0
    assert "zzzz" in done.err
    assert "keine der nötigen Rollen" in done.err
    assert shop.case("r1.json")["status"] == "waiting"


def test_english_keys(shop: Office, sit: Sit) -> None:
    """In English the keys are those of the English words."""
    done = sit(shop.waiting("r1.json"), "a", person="ben.krueger", lang="en")
    assert "a approve" in done.out
    assert shop.case("r1.json")["status"] == "done", done.err
