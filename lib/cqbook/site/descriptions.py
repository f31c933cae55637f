"""What catalogues and tools read of an edition's data: DCAT-AP, schema.org, Croissant.

Each says the same of the same files (`cqbook.site.offered`), as its own rules want it; none says
what the book does not: no licence where its data package names none, no day that nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cqbook.data.catalog import DESCRIPTOR
from cqbook.site.directives import DATA_FOLDER
from cqbook.site.offered import Measured, Offer, Offers
from cqbook.site.settings import root_of

#: Their files, at the root of an edition's site.
DCAT, CROISSANT = "catalogue.jsonld", "croissant.json"
#: The page that lists the tables of the data package.
DATA_PAGE = "chapters/data"
JsonLd = dict[str, Any]


def _lean(content: Mapping[str, object]) -> JsonLd:
    """Return what is said, without what is not."""
    return {key: value for key, value in content.items() if value not in ("", None, [], {})}


def _texts(zh: str, en: str = "") -> list[JsonLd]:
    """Return a text in the languages that there are of it."""
    said = {"zh": zh, "en": en if en != zh else ""}
    return [{"@language": key, "@value": text} for key, text in said.items() if text]


def _reference(address: str, kind: str = "") -> JsonLd | None:
    """Return a reference to something, and as what it is meant."""
    return _lean({"@id": address, "@type": kind}) if address else None


# --- DCAT-AP 3

_AUTHORITY = "http://publications.europa.eu/resource/authority"
_DCAT_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_LICENCE = "dct:LicenseDocument"
#: What the subjects of catalogues are, and that of ours: named here, and then by its address alone.
_THEMES = {
    "@id": f"{_AUTHORITY}/data-theme",
    "@type": "skos:ConceptScheme",
    "dct:title": _texts("", "Data theme"),
    "skos:hasTopConcept": {
        "@id": f"{_AUTHORITY}/data-theme/ECON",
        "@type": "skos:Concept",
        "skos:prefLabel": _texts("", "Economy and finance"),
    },
}
_FILE_TYPES = {
    "text/csv": "CSV",
    "application/json": "JSON",
    "application/vnd.sdmx.data+csv": "CSV",
}


def dcat(offers: Offers, files: Mapping[str, Measured]) -> JsonLd:
    """Return the catalogue of an edition's data as DCAT-AP 3.

    Parameters
    ----------
    offers : Offers
    files : mapping of str to Measured
        What is offered, as it was written, by its path; so for `croissant`.
    """
    publisher = {"@id": "#publisher", "@type": "foaf:Agent", "foaf:name": offers.book.author}
    languages = [
        _reference(f"{_AUTHORITY}/language/{code}", "dct:LinguisticSystem")
        for code in ("ZHO", "ENG")
    ]
    return {
        "@context": _DCAT_CONTEXT,
        **_lean(
            {
                "@id": offers.address(DCAT),
                "@type": "dcat:Catalog",
                "dct:title": _texts(offers.book.title, offers.book.title_en),
                "dct:description": _texts("", offers.description),
                "dct:publisher": publisher,
                "dct:language": languages,
                "dct:license": _reference(offers.licence, _LICENCE),
                "foaf:homepage": _reference(offers.address("index.html"), "foaf:Document"),
                "dcat:themeTaxonomy": _THEMES,
                "dcat:dataset": [
                    _dataset(offers, item, files[item.path])
                    for item in (*offers.others, *offers.tables)
                ],
            }
        ),
    }


def _dataset(offers: Offers, item: Offer, file: Measured) -> JsonLd:
    first, last = offers.years
    return _lean(
        {
            "@id": offers.address(f"{DCAT}#{item.name}"),
            "@type": "dcat:Dataset",
            "dct:identifier": f"{offers.name}/{offers.edition}/{item.name}",
            "dct:title": _texts(item.title),
            "dct:description": _texts(item.description or item.title),
            "dct:publisher": {"@id": "#publisher"},
            "dct:temporal": {
                "@type": "dct:PeriodOfTime",
                "dcat:startDate": _typed("gYear", first),
                "dcat:endDate": _typed("gYear", last),
            },
            "dct:spatial": _place(offers),
            "dcat:version": offers.edition,
            "dcat:theme": _reference(f"{_AUTHORITY}/data-theme/ECON"),
            "dcat:landingPage": _reference(offers.address(f"{DATA_PAGE}.html"), "foaf:Document"),
            "dcat:distribution": _distribution(offers, item, file),
        }
    )


def _place(offers: Offers) -> JsonLd | None:
    if not any(offers.about):
        return None
    return {"@type": "dct:Location", "skos:prefLabel": _texts(*offers.about)}


def _typed(kind: str, value: object) -> JsonLd:
    return {"@type": f"xsd:{kind}", "@value": str(value)}


def _distribution(offers: Offers, item: Offer, file: Measured) -> JsonLd:
    address = offers.address(item.path)
    return _lean(
        {
            "@id": f"{address}#distribution",
            "@type": "dcat:Distribution",
            "dct:title": _texts(item.title),
            "dcat:accessURL": _reference(address),
            "dcat:downloadURL": _reference(address),
            "dct:license": _reference(item.licence, _LICENCE),
            "dct:format": _reference(
                f"{_AUTHORITY}/file-type/{_FILE_TYPES[item.media]}", "dct:MediaTypeOrExtent"
            ),
            "dcat:mediaType": _reference(
                f"https://www.iana.org/assignments/media-types/{item.media}", "dct:MediaType"
            ),
            "dcat:byteSize": _typed("nonNegativeInteger", file.bytes),
            "spdx:checksum": {
                "@type": "spdx:Checksum",
                "spdx:algorithm": _reference(
                    "spdx:checksumAlgorithm_sha256", "spdx:ChecksumAlgorithm"
                ),
                "spdx:checksumValue": _typed("hexBinary", file.sha256),
            },
        }
    )


# --- schema.org


def dataset(offers: Offers) -> JsonLd:
    """Return the data package as a schema.org ``Dataset``, for the page that lists its tables."""
    root = root_of(DATA_PAGE)
    first, last = offers.years
    return _lean(
        {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "name": offers.title,
            "alternateName": offers.book.title_en,
            "description": offers.description,
            "inLanguage": ["zh", "en"],
            "version": offers.edition,
            "license": offers.licence,
            "creator": {"@type": "Organization", "name": offers.book.author},
            "temporalCoverage": f"{first}/{last}",
            "spatialCoverage": offers.about[0],
            "isAccessibleForFree": True,
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": item.title,
                    "contentUrl": _from_page(offers, item.path, root),
                    "encodingFormat": item.media,
                }
                for item in (*offers.others, *offers.tables)
            ],
        }
    )


def _from_page(offers: Offers, way: str, root: str) -> str:
    return offers.address(way) if offers.book.address else f"{root}{way}"


# --- Croissant

_CROISSANT_TYPES = {"number": "sc:Float", "integer": "sc:Integer", "boolean": "sc:Boolean"}
#: As the rules of Croissant 1.0 have it, whole.
_CROISSANT_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(offers: Offers, files: Mapping[str, Measured]) -> JsonLd:
    """Return the data package as Croissant 1.0: its files, and what their columns are."""
    cited = f"{offers.book.author}. {offers.title}. {offers.edition}"
    return {
        "@context": _CROISSANT_CONTEXT,
        **_lean(
            {
                "@type": "sc:Dataset",
                "conformsTo": "http://mlcommons.org/croissant/1.0",
                "name": offers.name,
                "alternateName": [offers.title, offers.book.title_en],
                "description": offers.description,
                "url": offers.address("index.html"),
                "version": offers.version,
                "datePublished": offers.month,
                "license": offers.licence,
                "citeAs": cited,
                "creator": {"@type": "sc:Organization", "name": offers.book.author},
                "distribution": [_file(offers, item, files[item.path]) for item in offers.tables],
                "recordSet": [_records(item) for item in offers.resources],
            }
        ),
    }


def _file(offers: Offers, item: Offer, file: Measured) -> JsonLd:
    return _lean(
        {
            "@type": "cr:FileObject",
            "@id": f"{item.name}.csv",
            "name": f"{item.name}.csv",
            "description": item.title,
            "contentUrl": offers.address(item.path),
            "encodingFormat": item.media,
            "contentSize": f"{file.bytes} B",
            "sha256": file.sha256,
        }
    )


def _records(resource: Mapping[str, Any]) -> JsonLd:
    """Return a table of the package as a set of records."""
    name, schema = resource["name"], resource["schema"]
    links = {
        key["fields"][0]: f"{key['reference']['resource']}/{key['reference']['fields'][0]}"
        for key in schema.get("foreignKeys", [])
        # a table that refers to itself is a circle to the tools that read records
        if len(key["fields"]) == 1 and key["reference"]["resource"] != name
    }
    return _lean(
        {
            "@type": "cr:RecordSet",
            "@id": name,
            "name": name,
            "description": resource.get("description", ""),
            "key": [_reference(f"{name}/{column}") for column in schema.get("primaryKey", [])],
            "field": [
                _lean(
                    {
                        "@type": "cr:Field",
                        "@id": f"{name}/{field['name']}",
                        "name": field["name"],
                        "description": field.get("description", ""),
                        "dataType": _CROISSANT_TYPES.get(field["type"], "sc:Text"),
                        "references": _column(links.get(field["name"], "")),
                        "source": {
                            "fileObject": _reference(f"{name}.csv"),
                            "extract": {"column": field["name"]},
                        },
                    }
                )
                for field in schema["fields"]
            ],
        }
    )


def _column(place: str) -> JsonLd | None:
    return {"field": _reference(place)} if place else None


#: What a catalogue of tools calls the package's own descriptor.
FRICTIONLESS = f"{DATA_FOLDER}/{DESCRIPTOR}"
