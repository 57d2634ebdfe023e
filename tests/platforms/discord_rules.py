"""What Discord accepts in a message, its components and a form; every breach is an entry of the error tree."""

import re
from collections.abc import Iterator
from typing import Any

from tests.platforms.discord_errors import Code, Form, Refusal
from tests.platforms.discord_state import COMPONENTS_V2, Guild, Json, Permission, Pings

Path = tuple[str | int, ...]
ROW, BUTTON, SELECT, TEXT_INPUT, SECTION, TEXT, CONTAINER, LABEL = 1, 2, 3, 4, 9, 10, 17, 18
SELECTS = {3, 5, 6, 7, 8}
LAYOUT = {SECTION, TEXT, 12, 13, 14, CONTAINER}
IN_LABEL = {TEXT_INPUT, *SELECTS, 19, 21, 22, 23}
EMBED_PARTS = {"title": 256, "description": 4096}
MENTION = re.compile(r"<@(!?|&)(\d+)>")


def check_message(body: Json, flags: int, root: Path = ()) -> None:
    """Raises 50035 with the tree of everything wrong in the fields of a message that are present."""
    form = Form()
    if body.get("content") is not None:
        form.length((*root, "content"), body["content"], 0, 2000)
    if body.get("nonce") is not None:
        form.length((*root, "nonce"), str(body["nonce"]), 0, 25)
    if body.get("embeds"):
        _check_embeds(form, (*root, "embeds"), body["embeds"])
    if body.get("allowed_mentions") is not None:
        _check_allowed_mentions(form, (*root, "allowed_mentions"), body["allowed_mentions"])
    components = body.get("components") or []
    if flags & COMPONENTS_V2:
        for name in ("content", "embeds", "sticker_ids", "poll"):
            if body.get(name):
                note = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                form.add((*root, name), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", note)
        _check_layout(form, (*root, "components"), components)
    elif components:
        _check_rows(form, (*root, "components"), components)
    _check_ids(form, (*root, "components"), components)
    form.check()


def _check_embeds(form: Form, path: Path, embeds: Any) -> None:
    if not form.count(path, embeds, 0, 10):
        return
    total = 0
    for index, embed in enumerate(embeds):
        at = (*path, index)
        for name, high in EMBED_PARTS.items():
            if embed.get(name) is not None:
                form.length((*at, name), embed[name], 0, high)
        if embed.get("footer"):
            form.length((*at, "footer", "text"), embed["footer"].get("text"), 1, 2048)
        if embed.get("author"):
            form.length((*at, "author", "name"), embed["author"].get("name"), 1, 256)
        fields = embed.get("fields") or []
        form.count((*at, "fields"), fields, 0, 25)
        for number, one in enumerate(fields):
            form.length((*at, "fields", number, "name"), one.get("name"), 1, 256)
            form.length((*at, "fields", number, "value"), one.get("value"), 1, 1024)
        total += _embed_size(embed, fields)
    if total > 6000:
        form.add(path, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _embed_size(embed: Json, fields: list[Json]) -> int:
    parts = [embed.get("title"), embed.get("description")]
    parts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    parts += [one.get(key) for one in fields for key in ("name", "value")]
    return sum(len(part) for part in parts if isinstance(part, str))


def _check_allowed_mentions(form: Form, path: Path, allowed: Any) -> None:
    if not isinstance(allowed, dict):
        form.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    parse = allowed.get("parse", [])
    for index, one in enumerate(parse):
        if one not in ("users", "roles", "everyone"):
            form.add(
                (*path, "parse", index), "BASE_TYPE_CHOICES", "Value must be one of {'users', 'roles', 'everyone'}."
            )
    for name in ("users", "roles"):
        listed = allowed.get(name, [])
        form.count((*path, name), listed, 0, 100)
        if listed and name in parse:
            form.add(
                path,
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.',
            )


def _check_rows(form: Form, path: Path, rows: Any) -> None:
    if not form.count(path, rows, 0, 5):
        return
    for index, row in enumerate(rows):
        if row.get("type") != ROW:
            form.add((*path, index, "type"), "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
        else:
            _check_row(form, (*path, index), row)


def _check_row(form: Form, path: Path, row: Json) -> None:
    inside = row.get("components")
    if not form.count((*path, "components"), inside, 1, 5) or not isinstance(inside, list):
        return
    if any(one.get("type") in SELECTS for one in inside) and len(inside) > 1:
        form.add(
            (*path, "components"),
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "The specified component exceeds the maximum width",
        )
    for index, one in enumerate(inside):
        at = (*path, "components", index)
        if one.get("type") == BUTTON:
            _check_button(form, at, one)
        elif one.get("type") in SELECTS:
            _check_select(form, at, one)
        else:
            form.add((*at, "type"), "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (2, 3, 5, 6, 7, 8).')


def _check_button(form: Form, path: Path, button: Json) -> None:
    style = button.get("style")
    if style not in range(1, 7):
        form.add((*path, "style"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
    if style == 5:
        form.length((*path, "url"), button.get("url"), 1, 512)
        if "custom_id" in button:
            form.add(
                path,
                "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                "A custom id and url cannot both be specified",
            )
    elif "custom_id" not in button:
        form.add(path, "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    else:
        form.length((*path, "custom_id"), button["custom_id"], 1, 100)
    if not button.get("label") and not button.get("emoji"):
        form.add(path, "BUTTON_COMPONENT_INVALID_LABEL_OR_EMOJI", "A label or an emoji is required")
    form.length((*path, "label"), button.get("label") or "", 0, 80)


def _check_select(form: Form, path: Path, select: Json) -> None:
    form.length((*path, "custom_id"), select.get("custom_id"), 1, 100)
    form.length((*path, "placeholder"), select.get("placeholder") or "", 0, 150)
    low, high = select.get("min_values", 1), select.get("max_values", 1)
    if not (0 <= low <= 25 and 1 <= high <= 25 and low <= high):
        form.add(
            (*path, "max_values"),
            "NUMBER_TYPE_MAX",
            "int value should be less than or equal to 25 and at least min_values.",
        )
    if select.get("type") == SELECT:
        _check_options(form, (*path, "options"), select.get("options"), 25)


def _check_options(form: Form, path: Path, options: Any, high: int) -> None:
    if not form.count(path, options, 1, high):
        return
    values = [one.get("value") for one in options]
    for index, one in enumerate(options):
        form.length((*path, index, "label"), one.get("label"), 1, 100)
        form.length((*path, index, "value"), one.get("value"), 1, 100)
        form.length((*path, index, "description"), one.get("description") or "", 0, 100)
        if one.get("value") in values[:index]:
            form.add(
                (*path, index, "value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )


def _check_layout(form: Form, path: Path, components: Any) -> None:
    every = [one for _, one in walk(components, path)]
    if len(every) > 40:
        form.add(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 40 in length.")
    if sum(len(one.get("content") or "") for one in every if one.get("type") == TEXT) > 4000:
        form.add(
            path, "COMPONENT_MAX_TOTAL_TEXT_LENGTH", "The total length of text in components must be 4000 or fewer."
        )
    for at, one in walk(components, path):
        if len(at) == len(path) + 1 and one.get("type") not in LAYOUT | {ROW}:
            form.add(
                (*at, "type"), "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1, 9, 10, 12, 13, 14, 17).'
            )
        _check_part(form, at, one)


def _check_part(form: Form, path: Path, one: Json) -> None:
    kind = one.get("type")
    if kind == ROW:
        _check_row(form, path, one)
    elif kind == TEXT:
        form.length((*path, "content"), one.get("content"), 1, 4000)
    elif kind == SECTION:
        form.count((*path, "components"), one.get("components"), 1, 3)
        if "accessory" not in one:
            form.required((*path, "accessory"))
        elif one["accessory"].get("type") == BUTTON:
            _check_button(form, (*path, "accessory"), one["accessory"])
    elif kind == 12:
        form.count((*path, "items"), one.get("items"), 1, 10)


def walk(components: Any, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every component with its path, parents first."""
    for index, one in enumerate(components or []):
        at = (*path, index)
        yield at, one
        yield from walk(one.get("components"), (*at, "components"))
        for name in ("accessory", "component"):
            if isinstance(one.get(name), dict):
                yield (*at, name), one[name]


def _check_ids(form: Form, path: Path, components: Any) -> None:
    seen: set[str] = set()
    for at, one in walk(components, path):
        custom_id = one.get("custom_id")
        if custom_id in seen:
            form.add((*at, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        if isinstance(custom_id, str):
            seen.add(custom_id)


def check_modal(data: Json) -> None:
    """Raises 50035 for a form that Discord would not open; paths begin at `data`."""
    form = Form()
    form.length(("data", "custom_id"), data.get("custom_id"), 1, 100)
    form.length(("data", "title"), data.get("title"), 1, 45)
    components = data.get("components")
    if form.count(("data", "components"), components, 1, 5):
        for index, one in enumerate(components or []):
            _check_modal_part(form, ("data", "components", index), one)
        _check_ids(form, ("data", "components"), components)
    form.check()


def _check_modal_part(form: Form, path: Path, one: Json) -> None:
    kind = one.get("type")
    if kind == ROW:
        form.count((*path, "components"), one.get("components"), 1, 1)
        for index, field in enumerate(one.get("components") or []):
            form.length((*path, "components", index, "label"), field.get("label"), 1, 45)
            _check_field(form, (*path, "components", index), field, {TEXT_INPUT})
    elif kind == LABEL:
        form.length((*path, "label"), one.get("label"), 1, 45)
        form.length((*path, "description"), one.get("description") or "", 0, 100)
        _check_field(form, (*path, "component"), one.get("component") or {}, IN_LABEL)
    elif kind != TEXT:
        form.add((*path, "type"), "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1, 10, 18).')


def _check_field(form: Form, path: Path, field: Json, kinds: set[int]) -> None:
    kind = field.get("type")
    if kind not in kinds:
        form.add((*path, "type"), "UNION_TYPE_CHOICES", f'Value of field "type" must be one of {tuple(sorted(kinds))}.')
        return
    if kind in SELECTS:
        _check_select(form, path, field)
        return
    form.length((*path, "custom_id"), field.get("custom_id"), 1, 100)
    if kind == TEXT_INPUT:
        form.length((*path, "placeholder"), field.get("placeholder") or "", 0, 100)
        form.length((*path, "value"), field.get("value") or "", 0, 4000)
    elif kind in (21, 22):
        _check_options(form, (*path, "options"), field.get("options"), 10)


def pings_of(content: str, allowed: Json | None, guild: Guild | None, mine: Permission) -> Pings:
    """Who a message would notify: mentions in its text, kept by allowed_mentions (all when absent) and permission."""
    parse = set(allowed.get("parse", [])) if allowed is not None else {"users", "roles", "everyone"}
    listed = {name: {int(one) for one in (allowed or {}).get(name, [])} for name in ("users", "roles")}
    found = {(kind == "&", int(number)) for kind, number in MENTION.findall(content)}
    people = {number for role, number in found if not role and ("users" in parse or number in listed["users"])}
    if guild is None:
        return Pings(0, False, tuple(sorted(people)))
    loud = Permission.MENTION_EVERYONE in mine
    roles = {
        number
        for role, number in found
        if role and number in guild.roles and (loud or guild.roles[number].mentionable)
        if "roles" in parse or number in listed["roles"]
    }
    everyone = loud and "everyone" in parse and re.search(r"@(everyone|here)", content) is not None
    return Pings(0, everyone, tuple(sorted(people & guild.members.keys())), tuple(sorted(roles)))


def refuse_empty(content: str, *lists: list[Any]) -> None:
    """Raises 50006 when there is neither text nor anything else to show."""
    if not content.strip() and not any(lists):
        raise Refusal(Code.EMPTY_MESSAGE)
