from pathlib import Path

from connectors.cli.stamps import Stamp


def test_stamp_is_current_until_an_input_changes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.yml").write_text("1")
    stamp = Stamp(tmp_path / "stamp", inputs=[folder], results=[folder])
    before = stamp.is_current
    stamp.write()
    written = stamp.is_current
    (folder / "b.yml").write_text("2")

    assert (before, written, stamp.is_current) == (False, True, False)


def test_stamp_is_not_current_once_the_result_is_gone(tmp_path: Path) -> None:
    result = tmp_path / "result"
    result.write_text("made")
    stamp = Stamp(tmp_path / "stamp", inputs=[], results=[result])
    stamp.write()
    result.unlink()

    assert not stamp.is_current
