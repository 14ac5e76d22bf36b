"""What may a record of a kind hold? Pydantic models made from the ontology, one per kind, made when first asked for.

They check one record as it comes in, before it is facts, by the same ``value_fault`` that the ``Checker`` applies to
facts; the ``Checker`` has the last word, because only it sees links and the kinds of other entities.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model
from pydantic_core import PydanticCustomError

from thread.errors import InputError
from thread.facts import Value, ValueType
from thread.ontology.model import Attribute, Kind, Ontology
from thread.ontology.values import iri_fault, parse_value, value_fault
from thread.terms import IDENTIFIER, STUB, Iri

_PYTHON: Final[dict[ValueType, Any]] = {
    ValueType.TEXT: str,
    ValueType.INTEGER: int,
    ValueType.REAL: float,
    ValueType.BOOLEAN: bool,
    ValueType.DECIMAL: Decimal,
    ValueType.TIME: datetime,
    ValueType.IRI: str,
}


class RecordIdentifier(BaseModel):
    """An identifier within a record."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    scheme: str = Field(min_length=1)
    value: str = Field(min_length=1)
    scope: str | None = None


class Records(Mapping[str, type[BaseModel]]):
    """Models by kind IRI."""

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self._made: dict[str, type[BaseModel]] = {}

    def __getitem__(self, kind: str) -> type[BaseModel]:
        if kind not in self._made:
            self._made[kind] = _model(self._ontology, self._ontology.kind[kind])
        return self._made[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ontology.kind)

    def __len__(self) -> int:
        return len(self._ontology.kinds)


def record_models(ontology: Ontology) -> Records:
    """Models of the records of every kind, by kind IRI.

    A field is named as its attribute; single-valued ones are optional unless the kind requires them, others are
    tuples. Texts are read as the attribute's type; whole numbers stand for decimals and reals too.

    >>> from thread.ontology import load_ontology
    >>> models = record_models(load_ontology())
    >>> models["urn:thread:ns#RedundancyGroup"].model_validate({"iri": "urn:g", "k": "2"}).k
    2
    """
    return Records(ontology)


def _model(ontology: Ontology, kind: Kind) -> type[BaseModel]:
    fields: dict[str, Any] = {
        "iri": (Annotated[str, AfterValidator(_iri)], ...),
        "identifiers": (tuple[RecordIdentifier, ...], ()),
    }
    for attribute in ontology.attributes:
        if attribute.domain & kind.ancestors and attribute.iri not in (IDENTIFIER, STUB):
            taken = (
                hasattr(BaseModel, attribute.name) or attribute.name.startswith("model_") or attribute.name in fields
            )
            name = f"{attribute.name}_" if taken else attribute.name
            fields[name] = _field(ontology, attribute, bool(attribute.required_of & kind.ancestors))
    config = ConfigDict(extra="forbid", frozen=True)
    return create_model(kind.name, __config__=config, __doc__=kind.comment, **fields)


def _field(ontology: Ontology, attribute: Attribute, required: bool) -> tuple[Any, Any]:
    def read(value: Any) -> Any:
        return _read(attribute, value)

    def judge(value: Value) -> Value:
        held = Iri(value) if attribute.type is ValueType.IRI else value
        fault = value_fault(attribute, held, ontology.media)
        if fault is not None:
            raise _error(fault.code, fault.message, fault.hint)
        return held

    one: Any = Annotated[_PYTHON[attribute.type], BeforeValidator(read), AfterValidator(judge)]
    said = Field(alias=attribute.name, description=attribute.comment)
    if not attribute.single:
        least = Field(alias=attribute.name, description=attribute.comment, min_length=1 if required else 0)
        return (Annotated[tuple[one, ...], least], ... if required else ())
    return (Annotated[one, said], ...) if required else (Annotated[one | None, said], None)


def _read(attribute: Attribute, value: Any) -> Any:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if isinstance(value, str) or (number and attribute.type is ValueType.DECIMAL):
        try:
            return parse_value(attribute, str(value))
        except InputError as error:
            raise _error(error.code, error.message, error.hint or "") from error
    if isinstance(value, int) and number and attribute.type is ValueType.REAL:
        return float(value)
    wanted = _PYTHON[attribute.type]
    if type(value) is wanted or (wanted is datetime and isinstance(value, datetime)):
        return value
    shown = str(value)[:60]
    raise _error("bad-value", f'"{shown}" is not a value of {attribute.name}.', "See its datatype in the ontology.")


def _iri(iri: str) -> str:
    fault = iri_fault(iri)
    if fault is not None:
        raise _error(fault.code, fault.message, fault.hint)
    return iri


def _error(code: str, message: str, hint: str) -> PydanticCustomError:
    """An error whose type is one of our codes; the sentence may hold braces of the user's."""
    return PydanticCustomError(code, "{said} {hint}", {"said": message, "hint": hint})
