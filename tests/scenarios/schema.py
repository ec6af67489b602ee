# SPDX-License-Identifier: Apache-2.0
"""schema: as much of JSON Schema (draft 7) as config/schema uses. A keyword that it does not know is an error, not
something to pass over.
"""
import re

REMARKS = {"$schema", "$id", "title", "description", "$comment", "examples"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def as_list(x):
    return x if isinstance(x, list) else [x]


def complaints(schema, value, where="document"):
    """-> sentences on what is wrong"""
    for keyword, due in schema.items():
        if keyword in REMARKS:
            continue
        if keyword not in KEYWORDS:
            yield f"the schema uses {keyword}, which schema.py does not know"
        else:
            yield from KEYWORDS[keyword](due, value, where, schema)


def check_type(due, value, where, _schema):
    if not any(is_type(value, name) for name in as_list(due)):
        yield f"{where}: {value!r:.60} is no {due}"


def check_properties(due, value, where, _schema):
    if isinstance(value, dict):
        for key, sub in due.items():
            if key in value:
                yield from complaints(sub, value[key], f"{where}.{key}")


def check_additional(due, value, where, schema):
    if isinstance(value, dict):
        for key in value:
            if key not in schema.get("properties", {}):
                if due is False:
                    yield f"{where}.{key} is not in the schema"
                elif isinstance(due, dict):
                    yield from complaints(due, value[key], f"{where}.{key}")


def check_items(due, value, where, _schema):
    if isinstance(value, list):
        for i, x in enumerate(value):
            yield from complaints(due, x, f"{where}[{i}]")


def check_required(due, value, where, _schema):
    if isinstance(value, dict):
        for key in due:
            if key not in value:
                yield f"{where}.{key} is missing"


def check_pattern(due, value, where, _schema):
    if isinstance(value, str) and not re.search(due, value):
        yield f"{where}: {value!r:.60} does not look like {due}"


def check_any(due, value, where, _schema):
    if all(list(complaints(sub, value, where)) for sub in due):
        yield f"{where}: {value!r:.60} is nothing of what it may be"


def bound(kind, good):
    def check(due, value, where, _schema):
        if isinstance(value, kind) and not isinstance(value, bool) and not good(value, due):
            yield f"{where}: {value!r:.60} is out of bounds ({due})"
    return check


KEYWORDS = {
    "type": check_type,
    "properties": check_properties,
    "additionalProperties": check_additional,
    "items": check_items,
    "required": check_required,
    "pattern": check_pattern,
    "anyOf": check_any,
    "enum": bound(object, lambda v, due: v in due),
    "const": bound(object, lambda v, due: v == due),
    "minimum": bound((int, float), lambda v, due: v >= due),
    "maximum": bound((int, float), lambda v, due: v <= due),
    "minItems": bound(list, lambda v, due: len(v) >= due),
    "maxItems": bound(list, lambda v, due: len(v) <= due),
    "minLength": bound(str, lambda v, due: len(v) >= due),
    "maxLength": bound(str, lambda v, due: len(v) <= due),
    "uniqueItems": bound(list, lambda v, due: not due or all(x not in v[:i] for i, x in enumerate(v))),
}
