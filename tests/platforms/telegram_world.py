"""People, chats and messages as Telegram keeps them; everything is held in the wire shape of the Bot API."""

import itertools
import time
from dataclasses import dataclass, field

from tests.platforms.telegram_files import Files
from tests.platforms.telegram_rules import Json, Params, Refusal, bad_request, forbidden
from tests.platforms.telegram_updates import Updates
from tests.platforms.transcript import Direction, Transcript

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_post_messages",
    "can_edit_messages",
    "can_pin_messages",
)
PRESENT = frozenset({"creator", "administrator", "member"})


@dataclass(slots=True)
class Human:
    id: int
    first_name: str
    language_code: str = "en"
    username: str = ""
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def to_user(self) -> Json:
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        return {**user, "language_code": self.language_code}


@dataclass(slots=True)
class Chat:
    """`members` maps a person's id to a ChatMember status; the bot's own status stands apart."""

    id: int
    kind: str
    title: str
    username: str = ""
    members: dict[int, str] = field(default_factory=dict)
    bot_status: str = "left"
    bot_rights: frozenset[str] = frozenset(ADMIN_RIGHTS)
    upgraded_to: int | None = None
    messages: dict[int, Json] = field(default_factory=dict)
    links: dict[str, Json] = field(default_factory=dict)

    def to_chat(self) -> Json:
        chat: Json = {"id": self.id, "type": self.kind}
        if self.kind == "private":
            chat["first_name"] = self.title
        else:
            chat["title"] = self.title
        if self.username:
            chat["username"] = self.username
        return chat

    @property
    def bot_present(self) -> bool:
        return self.bot_status in PRESENT or self.bot_status == "restricted"

    def bot_may(self, right: str) -> bool:
        return self.bot_status == "administrator" and right in self.bot_rights


@dataclass(slots=True)
class World:
    """All that one bot can meet. `privacy` is the group privacy mode, on by default as with a new bot.

    A message can be edited for `editable_seconds`: the service sets no such limit to most, and 48 hours to some.
    """

    bot: Json
    transcript: Transcript
    updates: Updates
    privacy: bool = True
    people: dict[int, Human] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    queries: dict[str, Json] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    profile: dict[str, str] = field(default_factory=dict)
    reactions: dict[tuple[int, int], dict[int, tuple[str, ...]]] = field(default_factory=dict)
    editable_seconds: float = float("inf")
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    files: Files = field(init=False)

    def __post_init__(self) -> None:
        self.files = Files(self.next_id)

    def next_id(self) -> int:
        return next(self._ids)

    def deliver(self, chat: Chat, content: Json, sender: Json) -> Json:
        """Put a message into a chat, in a channel under the channel's name; returns the message.

        In the transcript a message of the bot has `arrived`, one of a person is `said`.
        """
        shared = chat.kind in {"private", "group"}
        message_id = self.next_id() if shared else max(chat.messages, default=0) + 1
        message: Json = {"message_id": message_id}
        if chat.kind == "channel":
            message["sender_chat"] = chat.to_chat()
        else:
            message["from"] = sender
        message |= {"chat": chat.to_chat(), "date": int(time.time()), **content}
        chat.messages[message_id] = message
        kind = "arrived" if sender["id"] == self.bot["id"] else "said"
        self.transcript.add(Direction.RECEIVED, kind, chat.kind, {"chat_id": chat.id, **message})
        return message

    def record_edit(self, chat: Chat, message: Json) -> None:
        self.transcript.add(Direction.RECEIVED, "edited", chat.kind, {"chat_id": chat.id, **message})

    def record_deletion(self, chat: Chat, message_id: int) -> None:
        body = {"chat_id": chat.id, "message_id": message_id}
        self.transcript.add(Direction.RECEIVED, "deleted", chat.kind, body)

    def set_bot_status(self, chat: Chat, status: str, actor: Json) -> None:
        """Change what the bot is in a chat and tell it by my_chat_member; `actor` is the user who did it."""
        old = self.bot_member(chat.bot_status, chat.bot_rights)
        chat.bot_status = status
        new = self.bot_member(status, chat.bot_rights)
        change: Json = {"chat": chat.to_chat(), "from": actor, "date": int(time.time())}
        self.push("my_chat_member", {**change, "old_chat_member": old, "new_chat_member": new})

    def push(self, kind: str, payload: Json) -> None:
        """Queue an update for the bot, unless it did not ask for that kind."""
        update = self.updates.push(kind, payload)
        self.transcript.add(Direction.SENT, "withheld" if update is None else "update", kind, update or {kind: payload})

    def find_chat(self, params: Params) -> Chat:
        """The chat named by `chat_id` (number or @name), whether or not the bot may write there."""
        name = params.text("chat_id").strip()
        if not name:
            raise bad_request("chat_id is empty")
        if name.startswith("@"):
            found = next((chat for chat in self.chats.values() if f"@{chat.username}".lower() == name.lower()), None)
        else:
            found = self.chats.get(int(name)) if name.lstrip("-").isdigit() else None
        if found is None or (found.kind == "private" and found.id not in self.people):
            raise bad_request("chat not found")
        return found

    def readable(self, params: Params) -> Chat:
        """The chat, when the bot can still see it."""
        chat = self.find_chat(params)
        if chat.kind == "private":
            return chat
        words = "group chat" if chat.kind == "group" else f"{chat.kind} chat"
        if chat.upgraded_to is not None:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.upgraded_to},
            )
        if chat.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {words}")
        if not chat.bot_present:
            raise forbidden(f"bot is not a member of the {words}")
        return chat

    def writable(self, params: Params, what: str = "text messages") -> Chat:
        """The chat, when the bot may send there; `what` names the content as the refusal does."""
        chat = self.readable(params)
        if chat.kind == "private":
            self._check_person(self.people[chat.id])
        elif chat.kind == "channel" and not chat.bot_may("can_post_messages"):
            raise bad_request("need administrator rights in the channel chat")
        elif chat.bot_status == "restricted":
            raise bad_request(f"not enough rights to send {what} to the chat")
        return chat

    def _check_person(self, person: Human) -> None:
        if person.deactivated:
            raise forbidden("user is deactivated")
        if person.blocked:
            raise forbidden("bot was blocked by the user")
        if not person.started:
            raise forbidden("bot can't initiate conversation with a user")

    def member(self, chat: Chat, user_id: int) -> Json:
        """The ChatMember object of a person or of the bot in a chat."""
        if user_id == self.bot["id"]:
            return self.bot_member(chat.bot_status, chat.bot_rights)
        person = self.people.get(user_id)
        if person is None:
            raise bad_request("user not found")
        status = "member" if chat.kind == "private" else chat.members.get(user_id, "left")
        member: Json = {"user": person.to_user(), "status": status}
        if status == "creator":
            member["is_anonymous"] = False
        if status == "administrator":
            member |= {"can_be_edited": False, "is_anonymous": False} | dict.fromkeys(ADMIN_RIGHTS, True)
        return member

    def bot_member(self, status: str, rights: frozenset[str]) -> Json:
        """The bot as ChatMember; a private chat knows only member and kicked (blocked)."""
        member: Json = {"user": self.bot_user(), "status": status}
        if status == "administrator":
            member |= {"can_be_edited": False, "is_anonymous": False}
            member |= {right: right in rights for right in ADMIN_RIGHTS}
        if status == "kicked":
            member["until_date"] = 0
        if status == "restricted":
            member |= {"is_member": True, "until_date": 0} | dict.fromkeys(_RESTRICTED, False)
        return member

    def bot_user(self) -> Json:
        return {key: self.bot[key] for key in ("id", "is_bot", "first_name", "username")}


_RESTRICTED = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)
