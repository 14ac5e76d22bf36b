"""What was designed, required and written down? Designs with revisions and bills of materials, documents, suppliers."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from thread.clock import Instant
from thread.facts import Value
from thread.samples.books import Books
from thread.samples.ledger import Ledger, Page, moment
from thread.samples.site import START, day
from thread.samples.words import ERP, PLM, Rel, core, entity, kind
from thread.terms import EntityId, UpperKind

_DESIGNS: Final = (
    ("BL", "Body line", ("A",)),
    ("WC", "Geo welding cell", ("A", "B")),
    ("RC", "Respot cell", ("A",)),
    ("RB", "Robot 210 kg", ("A", "B")),
    ("SG", "Servo spot weld gun X-type", ("A", "B")),
    ("WT", "Gun transformer 1 kHz 150 kVA", ("A", "B", "C")),
    ("WH", "Cooling hose DN 13", ("A", "B")),
    ("EC", "Electrode cap 16 mm CuCrZr", ("A", "B")),
    ("DP", "Dress pack", ("A", "B")),
    ("PM", "Pump motor 11 kW", ("A", "B")),
    ("CM", "Geared motor 1.5 kW", ("A",)),
    ("FS", "Flow switch", ("A",)),
    ("BD", "Body in white", ("A", "B")),
)
_RELEASED: Final = {"A": -300, "B": -60, "C": 190}
"""Days after the start; revision C of the transformer is released in service."""
EFFECTIVE: Final = day(210, 0)
"""From then on guns are built with revision C of the transformer."""

FLOW_SWITCH_FROM: Final = "SG-504"
"""From this gun on a flow switch belongs in; nobody has fitted one yet."""
MAKER_NUMBERS: Final = {
    "WT.A": "NS-7001",
    "WT.B": "NS-7002",
    "WT.C": "NS-7003",
    "WH.A": "EH-1300",
    "WH.B": "EH-1310",
    "EC.B": "HC-16",
}
"""Part numbers of the suppliers, by which their notices speak."""
NOTICES: Final = {"PCN-14": ("EH-1305", "EH-1399"), "PCN-15": ("NS-7100", "NS-7199")}
"""Ranges of suppliers' notices; the second touches nothing that is used here."""
_MODES: Final = (
    ("FM-SHO", "Short circuit in the secondary", 1.8, 21000.0),
    ("FM-OHE", "Overheating", 2.1, 26000.0),
    ("FM-ELU", "External leakage of utility medium", 1.4, 18000.0),
    ("FM-STP", "Electrode sticking", 1.1, 4000.0),
    ("FM-VIB", "Vibration", 2.4, 30000.0),
    ("FM-LOO", "Low output", 1.2, 24000.0),
    ("FM-BRD", "Breakdown", 1.0, 40000.0),
    ("FM-STD", "Structural deficiency", 2.8, 35000.0),
    ("FM-ERO", "Erratic output", 1.0, 20000.0),
)
MODES_OF: Final = {
    "WT": ("FM-SHO", "FM-OHE", "FM-ELU"),
    "WH": ("FM-ELU",),
    "EC": ("FM-STP",),
    "SG": ("FM-SHO", "FM-STP", "FM-ELU"),
    "PM": ("FM-VIB", "FM-OHE"),
    "DP": ("FM-BRD",),
    "CM": ("FM-BRD",),
}
_SUPPLIERS: Final = (
    ("SUP-NORD", "Nordspule Magnetics"),
    ("SUP-ELBE", "Elbe Elastomer"),
    ("SUP-HAVEL", "Havel Copper"),
    ("SUP-KABEL", "Kabelwerk Lausitz"),
    ("SUP-ANTRIEB", "Antrieb Nord"),
    ("SUP-STAHL", "Stahl Ost"),
)
_BOM: Final = (
    ("BL.A", "WC.B", "010", "3"),
    ("BL.A", "RC.A", "020", "3"),
    ("WC.A", "RB.A", "010", "1"),
    ("WC.A", "SG.A", "020", "1"),
    ("WC.B", "RB.B", "010", "1"),
    ("WC.B", "SG.B", "020", "1"),
    ("WC.B", "DP.B", "030", "1"),
    ("RC.A", "RB.B", "010", "1"),
    ("RC.A", "SG.B", "020", "1"),
    ("RC.A", "DP.B", "030", "1"),
    ("SG.A", "WT.A", "010", "1"),
    ("SG.A", "WH.A", "020", "2"),
    ("SG.A", "EC.A", "030", "2"),
    ("SG.B", "WH.B", "020", "1"),
    ("SG.B", "EC.B", "030", "2"),
)
"""Bill lines: parent, child, find number, quantity. The transformer's line of SG.B is split by effectivity below."""


@dataclass(frozen=True, slots=True)
class BomLine:
    """One line of a bill of materials."""

    parent: EntityId
    child: EntityId
    find_number: str
    quantity: Decimal
    effective_from: Instant | None = None
    effective_to: Instant | None = None
    from_serial: str | None = None


class Engineering:
    """Designs, documents and suppliers: one set for all zones of a sample."""

    def __init__(self, ledger: Ledger, books: Books) -> None:
        self._ledger = ledger
        self._books = books
        self.bom: list[BomLine] = []
        self.revisions: dict[EntityId, EntityId] = {}
        """Revision -> design."""

    def plant(self) -> None:
        """Write all of it."""
        plm, erp = self._ledger.page(PLM, START), self._ledger.page(ERP, START)
        for key, name in _SUPPLIERS:
            self._add(erp, key, UpperKind.SUPPLIER, name)
            erp.identifier(entity(key), ERP, key.removeprefix("SUP-"))
        for key, name, shape, scale in _MODES:
            mode = self._add(plm, key, UpperKind.FAILURE_MODE, name)
            plm.identifier(mode, "iso14224", key.removeprefix("FM-"))
            plm.value(mode, core("weibullShape"), shape)
            plm.value(mode, core("weibullScaleHours"), scale)
        self._designs(plm)
        self._lines(plm)
        self._documents(plm)

    def _add(self, page: Page, key: str, of: str, label: str, since: Instant = START) -> EntityId:
        iri = entity(key)
        page.kind(iri, of, f"{key} {label}", since)
        self._books.kinds[iri] = of
        return iri

    def _designs(self, plm: Page) -> None:
        for key, name, revisions in _DESIGNS:
            design = self._add(plm, key, UpperKind.PRODUCT_DESIGN, name, day(-300))
            plm.identifier(design, "part", key)
            for mode in MODES_OF.get(key, ()):
                plm.link(design, Rel.HAS_MODE, entity(mode))
            for number, letter in enumerate(revisions):
                released = day(_RELEASED[letter])
                page = self._ledger.page(PLM, released)
                revision = self._add(
                    page, f"{key}.{letter}", UpperKind.DESIGN_REVISION, f"{name} rev {letter}", released
                )
                page.identifier(revision, "part", f"{key}/{letter}")
                if f"{key}.{letter}" in MAKER_NUMBERS:
                    page.identifier(revision, "maker", MAKER_NUMBERS[f"{key}.{letter}"])
                page.link(revision, Rel.REVISION_OF, design)
                self.revisions[revision] = design
                if number:
                    page.link(revision, Rel.SUPERSEDES, entity(f"{key}.{revisions[number - 1]}"))
        late = self._ledger.page(PLM, day(_RELEASED["C"]))
        late.link(entity("WT.C"), Rel.ALTERNATE_FOR, entity("WT.B"))

    def _lines(self, plm: Page) -> None:
        for parent, child, find, quantity in _BOM:
            self._line(plm, BomLine(entity(parent), entity(child), find, Decimal(quantity)))
        gun = entity("SG.B")
        late = self._ledger.page(PLM, day(_RELEASED["C"]))
        self._line(plm, BomLine(gun, entity("WT.B"), "010", Decimal(1), effective_to=EFFECTIVE))
        self._line(late, BomLine(gun, entity("WT.C"), "010", Decimal(1), effective_from=EFFECTIVE))
        self._line(plm, BomLine(gun, entity("FS.A"), "040", Decimal(1), from_serial=FLOW_SWITCH_FROM))

    def _line(self, page: Page, line: BomLine) -> None:
        qualifiers: dict[str, Value] = {"quantity": line.quantity, "findNumber": line.find_number}
        if line.effective_from is not None:
            qualifiers["effectiveFrom"] = moment(line.effective_from)
        if line.effective_to is not None:
            qualifiers["effectiveTo"] = moment(line.effective_to)
        if line.from_serial is not None:
            qualifiers["effectiveFromSerial"] = line.from_serial
        page.link(line.parent, Rel.USES_DESIGN, line.child, qualifiers=qualifiers)
        self.bom.append(line)

    def _documents(self, plm: Page) -> None:
        for key, label, revision in (
            ("RQ-1", "Secondary current 12 kA at 60 % duty", "WT.C"),
            ("RQ-2", "No leak at 10 bar, 90 C, 2 years", "WH.B"),
            ("RQ-3", "Spot diameter at least 5 mm", "SG.B"),
            ("RQ-4", "Cap life 8,000 spots", "EC.B"),
        ):
            requirement = self._add(plm, key, UpperKind.REQUIREMENT, label)
            page = self._ledger.page(PLM, day(_RELEASED[revision[-1]]))
            page.link(entity(revision), Rel.SATISFIES, requirement)
        for key, of, label, about in (
            ("DR-WT-C", "Drawing", "Gun transformer rev C, sheet 1", "WT.C"),
            ("DR-WH-B", "Drawing", "Cooling hose rev B", "WH.B"),
            ("DR-SG-B", "Drawing", "Spot weld gun rev B", "SG.B"),
            ("PR-GUN", "Procedure", "Exchange of a gun transformer", "SG"),
            ("PR-LOTO", "Procedure", "Isolation of a station panel", "WC"),
        ):
            document = self._add(plm, key, kind(of), label)
            plm.identifier(document, PLM, key)
            page = self._ledger.page(PLM, day(_RELEASED["C"]) if about == "WT.C" else START)
            page.link(document, Rel.DOCUMENTS, entity(about))
        notice = self._ledger.page(PLM, day(_RELEASED["B"] + 320))
        pcn = self._add(notice, "PCN-14", kind("ChangeNotice"), "Elastomer compound changed", day(_RELEASED["B"] + 320))
        notice.link(pcn, Rel.APPLIES_TO, entity("WH.B"))
        other = self._add(notice, "PCN-15", kind("ChangeNotice"), "New lacquer", day(_RELEASED["B"] + 320))
        for document, (first, last) in zip((pcn, other), NOTICES.values(), strict=True):
            notice.value(document, core("affectedPart"), first, qualifiers={"through": last, "scheme": "maker"})
