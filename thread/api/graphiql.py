"""Where can a person type a query? GraphiQL from our own files, with the example questions; nothing from elsewhere."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from thread.resources import resource

if TYPE_CHECKING:
    from starlette.requests import Request

STATIC: Final = Path(__file__).resolve().parent.parent / "web" / "graphiql" / "static"
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""No request to any other host. GraphiQL sets a few styles inline."""
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>thread: GraphiQL</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/graphiql/static/page.css">
</head>
<body>
<div id="graphiql"></div>
<script type="module" src="/graphiql/static/page.js"></script>
</body>
</html>
"""


def graphiql_routes() -> list[Route]:
    """The page, its files, and the example questions."""
    return [
        Route("/graphiql", _page),
        Route("/graphiql/examples.json", _examples),
        Route("/graphiql/static/{name}", _file),
    ]


def examples() -> list[dict[str, str]]:
    """The questions in ``schema/queries``: name, title (their first comment), document, variables."""
    try:
        folder = resource("schema/queries")
    except FileNotFoundError:
        return []
    return [_example(path) for path in sorted(folder.glob("*.graphql"))]


def _example(path: Path) -> dict[str, str]:
    document = path.read_text(encoding="utf-8")
    variables = path.with_suffix(".json")
    return {
        "name": path.stem,
        "title": document.partition("\n")[0].lstrip("# ").strip() or path.stem,
        "query": document,
        "variables": variables.read_text(encoding="utf-8") if variables.exists() else "{}",
    }


async def _page(_request: Request) -> Response:
    return Response(_PAGE, media_type="text/html", headers=_headers())


async def _examples(_request: Request) -> Response:
    return JSONResponse(examples())


async def _file(request: Request) -> Response:
    path = STATIC / Path(request.path_params["name"]).name
    if not path.is_file():
        raise HTTPException(404)
    kind = mimetypes.guess_type(path.name)[0] or "text/plain"
    return FileResponse(path, media_type=kind, headers={**_headers(), "cache-control": "no-cache"})


def _headers() -> dict[str, Any]:
    return {"content-security-policy": CSP, "x-frame-options": "DENY"}
