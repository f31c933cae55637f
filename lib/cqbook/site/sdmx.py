"""The published figures as SDMX: SDMX-CSV 2.0, and their structure as SDMX-JSON 2.0.

The codelists are those of the book: its tables and its words. What SDMX has no form for is said
beside the form that it has: a period without a beginning by ``PERIOD_FORM``, its own spelling by
``PERIOD``; a number by its printed digits and ``QUALIFIER``, never by what that leaves open.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from cqbook.data.catalog import Catalog
from cqbook.data.rows import rows_of
from cqbook.data.vocabulary import ACCUMULATIONS, BASES_ZH, FLOWS_ZH, MEASURES
from cqbook.disk.archives import EPOCH
from cqbook.quantities.about import STATUS_ZH
from cqbook.quantities.periods import Period
from cqbook.quantities.units import Unit, unit_zh

#: The names of the two files, at the root of an edition's site.
SDMX_DATA, SDMX_STRUCTURE = "observations.sdmx.csv", "observations.sdmx.json"
#: Codes that SDMX has for what is no code of ours: the total, not applicable, not known.
ALL_PARTS, NOT_APPLICABLE, NOT_SAID = "_T", "_Z", "_U"
#: What of a dimension says that it is a breakdown of ours (``vehicle=nev``).
BY = "BY_"
#: How a period stands in TIME_PERIOD, by its form in our tables.
PERIOD_FORMS = {
    "closed": ("起止都有", "both ends known"),
    "until": ("截至（起点不详或自始）", "up to the period, from the beginning"),
    "by": ("到这一时期", "by the period"),
    "since": ("自这一时期起", "from the period on"),
}
#: Columns of ours that stand in the file as they are.
AS_THEY_ARE = {
    "INDICATOR": "indicator",
    "REF_AREA": "entity",
    "MEASURE": "measure",
    "ACCUMULATION": "accumulation",
    "STATUS": "status",
    "SOURCE": "source_id",
    "OBS_VALUE": "value",
    "VALUE_UPPER": "value_upper",
    "OBS_ID": "observation_id",
    "QUALIFIER": "qualifier",
    "PERIOD": "period",
    "ISSUER": "issuer",
    "LOCATOR": "locator",
    "CONFIDENCE": "confidence",
    "SUPERSEDES": "supersedes",
    "COMMENT_OBS": "note",
}
#: What tells figures apart of which all else is the same: two tables of one source have them.
SIGHTING = "SIGHTING"
_VERSION = re.compile(r"\d+(?:\.\d+){0,2}")


@dataclass(frozen=True)
class Codelist:
    """A codelist: its id, its name in both languages, and so each code's name."""

    id: str
    zh: str
    en: str
    names: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Component:
    """A component of the structure: its id, its names, its codes (None: a text, or a number)."""

    id: str
    zh: str
    en: str
    codes: Codelist | None = None
    type: str = "String"


@dataclass(frozen=True)
class Dataflow:
    """What is published: dimensions, measures, attributes, by whom and as which version."""

    agency: str
    version: str
    title: str
    title_en: str
    dimensions: tuple[Component, ...]
    measures: tuple[Component, ...]
    attributes: tuple[Component, ...]

    @property
    def reference(self) -> str:
        """What stands in the column STRUCTURE_ID."""
        return f"{self.agency}:OBSERVATIONS({self.version})"


def code_id(text: str) -> str:
    """Return a unit as SDMX spells an id: ``CNY/m2`` has a sign that none may have."""
    return text.replace("/", "_per_").replace(" ", "_")


def _plain(words: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return codes with their Chinese names, and themselves for English ones."""
    return {code: (said or code, code.replace("_", " ")) for code, said in words.items()}


def _table(book: Catalog, resource: str, key: str) -> dict[str, tuple[str, str]]:
    rows = book.text(resource).sort_values(key)
    return {row[key]: (row["name_zh"], row["name_en"]) for row in rows_of(rows)}


def _breakdowns(book: Catalog, frame: pd.DataFrame) -> list[Component]:
    """Return a dimension for each by which a figure is broken down."""
    parts = {part.partition("=")[0] for text in frame["breakdown"] for part in text.split(";")}
    table = book.text("breakdowns")
    found = []
    for name in sorted(parts - {""}):
        rows = rows_of(table[table["dimension"].eq(name)].sort_values("code"))
        names = {row["code"]: (row["name_zh"], row["name_en"]) for row in rows}
        said = name.replace("_", " ")
        codes = Codelist(
            f"CL_{BY}{name.upper()}", said, said, {ALL_PARTS: ("合计", "total")} | names
        )
        found.append(Component(f"{BY}{name.upper()}", said, said, codes))
    return found


def _version(text: str) -> str:
    """Return the version of a data package with three numbers, as a maintained artefact's is."""
    numbers = [int(part) for part in text.split(".")] if _VERSION.fullmatch(text) else [1]
    return ".".join(map(str, [*numbers, 0, 0][:3]))


def dataflow_of(book: Catalog, frame: pd.DataFrame, labels: Mapping[str, str]) -> Dataflow:
    """Return the structure of published rows.

    Parameters
    ----------
    book : Catalog
    frame : pandas.DataFrame
        Observations, all text (`cqbook.site.numbers_page.published_rows`).
    labels : mapping of str to str
        Of the sources, by their id.
    """
    units = sorted({Unit.parse(text).name for text in frame["unit"]})
    unit_names = {code_id(name): (unit_zh(Unit(1, name)), name) for name in units}
    sources = {code: (labels[code], labels[code]) for code in sorted(set(frame["source_id"]))}
    qualifiers = rows_of(book.text("qualifiers"))
    said = {row["qualifier"]: (row["name_zh"], row["qualifier"]) for row in qualifiers}
    none, unknown = (
        {NOT_APPLICABLE: ("不适用", "not applicable")},
        {NOT_SAID: ("未说明", "not said")},
    )

    def listed(
        name: str, zh: str, en: str, names: Mapping[str, tuple[str, str]], under: str = ""
    ) -> Component:
        return Component(name, zh, en, Codelist(f"CL_{under or name}", zh, en, names))

    dimensions = (
        listed("INDICATOR", "指标", "indicator", _table(book, "indicators", "indicator")),
        listed(
            "REF_AREA", "谁的数字", "whose figure", _table(book, "entities", "entity"), "ENTITY"
        ),
        listed("FLOW", "流向", "flow", none | _plain(FLOWS_ZH)),
        listed("MEASURE", "计量", "measure", _plain(MEASURES | {"level": "水平"})),
        listed("ACCUMULATION", "累计", "accumulation", _plain(ACCUMULATIONS)),
        *_breakdowns(book, frame),
        Component("BASE", "比较的对象", "what it is compared with, or a share of"),
        listed("UNIT_MEASURE", "单位", "unit", unit_names, "UNIT"),
        listed("STATUS", "性质", "status", _plain(STATUS_ZH)),
        listed("BASIS", "口径", "basis", unknown | _plain(BASES_ZH)),
        listed("SOURCE", "来源", "source", sources),
        listed("PERIOD_FORM", "时期的形式", "form of the period", PERIOD_FORMS),
        Component(SIGHTING, "同一来源第几处", "which place of the same source", type="Integer"),
        Component("TIME_PERIOD", "时期", "period", type="ObservationalTimePeriod"),
    )
    attributes = (
        Component("OBS_ID", "数据编号", "id of the figure in the book"),
        Component("UNIT_MULT", "单位是10的几次方", "power of ten of the unit", type="Integer"),
        listed("QUALIFIER", "限定词", "qualifier", said),
        Component("PERIOD", "时期（照书中写法）", "period as the book writes it"),
        Component("ISSUER", "发布者", "issuer"),
        Component("LOCATOR", "在来源中的位置", "place in the source"),
        Component("AS_PRINTED", "印作", "as printed"),
        Component("CONFIDENCE", "可信度", "confidence", type="Integer"),
        Component("SUPERSEDES", "更正的数据编号", "id of the figure that it corrects"),
        Component("COMMENT_OBS", "说明", "note"),
    )
    return Dataflow(
        agency=str(book.descriptor.get("name") or "book"),
        version=_version(book.descriptor["version"]),
        title=book.publication.title,
        title_en=book.publication.title_en,
        dimensions=dimensions,
        measures=(
            Component("OBS_VALUE", "数值", "value", type="Decimal"),
            Component("VALUE_UPPER", "数值上端", "upper end of a printed range", type="Decimal"),
        ),
        attributes=attributes,
    )


# --- the data


@functools.cache
def time_period(text: str) -> tuple[str, str]:
    """Return a period as SDMX writes it, and its form (`PERIOD_FORMS`).

    A stretch is a time range, its first day and its length; of an open one the end that is known.
    """
    if text.startswith("../"):
        return text.removeprefix("../"), "until"
    if text.startswith("/"):
        return text.removeprefix("/"), "by"
    if text.endswith("/.."):
        return text.removesuffix("/.."), "since"
    if "/" not in text:
        return text, "closed"
    period = Period.parse(text)
    assert period.start is not None
    assert period.end is not None
    return f"{period.start}/{_length(text, period.start, period.end)}", "closed"


def _length(text: str, start: date, end: date) -> str:
    """Return how long a stretch is: in the units that it is written in, else in days."""
    first, _, last = text.partition("/")
    years = end.year - start.year
    if len(first) == len(last) == len("2022"):
        return f"P{years + 1}Y"
    if len(first) == len(last) == len("2022-01") and "Q" not in text:
        return f"P{12 * years + end.month - start.month + 1}M"
    return f"P{(end - start).days + 1}D"


def _columns(frame: pd.DataFrame, breakdowns: Iterable[str]) -> dict[str, list[str]]:
    """Return the rows by component, but for which place of its source a row is."""
    kept = {name: column.tolist() for name, column in frame.items()}
    units = [Unit.parse(text) for text in kept["unit"]]
    when = [time_period(text) for text in kept["period"]]
    parts = [
        dict(part.split("=", 1) for part in text.split(";") if part) for text in kept["breakdown"]
    ]
    printed = zip(kept["as_printed"], kept["value"], strict=True)
    return {
        **{name: kept[column] for name, column in AS_THEY_ARE.items()},
        # where it only repeats the value, the rows do not say it twice
        "AS_PRINTED": [text or value for text, value in printed],
        "FLOW": [text or NOT_APPLICABLE for text in kept["flow"]],
        "BASE": [text or NOT_APPLICABLE for text in kept["base"]],
        "BASIS": [text or NOT_SAID for text in kept["basis"]],
        **{name: _coded(parts, name.removeprefix(BY).lower()) for name in breakdowns},
        "UNIT_MEASURE": [code_id(unit.name) for unit in units],
        "UNIT_MULT": [str(len(str(unit.scale)) - 1) for unit in units],
        "TIME_PERIOD": [text for text, _ in when],
        "PERIOD_FORM": [form for _, form in when],
    }


def _coded(parts: Iterable[Mapping[str, str]], dimension: str) -> list[str]:
    """Return by what of a dimension each row is broken down."""
    return [some.get(dimension, ALL_PARTS) for some in parts]


def sdmx_csv(frame: pd.DataFrame, flow: Dataflow) -> str:
    """Return published rows as SDMX-CSV 2.0, the key of each its own."""
    columns = [item.id for item in (*flow.dimensions, *flow.measures, *flow.attributes)]
    key = [item.id for item in flow.dimensions if item.id != SIGHTING]
    cells = _columns(frame, [name for name in key if name.startswith(BY)])
    seen: Counter[tuple[str, ...]] = Counter()
    sightings = []
    for place in zip(*(cells[name] for name in key), strict=True):
        seen[place] += 1
        sightings.append(str(seen[place]))
    cells[SIGHTING] = sightings
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *columns])
    said = ("dataflow", flow.reference, "I")
    rows = zip(*(cells[name] for name in columns), strict=True)
    writer.writerows((*said, *row) for row in rows)
    return out.getvalue()


# --- the structure


def sdmx_json(flow: Dataflow) -> str:
    """Return the structure as an SDMX-JSON 2.0 message: dataflow, structure, concepts, codes."""
    columns = (*flow.dimensions, *flow.measures, *flow.attributes)
    own = _maintained(flow)
    codelists = {item.codes.id: item.codes for item in columns if item.codes}
    content = {
        "meta": {
            "schema": "https://json.sdmx.org/2.0.0/sdmx-json-structure-schema.json",
            "id": "OBSERVATIONS",
            # the same bytes whenever it is written
            "prepared": f"{EPOCH:%Y-%m-%dT%H:%M:%SZ}",
            "test": False,
            "contentLanguages": ["zh", "en"],
            "sender": {"id": flow.agency},
        },
        "data": {
            "dataflows": [
                own("OBSERVATIONS", flow.title, flow.title_en)
                | {"structure": _urn("datastructure.DataStructure", flow, "DSD_OBSERVATIONS")}
            ],
            "dataStructures": [
                own("DSD_OBSERVATIONS", "已公布的数字", "published figures")
                | {"dataStructureComponents": _components(flow)}
            ],
            "conceptSchemes": [
                own("CONCEPTS", "各列的含义", "what the columns mean")
                | {"concepts": [_named(item.id, item.zh, item.en) for item in columns]}
            ],
            "codelists": [
                own(item.id, item.zh, item.en)
                | {"codes": [_named(code, *said) for code, said in item.names.items()]}
                for item in codelists.values()
            ],
        },
    }
    # in this order: readers know a message by what stands in its first lines
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _named(identifier: str, zh: str, en: str) -> dict[str, Any]:
    return {"id": identifier, "name": zh, "names": {"zh": zh, "en": en}}


def _maintained(flow: Dataflow) -> Callable[[str, str, str], dict[str, Any]]:
    """Return what makes an artefact of the agency, in the version of the data."""
    kept = {"agencyID": flow.agency, "version": flow.version}
    return lambda identifier, zh, en: kept | _named(identifier, zh, en)


def _urn(kind: str, flow: Dataflow, place: str) -> str:
    """Return the URN of an artefact, or (``CONCEPTS.FLOW``) of an item in one."""
    artefact, _, item = place.partition(".")
    end = f".{item}" if item else ""
    return f"urn:sdmx:org.sdmx.infomodel.{kind}={flow.agency}:{artefact}({flow.version}){end}"


def _components(flow: Dataflow) -> dict[str, Any]:
    """Return the lists of dimensions, measures and attributes."""

    def component(item: Component) -> dict[str, Any]:
        concept = _urn("conceptscheme.Concept", flow, f"CONCEPTS.{item.id}")
        form: dict[str, Any] = {"format": {"dataType": item.type}}
        if item.codes:
            form = {"enumeration": _urn("codelist.Codelist", flow, item.codes.id)}
        return {"id": item.id, "conceptIdentity": concept, "localRepresentation": form}

    *others, time = map(component, flow.dimensions)
    return {
        "dimensionList": {
            "id": "DimensionDescriptor",
            "dimensions": others,
            "timeDimension": time,
        },
        "measureList": {
            "id": "MeasureDescriptor",
            # 基本持平 is printed without a number
            "measures": [component(item) | {"usage": "optional"} for item in flow.measures],
        },
        "attributeList": {
            "id": "AttributeDescriptor",
            "attributes": [
                component(item)
                | {"usage": "optional", "attributeRelationship": {"observation": {}}}
                for item in flow.attributes
            ],
        },
    }
