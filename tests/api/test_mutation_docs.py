"""Every block of docs/mutations.md runs: documents are sent in order to one plant and answered as the page says."""

import json
import re

from tests.api.changing import open_client
from thread.resources import resource

PAGE = (resource("docs") / "mutations.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def test_each_mutation_of_the_page_answers_what_follows_it() -> None:
    client = open_client("memory:")
    assert [kind for kind, _ in BLOCKS] == ["graphql", "json"] * (len(BLOCKS) // 2)
    for (_, document), (_, answer) in zip(BLOCKS[::2], BLOCKS[1::2], strict=True):
        assert client.ask(document) == json.loads(answer)
    client.service.close()
