"""Where Java or Maven is missing, the suite says what provides it: a named skip, and with CI=true a failure."""

from pathlib import Path

import pytest

from tests.neo4j.running import start_or_skip


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with no programs and an empty cache."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("THREAD_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def test_without_java_the_suite_is_skipped_with_the_command_that_provides_it(bare: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="apt-get install -y openjdk-17-jre-headless maven"):
        start_or_skip(bare)


def test_without_maven_and_jars_too(bare: Path) -> None:
    (bare / "java").touch(mode=0o755)
    with pytest.raises(pytest.skip.Exception, match="maven"):
        start_or_skip(bare)


@pytest.mark.parametrize("value", ["true", "True"])
def test_in_continuous_integration_the_same_is_a_failure(
    bare: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CI", value)
    with pytest.raises(pytest.fail.Exception, match="Java"):
        start_or_skip(bare)
