"""The routes that describe the server and its model. They are right for every fault that is not about them."""

from faults.protocols import CONTEXT, MODEL, encoded

DETAILS = {
    "parent_model": "", "format": "gguf", "family": "owl", "families": ["owl"], "parameter_size": "7B",
    "quantization_level": "Q4_0", "context_length": CONTEXT}
LISTED = {
    "name": f"{MODEL}:latest", "model": f"{MODEL}:latest", "modified_at": "2026-11-25T12:00:00Z", "size": 4000000000,
    "digest": "0" * 63 + "1", "details": DETAILS, "capabilities": ["completion"]}
ROUTES = {
    "GET /api/version": {"version": "0.33.0"},
    "GET /api/tags": {"models": [LISTED]},
    "GET /api/ps": {"models": [
        dict(LISTED, expires_at="2318-01-01T00:00:00Z", size_vram=0, context_length=CONTEXT)]},
    "POST /api/show": {
        "modelfile": "", "parameters": "", "template": "{{ .Prompt }}", "details": DETAILS,
        "model_info": {"general.architecture": "owl", "owl.context_length": CONTEXT}, "capabilities": ["completion"],
        "modified_at": "2026-11-25T12:00:00Z"},
    "GET /v1/models": {
        "object": "list", "data": [{"id": MODEL, "object": "model", "created": 1795600000, "owned_by": "nightjar"}]},
}
GARBAGE = b'{"models":[{"name":7,"model":nu'


def answer(fault, route):
    """Status, type and body for a route that is no chat."""
    if route not in ROUTES:
        return 404, "text/plain", b"404 page not found"
    if fault == "bad-models" and route != "GET /api/version":
        return 200, "application/json", GARBAGE
    if fault == "bad-version" and route == "GET /api/version":
        return 200, "application/json", encoded({"version": {"major": "zero"}})
    return 200, "application/json; charset=utf-8", encoded(ROUTES[route])
