"""What does a published fault tree say? Reads the Open-PSA model exchange format, of it what is coherent.

Read are the gates ``or``, ``and`` and ``atleast``, nested or named, and basic events with a ``float``. Everything else
that would change the answer is refused by name: ``xor``, ``not`` and their like, house events, expressions, and any
document type, in which entities could hide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from thread.errors import InputError
from thread.reasoning.risk.tree import Gate, Tree, compile_tree

FORMULAS = {"or", "and", "atleast"}
REFERENCES = {"gate", "basic-event", "event"}
PASSED = {"label", "attributes"}


@dataclass(frozen=True, slots=True)
class FaultTree:
    """A model as it was read."""

    top: str
    gates: dict[str, Gate]
    probabilities: dict[str, float]

    def compiled(self) -> Tree:
        """The cone of its top."""
        return compile_tree(self.top, self.gates, self.probabilities)


class _Plain(TreeBuilder):
    """Elements without a document type."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:  # noqa: ARG002
        raise ValueError(f"a document type ({name})")


def read_open_psa(path: Path, top: str | None = None) -> FaultTree:
    """The fault tree of a file.

    Args:
        top: the gate to ask about; without it, the one gate that no other names.
    Raises:
        InputError: ``bad-file`` with the file and what in it was refused.
    """
    try:
        parser = XMLParser(target=_Plain())  # without a document type there are no entities
        parser.feed(path.read_bytes())
        return _Reader(path.name).read(parser.close(), top)
    except (ParseError, ValueError) as error:
        raise _refused(path.name, str(error)) from error


def _refused(file: str, what: str) -> InputError:
    return InputError(
        f"{file}: {what} is not read.",
        code="bad-file",
        hint="Gates or, and, atleast over basic events with a float are.",
        file=file,
    )


class _Reader:
    """One reading of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.gates: dict[str, Gate] = {}
        self.probabilities: dict[str, float] = {}

    def read(self, root: Element, top: str | None) -> FaultTree:
        if root.tag != "opsa-mef":
            raise _refused(self.file, f"the root element {root.tag!r}")
        for element in self._definitions(root):
            name = self._name(element)
            content = [child for child in element if child.tag not in PASSED]
            if name in self.gates or name in self.probabilities:
                raise _refused(self.file, f"a second definition of {name!r}")
            if len(content) != 1:
                raise _refused(self.file, f"{name!r} with {len(content)} definitions")
            if element.tag == "define-gate":
                self._formula(name, content[0])
            else:
                self.probabilities[name] = self._number(name, content[0])
        return FaultTree(top or self._top(), self.gates, self.probabilities)

    def _definitions(self, root: Element) -> Iterator[Element]:
        waiting = list(reversed(root))
        while waiting:
            element = waiting.pop()
            if element.tag in {"define-fault-tree", "define-component", "model-data"}:
                waiting.extend(reversed(element))
            elif element.tag in {"define-gate", "define-basic-event"}:
                yield element
            elif element.tag not in PASSED:
                raise _refused(self.file, f"the element {element.tag!r}")

    def _name(self, element: Element) -> str:
        name = element.get("name")
        if not name:
            raise _refused(self.file, f"{element.tag!r} without a name")
        return name

    def _number(self, name: str, element: Element) -> float:
        if element.tag != "float":
            raise _refused(self.file, f"{element.tag!r} as the probability of {name!r}")
        value = float(element.get("value", "nan"))
        if not 0.0 <= value <= 1.0:
            raise _refused(self.file, f"the probability {element.get('value')!r} of {name!r}")
        return value

    def _formula(self, name: str, element: Element) -> None:
        """A gate; formulas within formulas become gates of their own, named by their place."""
        if element.tag in REFERENCES:
            self.gates[name] = Gate(1, (self._name(element),))
            return
        waiting = [(name, element)]
        while waiting:
            gate, formula = waiting.pop()
            if formula.tag not in FORMULAS:
                raise _refused(self.file, f"{formula.tag!r} in the gate {name!r}")
            inputs = []
            for number, child in enumerate(formula):
                nested = child.tag not in REFERENCES
                inputs.append(f"{gate}#{number}" if nested else self._name(child))
                if nested:
                    waiting.append((inputs[-1], child))
            k = {"or": 1, "and": len(inputs)}.get(formula.tag) or int(formula.get("min", "0"))
            if not 1 <= k <= len(inputs):
                raise _refused(self.file, f"{formula.tag!r} with {k} of {len(inputs)} in the gate {name!r}")
            self.gates[gate] = Gate(k, tuple(inputs))

    def _top(self) -> str:
        named = {item for gate in self.gates.values() for item in gate.inputs}
        tops = sorted(self.gates.keys() - named)
        if len(tops) != 1:
            raise _refused(self.file, f"a model with {len(tops)} gates that no other names, without saying which,")
        return tops[0]
