"""Pictures and documents as the Bot API keeps them: uploaded once, sent again by id, downloaded by path."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.platforms.telegram_rules import Json, Params, bad_request, image_size

DOWNLOAD_LIMIT = 20 * 1024 * 1024
DOCUMENT_LIMIT = 50 * 1024 * 1024


@dataclass(slots=True)
class Files:
    """Of one bot; an id means nothing to another one."""

    next_id: Callable[[], int]
    content: dict[str, bytes] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    photos: dict[str, list[Json]] = field(default_factory=dict)
    documents: dict[str, Json] = field(default_factory=dict)
    uploads: int = 0

    def photo(self, params: Params) -> list[Json]:
        given = params.text("photo")
        content = _part(params, given, "photo")
        if content is not None:
            self.uploads += 1
            return self.keep_photo(content)
        if given not in self.photos:
            raise _unknown(given)
        return self.photos[given]

    def document(self, params: Params) -> Json:
        given = params.text("document")
        content = _part(params, given, "document")
        if content is None:
            if given not in self.documents:
                raise _unknown(given)
            return self.documents[given]
        if not content:
            raise bad_request("file must be non-empty")
        if len(content) > DOCUMENT_LIMIT:
            raise bad_request("file is too big")
        self.uploads += 1
        digest = hashlib.sha256(content).hexdigest()
        file_id = f"BQACAgEAAxkD{digest[:40]}{self.next_id()}"
        kept: Json = {"file_id": file_id, "file_unique_id": f"AgAD{digest[:12]}", "file_size": len(content)}
        self.documents[file_id] = kept
        self._keep(file_id, content, "documents")
        return kept

    def keep_photo(self, content: bytes) -> list[Json]:
        """Two sizes, the smaller first."""
        width, height = image_size(content)
        digest = hashlib.sha256(content).hexdigest()
        sizes = []
        for name, longest in (("s", 90), ("x", 1280)):
            scale = min(1.0, longest / max(width, height))
            file_id = f"AgACAgEAAxkD{name}{digest[:40]}{self.next_id()}"
            size: Json = {
                "file_id": file_id,
                "file_unique_id": f"AQAD{name}{digest[:12]}",
                "width": max(1, round(width * scale)),
                "height": max(1, round(height * scale)),
                "file_size": len(content),
            }
            self._keep(file_id, content, "photos")
            sizes.append(size)
        for size in sizes:
            self.photos[size["file_id"]] = sizes
        return sizes

    def described(self, file_id: str) -> Json:
        """Answer of getFile."""
        if file_id not in self.content:
            raise bad_request("invalid file_id")
        content = self.content[file_id]
        if len(content) > DOWNLOAD_LIMIT:
            raise bad_request("file is too big")
        path = next(path for path, kept in self.paths.items() if kept == file_id)
        unique = hashlib.sha256(content).hexdigest()[:12]
        return {"file_id": file_id, "file_unique_id": unique, "file_size": len(content), "file_path": path}

    def at(self, path: str) -> bytes | None:
        """What lies behind a file_path."""
        return self.content.get(self.paths.get(path, ""))

    def _keep(self, file_id: str, content: bytes, folder: str) -> None:
        self.content[file_id] = content
        self.paths[f"{folder}/file_{self.next_id()}"] = file_id


def _part(params: Params, given: str, name: str) -> bytes | None:
    part = given.removeprefix("attach://") if given.startswith("attach://") else name
    return params.files.get(part)


def _unknown(given: str) -> Exception:
    if given.startswith(("http://", "https://")):
        return bad_request("failed to get HTTP URL content")
    return bad_request("wrong file identifier/HTTP URL specified")
