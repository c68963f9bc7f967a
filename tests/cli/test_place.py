"""Rights: no other user of the machine can read what lies below a state folder."""

from pathlib import Path

from leitstand.cli.place import open_to_others


def test_what_is_open_is_found_wherever_it_lies(tmp_path: Path) -> None:
    """The folder itself, one in it, a file; a link has no rights of its own."""
    state = tmp_path / "state"
    (state / "inner").mkdir(parents=True, mode=0o755)
    file = state / "inner" / "hr.sqlite"
    file.touch()
    (state / "link").symlink_to(file)
    for path, mode in ((state, 0o755), (state / "inner", 0o755), (file, 0o644)):
        path.chmod(mode)
    assert set(open_to_others(state)) == {state, state / "inner", file}
    state.chmod(0o700)
    (state / "inner").chmod(0o700)
    file.chmod(0o604)
    assert list(open_to_others(state)) == [file]
    file.chmod(0o600)
    assert not list(open_to_others(state))
