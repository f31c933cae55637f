"""What the server that forks kernels compiles once, beside its imports, so that no page has to.

To import this module is to compile it.
"""

import json
from pathlib import Path

import fastjsonschema
import nbformat
from nbformat.validator import get_validator

#: Judges a notebook of the version that is written.
NOTEBOOK = get_validator(4, 5)
_FILE = Path(nbformat.__file__).with_name("v4") / "nbformat.v4.5.schema.json"
_SCHEMA = json.loads(_FILE.read_text(encoding="utf-8"))
#: Judges one output, as nbformat does by what it has not compiled in twelve times the time.
judged_output = fastjsonschema.compile(
    {name: _SCHEMA[name] for name in ("$schema", "definitions")} | {"$ref": "#/definitions/output"}
)
