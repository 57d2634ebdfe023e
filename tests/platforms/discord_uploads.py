"""Files in a form: the client uploads them first, the interaction names them and says where they lie."""

import base64
from typing import Any

from tests.platforms.discord_payloads import attachment_json
from tests.platforms.discord_rules import LABEL
from tests.platforms.discord_state import Attachment, Json, World

FILE_UPLOAD = 19


def file(content: bytes, filename: str = "photo.jpg", content_type: str = "image/jpeg") -> Json:
    """As a test hands one to `submit_modal`."""
    return {
        "filename": filename,
        "content_type": content_type,
        "content": base64.b64encode(content).decode(),
    }


def checked(field: Json, given: Any, label: str) -> Json:
    """Discord's client holds the number of files; raises LookupError."""
    files = list(given or [])
    low = 1 if field.get("required", True) else field.get("min_values") or 0
    high = field.get("max_values") or 1
    if not low <= len(files) <= high:
        raise LookupError(f"{label!r} takes {low} to {high} files")
    return {"values": files}


def resolve(world: World, parts: list[Json], base: str) -> Json:
    """Ids in the place of files; what they are, under `resolved`. Raises LookupError for one that is too large."""
    attachments: Json = {}
    for part in parts:
        inner = part.get("component", {}) if part["type"] == LABEL else {}
        if inner.get("type") != FILE_UPLOAD:
            continue
        ids = []
        for given in inner["values"]:
            content = base64.b64decode(given["content"])
            if len(content) > world.limits.upload_bytes:
                raise LookupError(f"{given['filename']} is too large to be uploaded")
            one = Attachment(world.new_id(), given["filename"], given["content_type"], content, None)
            world.uploads[one.id] = one
            attachments[str(one.id)] = attachment_json(one, base)
            ids.append(str(one.id))
        inner["values"] = ids
    return {"resolved": {"attachments": attachments}} if attachments else {}
