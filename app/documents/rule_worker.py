"""The process of its own in which the rule engine runs: one document after the other, asked over its standard input.

Started by `rule_pool` as a file, so it loads nothing of Kontor: an abort of the engine, a leak or a document without end
harms nobody else. A request is two lengths, a JSON head and the document; an answer is a letter (`K` done, `E` not run to
the end, with the reason), the memory in use, a length and the text: the rules that failed, one a record.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import struct
import sys
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape

REQUEST = struct.Struct("!IQ")
ANSWER = struct.Struct("!cQQ")
FIELD, RECORD = "\x1f", "\x1e"  # characters that no XML can hold
_COMPILED = 32
_ADDRESS_SPACE = 4_000_000_000
_GRACE = 5
_FAILED = (
    "string-join(for $one in (//svrl:failed-assert | //svrl:successful-report) return string-join("
    "($one/@id/string(), '')[1] || $f || ($one/@flag/string(), $one/@role/string(), '')[1] || $f || "
    "($one/@location/string(), '')[1] || $f || normalize-space($one)), $r)"
)

# The official sheet as it is, but for how the number of an element in a path is found: the usual way counts the elements
# before it for every rule that fails, which takes minutes where thousands of lines break a rule.
_PLACES = """<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:map="http://www.w3.org/2005/xpath-functions/map"
 xmlns:kontor="urn:kontor:places" exclude-result-prefixes="#all">
<xsl:import href="SHEET"/>
<xsl:variable name="kontor:numbers" as="map(xs:string, xs:integer)"><xsl:map>
 <xsl:for-each select="//*[count(*) gt 20]"><xsl:for-each-group select="*" group-by="node-name()">
  <xsl:for-each select="current-group()"><xsl:map-entry key="generate-id()" select="position()"/></xsl:for-each>
 </xsl:for-each-group></xsl:for-each>
</xsl:map></xsl:variable>
<xsl:template match="*" mode="schematron-get-full-path">
 <xsl:variable name="name" select="node-name()"/>
 <xsl:apply-templates mode="schematron-get-full-path" select="parent::*"/>
 <xsl:value-of select="if (namespace-uri() = '') then '/' || name()
  else '/*:' || local-name() || '[namespace-uri()=''' || namespace-uri() || ''']'"/>
 <xsl:value-of select="'[' || ($kontor:numbers(generate-id()),
  1 + count(preceding-sibling::*[node-name() = $name]))[1] || ']'"/>
</xsl:template>
</xsl:stylesheet>"""


class Engine:
    """The engine with its compiled sheets, the latest used kept."""

    def __init__(self) -> None:
        self._processor: Any = importlib.import_module("saxonche").PySaxonProcessor(license=False)
        self._sheets: OrderedDict[tuple[str, str], Any] = OrderedDict()

    @property
    def version(self) -> str:
        return str(self._processor.version)

    def failed(self, sheet: str, stamp: str, document: str) -> str:
        compiled = self._compiled(sheet, stamp)
        report = compiled.transform_to_value(xdm_node=self._processor.parse_xml(xml_text=document))
        if report is None or report.head is None:
            raise ValueError("the engine gave no report")
        finder = self._processor.new_xpath_processor()
        finder.declare_namespace("svrl", "http://purl.oclc.org/dsdl/svrl")
        finder.declare_variable("f")
        finder.declare_variable("r")
        finder.set_parameter("f", self._processor.make_string_value(FIELD))
        finder.set_parameter("r", self._processor.make_string_value(RECORD))
        finder.set_context(xdm_item=report.head)
        if not finder.effective_boolean_value("exists(/svrl:schematron-output)"):
            raise ValueError("the rules gave another report than Schematron does")
        return str(finder.evaluate_single(_FAILED))

    def _compiled(self, sheet: str, stamp: str) -> Any:
        key = (sheet, stamp)
        if key in self._sheets:
            self._sheets.move_to_end(key)
            return self._sheets[key]
        # Imported as the file it is: the code lists beside it are found by its base URI.
        text = _PLACES.replace("SHEET", escape(Path(sheet).as_uri(), {'"': "&quot;"}))
        try:
            compiled = self._processor.new_xslt30_processor().compile_stylesheet(stylesheet_text=text)
        except Exception:  # such as a package, which cannot be imported
            compiled = self._processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=sheet)
        self._sheets[key] = compiled
        if len(self._sheets) > _COMPILED:
            self._sheets.popitem(last=False)
        return compiled


def _memory() -> int:
    """Bytes of this process that are in memory, 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _started() -> Engine:
    """Saxon 13 aborts where the address space is limited, so the limit is lifted as far as it may be.

    Saxon 12 bears one, which stops a document that would take the memory of the machine.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    engine = Engine()
    if " 12." in engine.version:
        limit = _ADDRESS_SPACE if hard == resource.RLIM_INFINITY else min(hard, _ADDRESS_SPACE)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    return engine


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Until the other side closes. The alarm ends this process when nobody waits for it any more."""
    engine: Engine | None = None
    while head := requests.read(REQUEST.size):
        lengths = REQUEST.unpack(head)
        asked = json.loads(requests.read(lengths[0]))
        document = requests.read(lengths[1]).decode()
        signal.alarm(asked["seconds"] + _GRACE)
        try:
            engine = engine or _started()
            letter, text = b"K", engine.failed(asked["sheet"], asked["stamp"], document)
        except Exception as error:
            letter, text = b"E", f"{error}" or type(error).__name__
        signal.alarm(0)
        payload = text.encode("utf-8", "replace")
        answers.write(ANSWER.pack(letter, _memory(), len(payload)) + payload)
        answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all; the one that started this one ends it
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    own_output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what the engine prints must not fall between the answers
    serve(sys.stdin.buffer, own_output)
