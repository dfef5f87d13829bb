#!/usr/bin/env python3
"""Makes the table of protobuf field numbers that the API server decodes request bodies with.

    eng/protobuf-fields.py GO-BINARY... | gzip -9n > src/Ahoi.ControlPlane.ApiServer/Wire/Protobuf/fields.json.gz

The numbers are facts of Kubernetes' wire format. Go programs that link k8s.io/api (kubectl, for example) carry them as
compressed file descriptors; this reads them out and keeps what the schemas of the built-in kinds know, under their JSON
names. The later binaries fill in what the earlier ones lack. Needs the schemas from the repository.
"""
import gzip
import json
import os
import sys
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCHEMAS = os.path.join(ROOT, "src/Ahoi.ControlPlane.ApiServer/Schemas/schemas.json.gz")
TYPES = {1: "double", 3: "int", 4: "int", 5: "int", 8: "bool", 9: "string", 11: "message", 12: "bytes", 13: "int"}

# Versions that went stable with the fields they had.
RENAMED = {
    "io.k8s.api.networking.v1beta1.": "io.k8s.api.networking.v1.",
    "io.k8s.api.storage.v1beta1.": "io.k8s.api.storage.v1.",
    "io.k8s.api.admissionregistration.v1alpha1.": "io.k8s.api.admissionregistration.v1.",
}

# Fields that came after the programs at hand; from generated.proto of apiextensions.
CRD = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
LATER = {
    CRD + "ValidationRule": [("messageExpression", 3, "string", False, ""), ("reason", 4, "string", False, ""), ("fieldPath", 5, "string", False, ""), ("optionalOldSelf", 6, "bool", False, "")],
    CRD + "CustomResourceDefinitionVersion": [("selectableFields", 9, "message", True, CRD + "SelectableField")],
    CRD + "SelectableField": [("jsonPath", 1, "string", False, "")],
}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
        else:
            length = {1: 8, 5: 4}[wire]
            value, at = data[at:at + length], at + length
        yield number, value


def descriptors(path):
    data = open(path, "rb").read()
    at = data.find(b"\x1f\x8b\x08")
    while at >= 0:
        try:
            text = zlib.decompressobj(31).decompress(data[at:at + 4_000_000])
            if b".proto" in text[:200] and b"k8s" in text[:300]:
                yield text
        except zlib.error:
            pass
        at = data.find(b"\x1f\x8b\x08", at + 3)


def name_of(proto):
    name = proto.lstrip(".")
    return name.replace("k8s.io.apiextensions_apiserver", "io.k8s.apiextensions-apiserver").replace("k8s.io.", "io.k8s.", 1) if name.startswith("k8s.io") else name


def messages(path):
    found = {}

    def read(message, prefix):
        name, own, nested, entry = None, [], [], False
        for number, value in fields(message):
            if number == 1:
                name = value.decode()
            elif number == 2:
                part = dict(fields(value))
                own.append((part[1].decode(), part[3], TYPES[part[5]], part.get(4) == 3, name_of(part.get(6, b"").decode())))
            elif number == 3:
                nested.append(value)
            elif number == 7:
                entry = dict(fields(value)).get(7) == 1
        full = f"{prefix}.{name}"
        found[name_of(full)] = (own, entry)
        for inner in nested:
            read(inner, full)

    for text in descriptors(path):
        package = next(v.decode() for n, v in fields(text) if n == 2)
        for number, value in fields(text):
            if number == 4:
                read(value, package)
    return found


def json_name(field, properties):
    if field in properties:
        return field
    for name in properties:
        if name.lower() == field.lower():
            return name
    kebab = "".join("-" + c.lower() if c.isupper() else c for c in field)
    return next((n for n in ("$" + field, kebab) if n in properties), None)


def main():
    schemas = json.loads(gzip.open(SCHEMAS).read())
    all_messages = {}
    for path in sys.argv[1:]:
        for name, value in messages(path).items():
            all_messages.setdefault(name, value)
    for old, new in RENAMED.items():
        for name, (own, entry) in list(all_messages.items()):
            if name.startswith(old):
                moved = [(f, n, t, r, m.replace(old, new)) for f, n, t, r, m in own]
                all_messages.setdefault(name.replace(old, new), (moved, entry))

    for name, later in LATER.items():
        own, entry = all_messages.get(name, ([], False))
        all_messages[name] = (own + [f for f in later if f[1] not in {o[1] for o in own}], entry)

    table = {}

    def take(name, properties):
        if name in table or name not in all_messages:
            return
        rows = table[name] = []
        for field, number, kind, repeated, target in sorted(all_messages[name][0], key=lambda f: f[1]):
            inline = False
            known = json_name(field, properties) if properties else field
            if kind == "message" and properties and known is None:
                inline, known = True, field
            row = [number, known or field, target if kind == "message" else kind]
            if inline:
                row.append("inline")
            elif repeated:
                row.append("repeated")
            rows.append(row)
            if kind == "message":
                if all_messages.get(target, ([], False))[1]:
                    key, value = sorted(all_messages[target][0], key=lambda f: f[1])
                    row[2], row[3] = (value[4] if value[2] == "message" else value[2]), "map"
                    target = row[2]
                take(target, properties if inline else schemas.get(target, {}).get("properties"))

    for name, schema in schemas.items():
        take(name, schema.get("properties"))
    json.dump(table, sys.stdout, separators=(",", ":"), sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
