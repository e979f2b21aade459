#!/usr/bin/env python3
"""formats.py SCHEMAS CSV FOLDER: pages of the JSON schemas in a folder, and of the columns of a CSV file."""
import csv
import json
import pathlib
import sys

import markdown

KINDS = {"result": "schema.json", "counts": "counts.schema.json", "calibration": "calibration.schema.json"}


class Schema:
    def __init__(self, path):
        self.root = json.loads(pathlib.Path(path).read_text())
        self.definitions = self.root.get("$defs", {})

    def title(self, name):
        return name.replace("_", " ")

    def anchor(self, kind, name):
        return f"{kind}-{name}".replace("_", "-")

    def referred(self, node):
        """The name of the definition that a node refers to, or None."""
        return node["$ref"].rsplit("/", 1)[1] if "$ref" in node else None

    def is_simple(self, name):
        return not {"properties", "oneOf", "anyOf"} & set(self.definitions[name])

    def description(self, node):
        text = node.get("description", "")
        name = self.referred(node)
        if not text and name is not None and self.is_simple(name):
            text = self.definitions[name].get("description", "")
        return text

    def kind_of(self, node, kind):
        """The type of a value, in words."""
        name = self.referred(node)
        if name is not None:
            if self.is_simple(name):
                return self.kind_of(self.definitions[name], kind)
            return f"{{ref}}`{self.title(name)} <{self.anchor(kind, name)}>`"
        if "const" in node:
            return markdown.code(json.dumps(node["const"]))
        if "enum" in node:
            return ", ".join(markdown.code(json.dumps(value)) for value in node["enum"])
        if node.get("type") == "array":
            items = node.get("items")
            return f"array of {self.kind_of(items, kind)}" if isinstance(items, dict) else "array"
        return str(node.get("type", "object" if "properties" in node else "any"))

    def rows(self, node, kind, prefix=""):
        """A row for each member, those of objects within it included."""
        required = node.get("required", [])
        for name, member in node.get("properties", {}).items():
            path = prefix + name
            yield [markdown.code(path), self.kind_of(member, kind), "yes" if name in required else "",
                   markdown.cell(self.description(member))]
            inner = member.get("items") if member.get("type") == "array" else member
            if isinstance(inner, dict) and "properties" in inner:
                yield from self.rows(inner, kind, path + ("[]." if inner is not member else "."))

    def make(self, kind):
        parts = [markdown.escape(self.root.get("description", "")),
                 markdown.table(["member", "type", "required", "meaning"], list(self.rows(self.root, kind)))]
        for name, node in self.definitions.items():
            if self.is_simple(name):
                continue
            parts.append(f"({self.anchor(kind, name)})=\n### {self.title(name)}")
            parts.append(markdown.escape(node.get("description", "")))
            rows = list(self.rows(node, kind))
            parts.append(markdown.table(["member", "type", "required", "meaning"], rows) if rows else "")
        return [part for part in parts if part]


def find_descriptions(node, found):
    """The descriptions of all members by their names; the first counts."""
    if isinstance(node, dict):
        for name, member in node.get("properties", {}).items():
            if isinstance(member, dict) and "description" in member:
                found.setdefault(name, member["description"])
        for value in node.values():
            find_descriptions(value, found)
    elif isinstance(node, list):
        for value in node:
            find_descriptions(value, found)


def make_columns(schema, path):
    descriptions = {}
    find_descriptions(schema.root, descriptions)
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        names, example = next(reader), next(reader)
    rows = []
    for name, value in zip(names, example):
        rows.append([markdown.code(name), markdown.code(value) if value else "",
                     markdown.cell(descriptions.get(name, ""))])
    return markdown.table(["column", "in the reference run", "meaning"], rows)


def main(schemas, csv_path, folder):
    for kind, name in KINDS.items():
        markdown.write(f"{folder}/{kind}-file.md", *Schema(f"{schemas}/{name}").make(kind))
    markdown.write(f"{folder}/csv.md", make_columns(Schema(f"{schemas}/schema.json"), csv_path))


if __name__ == "__main__":
    main(*sys.argv[1:])
