"""Does docs/clients/python.md tell the truth? Every example runs against a server over the sample plant."""

import doctest
import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.api.demo import open_sample
from tests.client.conftest import listening
from thread.api.app import create_app
from thread.resources import resource
from thread.samples import generate

PAGE = resource("docs") / "clients" / "python.md"
ADDRESS = "http://127.0.0.1:8420"


@pytest.mark.slow
def test_every_example_of_the_page_prints_what_it_says(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    blocks = re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)
    assert {kind for kind, _ in blocks} == {"pycon"}
    service = open_sample(generate("demo"), str(tmp_path / "store"))
    said: list[str] = []
    with capture_logs(), listening(create_app(service)) as url:
        examples = "".join(block for _, block in blocks).replace(ADDRESS, url)
        test = doctest.DocTestParser().get_doctest(examples, {}, PAGE.name, str(PAGE), 0)
        result = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    service.close()
    assert result.failed == 0, "".join(said)
    assert result.attempted > 20
