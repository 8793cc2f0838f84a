"""
The documentation as a page: the OpenAPI document, readable without any script.

I/O: none of its own; it answers.
"""

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter()

METHODS = ("get", "post", "put", "patch", "delete")


@router.get("/docs", response_class=HTMLResponse)
async def show_docs(request: Request) -> HTMLResponse:
    """Show every operation, its parameters, bodies and answers."""
    return HTMLResponse(page(request.app.openapi()))


def page(document: dict[str, Any]) -> str:
    """
    Write the page.

    Args:
        document: OpenAPI 3.1.
    """
    info = document["info"]
    operations = [
        _operation(path, method, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
    schemas = [
        _schema(name, schema)
        for name, schema in sorted(document["components"]["schemas"].items())
    ]
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>API · {escape(info['title'])}</title>",
            '<link rel="stylesheet" href="/static/style.css"></head>',
            '<body class="docs"><main>',
            f"<h1>API {escape(info['title'])} {escape(info['version'])}</h1>",
            f"<p>{escape(info['description'])}</p>",
            '<p><a href="openapi.json">OpenAPI 3.1</a></p>',
            "<h2>Operations</h2>",
            *operations,
            "<h2>Schemas</h2>",
            *schemas,
            "</main></body></html>",
        ]
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    heading = f"{method.upper()} /api{path}"
    parameters = "".join(
        f"<li><code>{escape(each['name'])}</code> ({escape(each['in'])})"
        f" {escape(each.get('description', ''))}</li>"
        for each in operation.get("parameters", [])
    )
    answers = "".join(
        f"<li>{escape(status)} {escape(answer['description'])}{_type_of(answer)}</li>"
        for status, answer in operation["responses"].items()
    )
    return (
        f'<section id="{escape(operation["operationId"])}">'
        f"<h3><code>{escape(heading)}</code></h3>"
        f"<p>{escape(operation.get('description', ''))}</p>"
        f"<ul>{parameters}</ul>"
        f"<p>Body:{_type_of(operation.get('requestBody', {})) or ' none'}</p>"
        f"<ul>{answers}</ul></section>"
    )


def _type_of(holder: dict[str, Any]) -> str:
    """What a body or an answer holds."""
    return "".join(
        f" <code>{escape(media)}</code> {_name(content.get('schema', {}))}"
        for media, content in holder.get("content", {}).items()
    )


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = "".join(
        f"<li><code>{escape(key)}</code> {_name(each)}"
        f"{' (required)' if key in required else ''} {escape(each.get('description', ''))}</li>"
        for key, each in schema.get("properties", {}).items()
    )
    values = " | ".join(escape(str(each)) for each in schema.get("enum", []))
    return (
        f'<section id="{escape(name)}"><h3>{escape(name)}</h3>'
        f"<p>{escape(schema.get('description', ''))}</p>"
        f"{f'<p><code>{values}</code></p>' if values else ''}<ul>{rows}</ul></section>"
    )


def _name(schema: dict[str, Any]) -> str:
    """The type of a value, in a word or as a link."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_name(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_name(schema.get('items', {}))}"
    return escape(str(schema.get("format") or schema.get("type", "any")))
