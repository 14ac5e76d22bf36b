"""Write the tables of ``ontology/README.md`` anew: ``python -m thread.ontology``; with files, lint them instead."""

import sys
from pathlib import Path

from thread.ontology.graph import read_graph
from thread.ontology.lint import lint
from thread.ontology.load import SHIPPED, load_ontology
from thread.ontology.tables import filled
from thread.resources import resource


def main(arguments: list[str]) -> int:
    """Exit code: 0 when all is well, 1 when a file has faults."""
    if arguments:
        problems = lint(read_graph(map(resource, SHIPPED), map(Path, arguments)))
        sys.stdout.writelines(f"{problem}\n" for problem in problems)
        return 1 if problems else 0
    readme = resource("ontology/README.md")
    readme.write_text(filled(readme.read_text(encoding="utf-8"), load_ontology()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
