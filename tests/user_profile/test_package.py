"""The package stays light to import and out of the way of the standard library."""

import subprocess
import sys
from pathlib import Path

import pytest
from user_profile.__main__ import COMMANDS, main

ROOT = Path(__file__).parents[2]


def python(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_import_profile_from_the_repository_root_gives_the_standard_library():
    code = "import profile; print(profile.__file__, hasattr(profile, 'Profile'))"
    result = python("-c", code)
    path, has_profile = result.stdout.split()
    assert has_profile == "True", result.stderr
    assert ROOT not in Path(path).parents
    assert not (ROOT / "profile" / "__init__.py").exists()


def test_cprofile_runs_from_the_repository_root(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("print('ran')")
    result = python("-m", "cProfile", str(script))
    assert result.returncode == 0, result.stderr
    assert "ran" in result.stdout
    assert "function calls" in result.stdout


def test_importing_the_package_imports_nothing_heavy():
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'profile')!r}); import user_profile; "
        "print([name for name in ('numpy', 'scipy', 'matplotlib') if name in sys.modules])"
    )
    assert python("-c", code).stdout.strip() == "[]"


def test_help_names_every_command_and_loads_none():
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'profile')!r})\n"
        "from user_profile.__main__ import main\n"
        "try: main(['--help'])\n"
        "finally: print([n for n in ('numpy', 'scipy', 'attention.ops') if n in sys.modules])"
    )
    *lines, loaded = python("-c", code).stdout.splitlines()
    assert loaded == "[]"
    for name in COMMANDS:
        assert sum(line.split()[:1] == [name] for line in lines) == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_comes_with_its_options(name, capsys):
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    assert "--model" in capsys.readouterr().out or name in ("demo", "sequences", "baselines")


def test_a_wrong_command_is_told_all_the_right_ones(capsys):
    with pytest.raises(SystemExit):
        main(["shwo"])
    told = capsys.readouterr().err
    assert all(f"'{name}'" in told for name in COMMANDS)
    assert "did you mean 'show'?" in told
    with pytest.raises(SystemExit):
        main(["xyzzy"])
    assert "did you mean" not in capsys.readouterr().err


def test_every_public_name_can_be_reached():
    import user_profile

    for name in user_profile.__all__:
        assert callable(getattr(user_profile, name)), name
    assert set(user_profile.__all__) <= set(dir(user_profile))
    assert not hasattr(user_profile, "nothing_of_the_kind")


def test_the_data_lie_in_the_package_with_their_attribution():
    data = ROOT / "profile" / "user_profile" / "data"
    assert "CC BY 4.0" in (data / "ATTRIBUTION.md").read_text()
    assert (data / "online_retail.csv.xz").stat().st_size < 4_000_000


def test_the_table_of_baselines_is_a_command(tmp_path):
    from user_profile.__main__ import main

    path = tmp_path / "log.txt"
    path.write_text("".join(f"{user} {(user + i) % 15}\n" for user in range(9) for i in range(6)))
    assert main(["baselines", str(path), "--sampled", "5"]) == 0
    assert main(["baselines", str(tmp_path / "missing.txt")]) == 2
