from pathlib import Path

from guest import stamp


def recipe(tmp_path: Path) -> Path:
    directory = tmp_path / "recipe"
    (directory / "rootfs/etc").mkdir(parents=True)
    (directory / "build.py").write_text("build")
    (directory / "rootfs/etc/inittab").write_text("init")
    return directory


def fingerprint(directory: Path, *words: str) -> str:
    return stamp.fingerprint(directory, stamp.recipe_files(directory), words)


def test_recipe_files_are_modules_and_what_goes_into_the_guest(tmp_path: Path) -> None:
    directory = recipe(tmp_path)
    (directory / "notes.txt").write_text("no part of it")
    names = [str(path.relative_to(directory)) for path in stamp.recipe_files(directory)]
    assert names == ["build.py", "rootfs/etc/inittab"]


def test_fingerprint_changes_with_content_name_mode_and_words(tmp_path: Path) -> None:
    directory = recipe(tmp_path)
    seen = {fingerprint(directory), fingerprint(directory, "6.1"), fingerprint(directory, "6.2")}
    script = directory / "rootfs/etc/inittab"
    script.write_text("changed")
    seen.add(fingerprint(directory))
    script.chmod(0o755)
    seen.add(fingerprint(directory))
    script.rename(script.with_name("other"))
    seen.add(fingerprint(directory))
    assert len(seen) == 6


def test_fingerprint_does_not_depend_on_where_the_recipe_is(tmp_path: Path) -> None:
    first = recipe(tmp_path)
    moved = first.rename(tmp_path / "moved")
    assert fingerprint(moved) == fingerprint(recipe(tmp_path))


def test_an_image_is_current_until_recipe_or_image_change(tmp_path: Path) -> None:
    output = tmp_path / "guest.qcow2"
    assert not stamp.is_current(output, "abc")
    output.write_bytes(b"image")
    assert not stamp.is_current(output, "abc")
    stamp.write(output, "abc")
    assert stamp.is_current(output, "abc")
    assert not stamp.is_current(output, "def")
    output.write_bytes(b"cut")
    assert not stamp.is_current(output, "abc")


def test_a_broken_stamp_means_build_again(tmp_path: Path) -> None:
    output = tmp_path / "guest.qcow2"
    output.write_bytes(b"image")
    stamp.stamp_of(output).write_text("{")
    assert not stamp.is_current(output, "abc")
