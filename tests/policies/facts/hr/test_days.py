"""Texts that name other days than their row."""

from datetime import date

import pytest

from policies.facts.hr.days import names_another_end, names_other_days

FIRST, LAST = date(2026, 12, 28), date(2026, 12, 30)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Bitte vom 28.12. bis 31.12. eintragen.", True),
        ("Off from 27.12.2026 to 30.12.2026.", True),
        ("Bitte vom 28.12. bis 30.12. eintragen.", False),
        ("Resturlaub muss bis 31.12. genommen sein.", False),
        ("Wir wollen ans Meer.", False),
    ],
)
def test_a_first_and_a_last_day_have_to_be_those_of_the_row(text: str, *, other: bool) -> None:
    """A last day alone may be that of something else."""
    assert names_other_days((text,), FIRST, LAST) is other
    assert not names_other_days((text,), FIRST, None)


def test_a_note_names_its_last_day() -> None:
    """Of several days one has to be that of the row."""
    assert names_another_end(("Bin krank bis 31.12.2026.",), FIRST, LAST)
    assert not names_another_end(
        ("Gemeldet war ich bis 29.12. allein. Nun bis 30.12. krank.",), FIRST, LAST
    )
