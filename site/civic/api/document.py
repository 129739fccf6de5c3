"""The OpenAPI document: which addresses it describes, and the one shape of their errors."""

from typing import Any

Endpoint = tuple[str, str, str, Any]  # path, path with regex, method, view

ERROR = {
    "type": "object",
    "description": "任何接口出错时的统一格式",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "description": "给程序用的固定代号"},
                "message": {"type": "string", "description": "给人看的一句话"},
                "fields": {
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                    "description": "出错的字段和各自的说明",
                },
            },
            "required": ["code", "message", "fields"],
        }
    },
    "required": ["error"],
}


def only_our_api(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Keep the native API; Wagtail's own admin API is not ours to promise."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def with_errors(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Say of every operation what a refusal looks like, where it does not say so itself."""
    result["components"]["schemas"]["ApiError"] = ERROR
    answer = {
        "description": "出错",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ApiError"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"].setdefault("default", answer)
    return result
