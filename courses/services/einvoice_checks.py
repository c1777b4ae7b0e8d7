"""Whether an e-invoice holds: the schema of UBL 2.1, the rules of EN 16931, Peppol and Norway, and our own.

The packages that carry them work without a network. A check that could not be made whole is never taken for a good
one: `Report.is_valid` asks for both, nothing found and nothing left out.
"""

import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from courses.services.einvoice_own_rules import Fault, own_faults

logger = logging.getLogger(__name__)

LARGEST = 10 * 1024 * 1024
LEAST_RULES = 1144  # of EN 16931 and Peppol, Norway's among them, in mock-einvoice 0.4.0
NOT_XML, SCHEMA, UNREADABLE, INCOMPLETE = "XML", "UBL-XSD", "UNREADABLE", "INCOMPLETE"
SCHEMAS = {
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice": "UBL-Invoice-2.1.xsd",
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote": "UBL-CreditNote-2.1.xsd",
}
MOST_FAULTS = 50


@dataclass(frozen=True)
class Report:
    """What a check found. `remarks` are what the rules warn of; a document may leave with them."""

    complete: bool
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Fault, ...] = ()

    @property
    def is_valid(self) -> bool:
        return self.complete and not self.faults


def check_einvoice(xml: bytes) -> Report:
    """Return what is wrong with an e-invoice, by rule, and whether every rule has been asked.

    Never raises for what it is given: whatever cannot be read, or stops a check, is a fault of its own.
    """
    etree, rules = _tools()
    try:
        root = _parse(etree, xml)
    except (etree.XMLSyntaxError, ValueError) as error:
        return _incomplete(NOT_XML, str(error))
    if root.tag not in SCHEMAS:
        return _incomplete(SCHEMA, f"Neither an invoice nor a credit note of UBL 2.1: {root.tag}"[:300])
    faults = [*_schema_faults(root), *own_faults(root)]
    try:
        judged = _judge(rules, xml)
    except Exception as error:  # noqa: BLE001  an outer edge: what breaks the rules has not passed them
        logger.warning("the rules stopped at an e-invoice: %s", type(error).__name__)
        return Report(False, (*faults, Fault(UNREADABLE, f"{type(error).__name__}: {error}"[:300])))
    if not judged.complete:
        faults.append(Fault(INCOMPLETE, "Some rules could not be asked."))
    return Report(judged.complete, (*faults, *judged.faults)[:MOST_FAULTS], judged.remarks[:MOST_FAULTS])


def _judge(rules: ModuleType, xml: bytes) -> Report:
    """Ask the rules of EN 16931, Peppol and Norway; what the package cannot read raises its `Refused`."""
    _document, report = rules.validate(xml)
    asked = report.specification == "peppol" and not report.unasked and len(set(report.ran)) >= LEAST_RULES
    faults = tuple(Fault(one.code, one.text, one.path) for one in report.failures)
    remarks = tuple(Fault(one.code, one.text, one.path) for one in report.findings if one not in report.failures)
    return Report(
        asked and report.verdict in {"valid", "invalid"} and (report.verdict == "invalid") == bool(faults),
        faults,
        remarks,
    )


def _parse(etree: ModuleType, xml: bytes):
    """Return the root of a document without a document type, of bounded size, fetching nothing."""
    if len(xml) > LARGEST:
        raise ValueError("The document is larger than 10 MB.")
    root = etree.fromstring(xml, _parser(etree))
    if root.getroottree().docinfo.doctype:
        raise ValueError("A document type is declared.")
    return root


def _parser(etree: ModuleType):
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _schema_faults(root) -> list[Fault]:
    schema = _schema(SCHEMAS[root.tag])
    if schema.validate(root):
        return []
    found = [Fault(SCHEMA, error.message[:300], error.path or "") for error in schema.error_log]
    return found[:MOST_FAULTS] or [Fault(SCHEMA, "The schema refuses it.")]


@cache
def _schema(name: str):
    """Return a compiled schema. It takes a tenth of a second, so each process reads each once."""
    etree, _rules = _tools()
    return etree.XMLSchema(etree.parse(Path(_schema_folder()) / "maindoc" / name))


@cache
def _tools() -> tuple[ModuleType, ModuleType]:
    """Import what checks only when something is checked, so that web processes do without its 30 MiB until then."""
    import mockeinvoice
    from lxml import etree

    return etree, mockeinvoice


def _schema_folder() -> str:
    from peppol.xsd import SCHEMA_DIR

    return SCHEMA_DIR


def _incomplete(rule: str, text: str) -> Report:
    return Report(False, (Fault(rule, text[:300]),))
