"""Judges custom resources by the schemas in test/fixtures/crds as an API server does that validates fields strictly; prints one finding a line.

Usage: custom_resources.py SCHEMAS MANIFESTS
"""

import json
import pathlib
import sys

import jsonschema
import yaml


def strict(schema):
    """The same schema, in which an unknown property is a fault and `nullable` means what it does in OpenAPI."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and isinstance(schema.get("type"), str):
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            made.setdefault("additionalProperties", False)
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        made["type"] = [schema["type"], "null"]
    return made


def main(schemas, manifests):
    known = [json.loads(path.read_text()) for path in pathlib.Path(schemas).glob("*.json")]
    by_kind = {(one["apiVersion"], one["kind"]): strict(one["schema"]) for one in known}
    for manifest in filter(None, yaml.safe_load_all(pathlib.Path(manifests).read_text())):
        schema = by_kind.get((manifest["apiVersion"], manifest["kind"]))
        for error in jsonschema.Draft202012Validator(schema).iter_errors(manifest) if schema else ():
            path = ".".join(str(part) for part in error.path)
            print(f"{manifest['kind']}/{manifest['metadata']['name']} {path}: {error.message}")


main(*sys.argv[1:])
