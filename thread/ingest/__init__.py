"""How do tables become facts? Mapping and files in, facts and a report out; nothing is stored here."""

from thread.ingest.identity import Nothing, Resolver
from thread.ingest.loading import load_mapping, mapping_schema, parse_mapping
from thread.ingest.model import Mapping
from thread.ingest.parts import Vanished
from thread.ingest.rdf import mapping_of_file, read_rdf
from thread.ingest.reading import Reading, TableScope, read
from thread.ingest.report import Finding, Report, TableCount
from thread.ingest.snapshots import Claim, Settlement, claim_of, settle, standing_claims
from thread.ingest.standing import settle_log

__all__ = [
    "Claim",
    "Finding",
    "Mapping",
    "Nothing",
    "Reading",
    "Report",
    "Resolver",
    "Settlement",
    "TableCount",
    "TableScope",
    "Vanished",
    "claim_of",
    "load_mapping",
    "mapping_of_file",
    "mapping_schema",
    "parse_mapping",
    "read",
    "read_rdf",
    "settle",
    "settle_log",
    "standing_claims",
]
