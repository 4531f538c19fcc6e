"""Going back to a form that was not taken: the browser may keep what its reader typed, as it cannot ask for it anew.

Answers to signed-in readers are not stored. A form that comes back with its problems is the answer to a POST, and
Chromium shows an error (ERR_CACHE_MISS) in the place of one it did not keep. What it keeps goes at sign-out, by
`Clear-Site-Data` (see headers.py).
"""

from flask import Response, request


def may_be_kept(response: Response) -> Response:
    """Let the reader's own browser keep a page that answers a POST; for `Blueprint.after_request`."""
    if request.method == "POST" and response.status_code in (200, 422):
        response.headers["Cache-Control"] = "private, no-cache"
    return response
