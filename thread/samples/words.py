"""Which words does the sample plant use? IRIs of its kinds, relations and media, and how its entities are named."""

from typing import Final

from thread.terms import ENTITY, THR, EntityId

BIW: Final = "urn:thread:sample:biw#"
"""Namespace of ``ontology/samples/body-shop.ttl``."""


def entity(key: str) -> EntityId:
    """The entity with this short name.

    >>> entity("R-210")
    'urn:thread:id:R-210'
    """
    return EntityId(ENTITY + key)


def kind(name: str) -> str:
    """A concrete kind of the sample plant."""
    return BIW + name


def core(name: str) -> str:
    """A relation or attribute of ``thread.ttl``."""
    return THR + name


class Rel:
    """Relations that the sample writes."""

    REVISION_OF: Final = THR + "revisionOf"
    SUPERSEDES: Final = THR + "supersedes"
    ALTERNATE_FOR: Final = THR + "alternateFor"
    SATISFIES: Final = THR + "satisfies"
    USES_DESIGN: Final = THR + "usesDesign"
    MADE_TO: Final = THR + "madeTo"
    FROM_BATCH: Final = THR + "fromBatch"
    PROCESSED_BY: Final = THR + "processedBy"
    SUPPLIED_BY: Final = THR + "suppliedBy"
    DERIVED_FROM: Final = THR + "derivedFrom"
    DEPENDS_ON: Final = THR + "dependsOn"
    HOSTED_ON: Final = THR + "hostedOn"
    MEMBER_OF: Final = THR + "memberOf"
    ISOLATES: Final = THR + "isolates"
    MONITORS: Final = THR + "monitors"
    DETECTS: Final = THR + "detects"
    OCCURRED_ON: Final = THR + "occurredOn"
    FAILURE_OF: Final = THR + "failureOf"
    CAUSED_BY: Final = THR + "causedBy"
    HAS_MODE: Final = THR + "hasMode"
    ADDRESSES: Final = THR + "addresses"
    PERFORMED_ON: Final = THR + "performedOn"
    INSTALLS: Final = THR + "installs"
    REMOVES: Final = THR + "removes"
    REQUIRES: Final = THR + "requires"
    FULFILS: Final = THR + "fulfils"
    INSTALLED_IN: Final = THR + "installedIn"
    PART_OF: Final = THR + "partOf"
    DOCUMENTS: Final = THR + "documents"
    LOCATED_IN: Final = THR + "locatedIn"
    APPLIES_TO: Final = THR + "appliesTo"
    CONCEDES: Final = THR + "concedes"
    MEDIUM_VOLTAGE: Final = BIW + "fedAtMediumVoltage"
    POWERED_BY: Final = BIW + "poweredBy"
    WELD_POWER: Final = BIW + "weldPowerFrom"
    LOGIC_POWER: Final = BIW + "logicPowerFrom"
    COOLED_BY: Final = BIW + "cooledBy"
    GAS_FROM: Final = BIW + "gasFrom"
    AIR_FROM: Final = BIW + "airFrom"
    NETWORKED_BY: Final = BIW + "networkedBy"
    CONTROLLED_BY: Final = BIW + "controlledBy"
    BUS_TO: Final = BIW + "busTo"
    PIPED_TO: Final = BIW + "pipedTo"


MEDIUM: Final = {
    Rel.MEDIUM_VOLTAGE: BIW + "MediumVoltage",
    Rel.POWERED_BY: BIW + "LowVoltage",
    Rel.BUS_TO: BIW + "LowVoltage",
    Rel.WELD_POWER: BIW + "WeldPower",
    Rel.LOGIC_POWER: BIW + "ExtraLowVoltage",
    Rel.COOLED_BY: BIW + "CoolingWater",
    Rel.PIPED_TO: BIW + "CoolingWater",
    Rel.GAS_FROM: BIW + "ShieldingGas",
    Rel.AIR_FROM: BIW + "CompressedAir",
    Rel.NETWORKED_BY: BIW + "Network",
    Rel.CONTROLLED_BY: BIW + "Command",
}
"""Medium of each supply relation, as the Turtle file says it (a test compares)."""

PLM: Final = "plm"
ERP: Final = "erp"
MES: Final = "mes"
CMMS: Final = "cmms"
HISTORIAN: Final = "historian"
RANKS: Final = {PLM: 50, MES: 40, CMMS: 30, ERP: 20, HISTORIAN: 10}
"""Where two sources disagree, the higher answers."""
