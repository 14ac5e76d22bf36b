"""Does README.md tell the truth? Every block is run in order in one empty folder, and its output compared.

``console`` blocks hold commands after ``$`` and what they print; a line ``...`` stands for lines left out.
``graphql`` blocks are asked of the sample plant; the ``json`` block that follows holds the data of the answer.
``make`` targets are looked up, not run: they install. ``THREAD_GOLDEN=write`` writes outputs again.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from thread.cli.exits import table as exit_table
from thread.config import Settings

ROOT = Path(__file__).resolve().parents[1]
README: Final = ROOT / "README.md"
DEFAULT_ADDRESS: Final = f"http://127.0.0.1:{Settings.model_fields['port'].default}"
RUN_KINDS: Final = {"console", "graphql", "json"}
SHOWN_KINDS: Final = {"mermaid", "yaml", "turtle", "toml"}
"""Pictures, and excerpts of files: each excerpt stands word by word in a file of this checkout."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block with the line it starts at."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Step:
    """One command with what README says it prints."""

    typed: str
    """As it stands there, comment and continuation included."""
    command: str
    expected: str
    line: int


def blocks(markdown: str) -> list[Block]:
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL)
    return [Block(each[1], each[2], markdown.count("\n", 0, each.start()) + 1) for each in found]


def steps(block: Block) -> Iterator[Step]:
    """The commands of a console block; one may go on after a backslash, or bring a text that ends with END."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert parts[0] == "", f"line {block.line}: a console block starts with $"
    line = block.line + 1
    for part in parts[1:]:
        typed, _, output = part.partition("\n")
        while typed.endswith("\\"):
            more, _, output = output.partition("\n")
            typed += "\n" + more
        if typed.endswith("<<'END'"):
            text, _, output = output.partition("\nEND\n")
            typed += f"\n{text}\nEND"
        command = typed.replace("\\\n", "").split("  #")[0].strip()
        yield Step(typed, command, output, line)
        line += part.count("\n")


def matches(expected: str, printed: str) -> bool:
    """Whether a text was printed, where a line ``...`` stands for any lines."""
    pieces = [re.escape(piece) for piece in re.split(r"^\.\.\.\n", expected.strip() + "\n", flags=re.MULTILINE)]
    return re.fullmatch("(?:.*\n)*?".join(pieces), printed.strip() + "\n") is not None


class Shell:
    """One folder in which all commands of README.md run, one after the other, as on a terminal of 100 columns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers: list[subprocess.Popen[str]] = []
        (folder / "examples").symlink_to(ROOT / "examples")
        (folder / "schema").symlink_to(ROOT / "schema")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("THREAD_")}
        commands = Path(sys.executable).parent
        self.environment = kept | {
            "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "100",
            "THREAD_PORT": "0",
            "THREAD_CLOCK": "2026-06-15T06:00:00Z",
            "NO_COLOR": "1",
        }

    def run(self, command: str) -> str:
        """What a command prints. A server is left running; its address is said as README says it."""
        if re.fullmatch(r"thread (demo|serve)\b(?!.*--load-only).*", command):
            return self._serve(command)
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    def _serve(self, command: str) -> str:
        server = subprocess.Popen(
            shlex.split(command), cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True
        )
        self.servers.append(server)
        assert server.stdout is not None
        printed = []
        for line in server.stdout:
            printed.append(line)
            if "Ctrl-C" in line:
                break
        return re.sub(r"http://127\.0\.0\.1:\d+", DEFAULT_ADDRESS, "".join(printed))

    def ask(self, document: str) -> object:
        """The data of the sample plant's answer to a GraphQL document."""
        done = subprocess.run(
            ["thread", "query", "-", "--store", ".demo"],
            cwd=self.folder,
            env=self.environment,
            input=document,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["data"]

    def close(self) -> None:
        for server in self.servers:
            server.terminate()
            server.communicate()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path)
    yield made
    made.close()


@pytest.mark.slow
def test_readme_prints_what_it_says(shell: Shell) -> None:
    text = README.read_text("utf-8")
    told, asked = [], None
    at = 0
    for block in blocks(text):
        start = text.index(block.text, at)
        told.append(text[at:start])
        at = start + len(block.text)
        if block.kind == "console":
            told.append("".join(f"$ {step.typed}\n{_printed(shell, step)}" for step in steps(block)))
        elif block.kind == "json":
            assert writing() or json.loads(block.text) == asked, (
                f"README.md:{block.line}: {json.dumps(asked, indent=2)}"
            )
            told.append(json.dumps(asked, indent=2, ensure_ascii=False) + "\n")
        else:
            asked = shell.ask(block.text) if block.kind == "graphql" else asked
            told.append(block.text)
    if writing():
        README.write_text("".join(told) + text[at:], "utf-8")


def _printed(shell: Shell, step: Step) -> str:
    """What README shall say that a command prints: as it is where that is right."""
    if step.command.startswith(("make ", ". ")):
        return step.expected
    printed = shell.run(step.command)
    if matches(step.expected, printed):
        return step.expected
    assert writing(), f"README.md:{step.line}: $ {step.command}\n{printed}\n--- README says\n{step.expected}"
    return printed


def writing() -> bool:
    """Whether outputs are written again, not compared."""
    return os.environ.get("THREAD_GOLDEN") == "write"


def test_readme_has_no_block_that_nothing_checks() -> None:
    kinds = {block.kind for block in blocks(README.read_text("utf-8"))}
    assert kinds <= RUN_KINDS | SHOWN_KINDS


def test_readme_excerpts_stand_in_a_file() -> None:
    shipped = [
        path for folder in ("examples", "ontology", "docs") for path in (ROOT / folder).rglob("*") if path.is_file()
    ]
    texts = [path.read_text("utf-8") for path in shipped if path.suffix in (".yaml", ".ttl", ".toml", ".md")]
    for block in blocks(README.read_text("utf-8")):
        if block.kind in SHOWN_KINDS - {"mermaid"}:
            assert any(block.text in text for text in texts), f"README.md:{block.line} stands in no file"


def test_readme_names_make_targets_that_exist() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)", README.read_text("utf-8")))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert named
    assert named <= targets


def test_readme_lists_the_exit_codes_that_the_code_has() -> None:
    assert exit_table() in README.read_text("utf-8")


def test_readme_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!http|#)([^)#]+)", README.read_text("utf-8"))
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_an_output_that_differs_is_seen() -> None:
    assert matches("one\n...\nthree\n", "one\ntwo\nstill two\nthree\n")
    assert matches("one\n...\nthree\n", "one\nthree\n")
    assert not matches("one\n...\nthree\n", "one\ntwo\nfour\n")
    assert not matches("one\ntwo\n", "one\n")
    assert not matches("1.5", "125")
