"""The methods of the Bot API about the bot itself and about chats and their members."""

import hashlib
import json
import re

from tests.platforms.telegram_methods import Method
from tests.platforms.telegram_rules import Json, Params, bad_request, parse_commands
from tests.platforms.telegram_world import PRESENT, Chat, World


def get_me(world: World, params: Params) -> Json:
    return {**world.bot, "can_read_all_group_messages": not world.privacy}


_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")


def _scope(world: World, params: Params) -> str:
    scope = params.parsed("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    if not isinstance(scope, dict) or "type" not in scope:
        raise bad_request("can't parse BotCommandScope: can't find field \"type\"")
    if scope["type"] in _CHAT_SCOPES:
        chat = world.readable(Params({"chat_id": scope.get("chat_id")}))
        scope = {**scope, "chat_id": chat.id}
    elif scope["type"] not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    return json.dumps([scope, _language(params)], sort_keys=True)


def _language(params: Params) -> str:
    code = params.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def set_my_commands(world: World, params: Params) -> bool:
    world.commands[_scope(world, params)] = parse_commands(params)
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    return world.commands.get(_scope(world, params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    world.commands.pop(_scope(world, params), None)
    return True


def _set_profile(name: str, limit: int) -> Method:
    def change(world: World, params: Params) -> bool:
        if len(params.text(name)) > limit:
            raise bad_request(f"{name.replace('_', ' ')} is too long")
        world.profile[f"{name}:{_language(params)}"] = params.text(name)
        return True

    return change


def _get_profile(name: str) -> Method:
    def read(world: World, params: Params) -> Json:
        default = world.profile.get(f"{name}:", "")
        return {name: world.profile.get(f"{name}:{_language(params)}", default)}

    return read


def get_chat(world: World, params: Params) -> Json:
    chat = world.readable(params)
    full = chat.to_chat() | {
        "accent_color_id": chat.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    if chat.kind in {"group", "supergroup"}:
        full["permissions"] = dict.fromkeys(_PERMISSIONS, True)
    return full


def get_chat_member(world: World, params: Params) -> Json:
    return world.member(world.readable(params), params.integer("user_id"))


def get_chat_member_count(world: World, params: Params) -> int:
    chat = world.readable(params)
    if chat.kind == "private":
        return 2
    return sum(status in PRESENT for status in chat.members.values()) + 1


def get_chat_administrators(world: World, params: Params) -> list[Json]:
    chat = world.readable(params)
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    admins = [
        world.member(chat, member) for member, status in chat.members.items() if status in {"creator", "administrator"}
    ]
    return [*admins, world.member(chat, world.bot["id"])] if chat.bot_status == "administrator" else admins


def leave_chat(world: World, params: Params) -> bool:
    chat = world.readable(params)
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    world.set_bot_status(chat, "left", world.bot_user())
    return True


def export_chat_invite_link(world: World, params: Params) -> str:
    link = create_chat_invite_link(world, params)
    link["is_primary"] = True
    return str(link["invite_link"])


def revoke_chat_invite_link(world: World, params: Params) -> Json:
    chat = world.readable(params)
    link = chat.links.get(params.text("invite_link"))
    if not chat.bot_may("can_invite_users"):
        raise bad_request("not enough rights to manage chat invite link")
    if link is None:
        raise bad_request("INVITE_HASH_EXPIRED")
    link["is_revoked"] = True
    return link


def create_chat_invite_link(world: World, params: Params) -> Json:
    chat = world.readable(params)
    if not chat.bot_may("can_invite_users"):
        raise bad_request("not enough rights to manage chat invite link")
    if len(params.text("name")) > 32:
        raise bad_request("invite link name is too long")
    limit = params.integer("member_limit")
    if limit and not 1 <= limit <= 99_999:
        raise bad_request("member limit is invalid")
    if limit and params.flag("creates_join_request"):
        raise bad_request("member limit can't be specified for links requiring administrator approval")
    return _new_link(world, chat, params)


def _new_link(world: World, chat: Chat, params: Params) -> Json:
    code = hashlib.sha256(f"{chat.id}/{world.next_id()}".encode()).hexdigest()[:16]
    link: Json = {
        "invite_link": f"https://t.me/+{code}",
        "creator": world.bot_user(),
        "creates_join_request": params.flag("creates_join_request"),
        "is_primary": False,
        "is_revoked": False,
    }
    if name := params.text("name"):
        link["name"] = name
    for number in ("expire_date", "member_limit"):
        if params.integer(number):
            link[number] = params.integer(number)
    chat.links[link["invite_link"]] = link
    return link


def close(world: World, params: Params) -> bool:
    return True


_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
_PERMISSIONS = (
    "can_send_messages",
    "can_send_photos",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_invite_users",
)

CHAT_METHODS: dict[str, Method] = {
    "getme": get_me,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "setmyname": _set_profile("name", 64),
    "getmyname": _get_profile("name"),
    "setmydescription": _set_profile("description", 512),
    "getmydescription": _get_profile("description"),
    "setmyshortdescription": _set_profile("short_description", 120),
    "getmyshortdescription": _get_profile("short_description"),
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getchatmembercount": get_chat_member_count,
    "getchatadministrators": get_chat_administrators,
    "leavechat": leave_chat,
    "createchatinvitelink": create_chat_invite_link,
    "exportchatinvitelink": export_chat_invite_link,
    "revokechatinvitelink": revoke_chat_invite_link,
    "close": close,
}
