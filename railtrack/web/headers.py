"""Security headers, on every response.

Pages load nothing but our own files: no inline script, no inline style, no foreign host. The one exception is the
map frame: Folium writes script and style into the page, so that page has a policy of its own with a nonce, and it is
the only one that may stand in a frame (of ours). It is sandboxed: names typed by partners stand among its scripts, so
it has no origin, no cookies and no reach into our pages, also when somebody opens it by its own address.
"""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request, session

PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# the frames' own attributes, so that a map opened by its address has no more rights than in its frame
MAP_SANDBOX = "allow-scripts allow-popups allow-top-navigation-by-user-activation"
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def register(app: Flask) -> None:
    """Put the headers on every response of the application."""
    app.after_request(_harden)


def map_nonce() -> str:
    """Make this response a map frame and give the nonce its script and style elements must carry."""
    if "map_nonce" not in g:
        g.map_nonce = secrets.token_urlsafe(16)
    return str(g.map_nonce)


def map_policy(nonce: str, tile_url: str = "") -> str:
    """The policy of a map frame; tiles may come from the operator's tile server, if there is one."""
    parts = urlsplit(tile_url.replace("{s}", "*"))
    tiles = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        f"img-src 'self' data:{tiles}; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors 'self'; sandbox {MAP_SANDBOX}"
    )


def _harden(response: Response) -> Response:
    nonce = g.get("map_nonce")
    if nonce:
        policy = map_policy(nonce, str(g.get("map_tile_url", "")))
    else:
        policy = PAGE_POLICY
        response.headers["X-Frame-Options"] = "DENY"
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Referrer-Policy", "same-origin")  # shared links send none at all
    response.headers["Permissions-Policy"] = PERMISSIONS
    if not nonce:  # a browser refuses to open a sandboxed page that asks for an opener of its own
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static":  # the sandboxed map frame, which has no origin, loads our files too
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    endpoint = request.endpoint or ""
    if endpoint == "security.logout" and request.is_secure:  # browsers heed it on HTTPS only
        response.headers["Clear-Site-Data"] = '"cache"'
    if endpoint.startswith("security."):  # Flask-Security's own value is misspelt
        response.headers["Cache-Control"] = "no-store"
    elif endpoint != "static" and "Cache-Control" not in response.headers:
        # what one partner saw must not come out of a shared cache for another
        response.headers["Cache-Control"] = "no-store" if "_user_id" in session else "no-cache"
    return response
