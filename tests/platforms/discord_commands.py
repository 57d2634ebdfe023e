"""Application commands: the bulk overwrite and its rules, and what a person's client sends when one is used."""

import re
from typing import Any

from tests.platforms.discord_errors import Code, Form, Refusal
from tests.platforms.discord_rest import Call, Endpoint
from tests.platforms.discord_rules import Path
from tests.platforms.discord_state import Json, Permission, World

NAME = re.compile(r"^[-_'\w]{1,32}$")
GLOBAL = "/applications/{application_id}/commands"
OF_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, NUMBER = 1, 2, 3, 4, 5, 10
_LOCALES = (
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja"
    " zh-TW ko"
)
LOCALES = frozenset(_LOCALES.split())
VALUE_TYPES: dict[int, tuple[type, ...]] = {STRING: (str,), INTEGER: (int,), BOOLEAN: (bool,), NUMBER: (int, float)}


class Commands:
    """`world.commands` holds what was registered, by guild (None: everywhere)."""

    def __init__(self, world: World) -> None:
        self._world = world

    def endpoints(self) -> list[Endpoint]:
        """Listing and bulk overwrite, global and per guild."""
        return [
            Endpoint(method, path, handler)
            for path in (GLOBAL, OF_GUILD)
            for method, handler in (("GET", self._list), ("PUT", self._overwrite))
        ]

    def _scope(self, call: Call) -> int | None:
        if call.id("application_id") != self._world.application_id:
            raise Refusal(Code.NOT_YOUR_APPLICATION)
        if "guild_id" not in call.params:
            return None
        guild = self._world.guilds.get(call.id("guild_id"))
        if guild is None or self._world.bot.id not in guild.members:
            raise Refusal(Code.MISSING_ACCESS)
        return guild.id

    async def _list(self, call: Call) -> list[Json]:
        return self._world.commands.get(self._scope(call), [])

    async def _overwrite(self, call: Call) -> list[Json]:
        scope = self._scope(call)
        commands = call.body or []
        if len(commands) > 100:
            raise Refusal(Code.TOO_MANY_COMMANDS)
        form = Form()
        for index, command in enumerate(commands):
            _check_command(form, (index,), command)
            if command.get("name") in [one.get("name") for one in commands[:index]]:
                form.add((), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        form.check()
        self._world.commands[scope] = [self._registered(scope, one) for one in commands]
        return self._world.commands[scope]

    def _registered(self, scope: int | None, command: Json) -> Json:
        """The same command keeps its id, as Discord does."""
        old = {one["name"]: one["id"] for one in self._world.commands.get(scope, [])}
        defaults: Json = {"type": 1, "options": [], "nsfw": False, "contexts": None, "integration_types": [0]}
        body = defaults | {"default_member_permissions": None, "dm_permission": True} | command
        body |= {"id": old.get(command["name"], str(self._world.new_id())), "version": str(self._world.new_id())}
        body["application_id"] = str(self._world.application_id)
        return body if scope is None else body | {"guild_id": str(scope)}

    def use(self, name: str, options: Json, guild_id: int | None, mine: Permission, locale: str = "en-US") -> Json:
        """The data of an interaction for "name" or "name subcommand"; LookupError when a person could not send it.

        A client that has the command's name in its own `locale` offers it by that one too.
        """
        words = name.split()
        offered = self._world.commands.get(guild_id, []) + self._world.commands.get(None, [])
        command = next((one for one in offered if words[0] in _names(one, locale) and one["type"] == 1), None)
        if command is None:
            raise LookupError(f"there is no /{words[0]} here, only {[one['name'] for one in offered]}")
        if guild_id is None and (command["dm_permission"] is False or 1 not in (command["contexts"] or [1])):
            raise LookupError(f"/{words[0]} is not offered in a direct message")
        needed = Permission(int(command["default_member_permissions"] or 0))
        if guild_id is not None and needed not in mine:
            raise LookupError(f"/{words[0]} is not offered to this person")
        data = {"id": command["id"], "name": command["name"], "type": 1}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data | {"options": _given(command, words[1:], options)}


def _names(command: Json, locale: str) -> set[str]:
    return {command["name"], (command.get("name_localizations") or {}).get(locale, command["name"])}


def _given(command: Json, words: list[str], options: Json) -> list[Json]:
    """Options as sent, nested under subcommands."""
    declared = {one["name"]: one for one in command.get("options") or []}
    if words:
        inner = declared.get(words[0])
        if inner is None or inner["type"] not in (SUBCOMMAND, GROUP):
            raise LookupError(f"no subcommand {words[0]}")
        return [{"name": words[0], "type": inner["type"], "options": _given(inner, words[1:], options)}]
    if any(one["type"] in (SUBCOMMAND, GROUP) for one in declared.values()):
        raise LookupError(f"a subcommand is needed: {sorted(declared)}")
    missing = [key for key, one in declared.items() if one.get("required") and key not in options]
    if missing or not options.keys() <= declared.keys():
        raise LookupError(f"missing {missing}, not offered {sorted(options.keys() - declared.keys())}")
    for key, value in options.items():
        _accept(declared[key], value)
    return [{"name": key, "type": declared[key]["type"], "value": value} for key, value in options.items()]


def _accept(option: Json, value: Any) -> None:
    kinds = VALUE_TYPES.get(option["type"], (str,))
    fits = isinstance(value, kinds) and (option["type"] == BOOLEAN or not isinstance(value, bool))
    choices = [one["value"] for one in option.get("choices") or []]
    size = len(value) if isinstance(value, str) else value
    low = option.get("min_length", option.get("min_value"))
    high = option.get("max_length", option.get("max_value"))
    outside = fits and ((low is not None and size < low) or (high is not None and size > high))
    if not fits or outside or (choices and value not in choices):
        raise LookupError(f"Discord's own form would not let {value!r} through for {option['name']}")


def _check_command(form: Form, path: Path, command: Json) -> None:
    if command.get("type", 1) != 1:
        form.length((*path, "name"), command.get("name"), 1, 32)
        return
    _check_name(form, (*path, "name"), command.get("name"))
    form.length((*path, "description"), command.get("description"), 1, 100)
    _check_localizations(form, path, command)
    _check_options(form, (*path, "options"), command.get("options") or [])


def _check_localizations(form: Form, path: Path, named: Json) -> None:
    for locale, name in (named.get("name_localizations") or {}).items():
        _check_name(form, (*path, "name_localizations", locale), name)
    for locale, words in (named.get("description_localizations") or {}).items():
        form.length((*path, "description_localizations", locale), words, 1, 100)
    for key in ("name_localizations", "description_localizations"):
        for locale in (named.get(key) or {}).keys() - LOCALES:
            form.add((*path, key, locale), "BASE_TYPE_CHOICES", "Value must be one of the supported locales.")


def _check_name(form: Form, path: Path, name: Any) -> None:
    if not isinstance(name, str) or not NAME.match(name) or name != name.lower():
        form.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(form: Form, path: Path, options: Any) -> None:
    if not form.count(path, options, 0, 25):
        return
    optional_seen = False
    for index, option in enumerate(options):
        at = (*path, index)
        _check_name(form, (*at, "name"), option.get("name"))
        form.length((*at, "description"), option.get("description"), 1, 100)
        _check_localizations(form, at, option)
        if option.get("required") and optional_seen:
            note = "Required options must be placed before non-required options"
            form.add(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", note)
        optional_seen = optional_seen or (option.get("type") not in (SUBCOMMAND, GROUP) and not option.get("required"))
        choices = option.get("choices") or []
        form.count((*at, "choices"), choices, 0, 25)
        for number, choice in enumerate(choices):
            form.length((*at, "choices", number, "name"), choice.get("name"), 1, 100)
        _check_options(form, (*at, "options"), option.get("options") or [])
