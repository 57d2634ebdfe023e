"""What people do in Telegram, as actions on the world: JSON in, JSON out, called in process or over /control."""

import base64
import re
import time
from collections.abc import Iterable

from tests.platforms.telegram_markup import commands_in
from tests.platforms.telegram_rules import Json
from tests.platforms.telegram_world import ADMIN_RIGHTS, PRESENT, Chat, Human, World

_ROOM_OFFSETS = {"group": -4_000_000, "supergroup": -1_001_000_000_000, "channel": -1_002_000_000_000}


_STICKER: Json = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
_FILE: Json = {"file_id": "CAACAgIAAxkD", "file_unique_id": "AgADAQ"}
_MEDIA: dict[str, Json] = {
    "sticker": {"sticker": {**_FILE, **_STICKER, "emoji": "🙂"}},
    "voice": {"voice": {**_FILE, "duration": 3}},
    "photo": {},
    "document": {"document": {**_FILE, "file_name": "list.pdf"}},
    "location": {"location": {"latitude": 40.7, "longitude": -73.9, "live_period": 900}},
    "forwarded": {"forward_origin": {"type": "hidden_user", "date": 0, "sender_user_name": "Somebody"}},
}
_PIXEL = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + (8).to_bytes(4) + (8).to_bytes(4)
"""As much of a picture as the server looks at."""


class ImpossibleError(LookupError):
    """A person cannot do this in Telegram as things stand; the message says why."""


class Control:
    """Every public method is an action of /control; names and arguments are the driver's."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_person(
        self, first_name: str, language_code: str = "en", username: str = "", *, started: bool = False
    ) -> int:
        """`started`: pressed Start at some time before, whatever came of it."""
        person = Human(5_000_000 + self._world.next_id(), first_name, language_code, username, started)
        self._world.people[person.id] = person
        self._world.chats[person.id] = Chat(person.id, "private", first_name, username)
        return person.id

    def add_people(self, number: int) -> list[int]:
        """So many who pressed Start at some time before."""
        return [self.add_person(f"ally {each}", started=True) for each in range(number)]

    def add_room(self, kind: str, title: str, members: Iterable[int] = (), username: str = "") -> int:
        """A group, supergroup or channel whose first member is its creator."""
        room = Chat(_ROOM_OFFSETS[kind] - self._world.next_id(), kind, title, username)
        for position, member in enumerate(members):
            room.members[self._person(member).id] = "member" if position else "creator"
        self._world.chats[room.id] = room
        return room.id

    def set_bot(self, room: int, status: str, by: int, rights: Iterable[str] = ADMIN_RIGHTS) -> None:
        """Add the bot to a room, promote, restrict or remove it (member, administrator, restricted, left, kicked)."""
        world, chat, actor = self._world, self._chat(room), self._person(by)
        was_present = chat.bot_present
        chat.bot_rights = frozenset(rights)
        world.set_bot_status(chat, status, actor.to_user())
        if chat.bot_present and not was_present and chat.kind != "channel":
            self._write(chat, actor, {"new_chat_members": [world.bot_user()]})

    def upgrade(self, room: int) -> int:
        """Turn a group into a supergroup; returns the new chat id."""
        old = self._chat(room)
        if old.kind != "group":
            raise ImpossibleError(f"{old.title} is a {old.kind}, only a group can be upgraded")
        new_id = self.add_room("supergroup", old.title)
        new = self._chat(new_id)
        new.members, new.bot_status, new.bot_rights = dict(old.members), old.bot_status, old.bot_rights
        creator = self._person(next(iter(old.members)))
        self._write(old, creator, {"migrate_to_chat_id": new_id})
        self._write(new, creator, {"migrate_from_chat_id": room})
        old.upgraded_to = new_id
        return new_id

    def join(self, person: int, room: int, link: str = "") -> None:
        """Join a room, by an invite link of it or without one."""
        chat, human = self._chat(room), self._person(person)
        if link and (link not in chat.links or chat.links[link]["is_revoked"]):
            raise ImpossibleError("the invite link belongs to no room or to another one")
        self._change_member(chat, human, "member", chat.links.get(link))
        if chat.kind != "channel":
            self._write(chat, human, {"new_chat_members": [human.to_user()]})

    def leave(self, person: int, room: int) -> None:
        chat, human = self._chat(room), self._person(person)
        self._change_member(chat, human, "left", None)
        if chat.kind != "channel":
            self._write(chat, human, {"left_chat_member": human.to_user()})

    def _change_member(self, chat: Chat, human: Human, status: str, link: Json | None) -> None:
        old = self._world.member(chat, human.id)
        chat.members[human.id] = status
        change: Json = {"chat": chat.to_chat(), "from": human.to_user(), "date": int(time.time())}
        change |= {"old_chat_member": old, "new_chat_member": self._world.member(chat, human.id)}
        if link:
            change["invite_link"] = link
        if chat.bot_status == "administrator":
            self._world.push("chat_member", change)

    def start(self, person: int, payload: str = "") -> None:
        """Press Start, or open a link t.me/<bot>?start=<payload>."""
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload):
            raise ImpossibleError("a start payload has at most 64 characters of A-Z, a-z, 0-9, _ and -")
        human = self._person(person)
        if human.blocked:
            self.unblock(person)
        human.started = True
        self.say(person, f"/start {payload}".strip(), person)

    def say(self, person: int, text: str, chat: int, reply_to: int | None = None) -> int:
        """Write in a private chat, a room, or as a post of a channel; returns the message id."""
        human, place = self._person(person), self._chat(chat)
        self._check_in(human, place)
        content: Json = {"text": text}
        if commands := commands_in(text):
            content["entities"] = commands
        if reply_to is not None:
            content["reply_to_message"] = self._message(place, reply_to)
        message_id: int = self._write(place, human, content)["message_id"]
        return message_id

    def send(self, person: int, kind: str, chat: int, caption: str = "") -> int:
        """A sticker, voice, photo, document, location or forwarded text; returns the message id."""
        human, place = self._person(person), self._chat(chat)
        self._check_in(human, place)
        if kind not in _MEDIA:
            raise ImpossibleError(f"nobody can send a {kind} here")
        content: Json = dict(_MEDIA[kind])
        if kind == "photo":
            content["photo"] = self._world.files.keep_photo(_PIXEL)
        if caption:
            content["text" if kind == "forwarded" else "caption"] = caption
        message_id: int = self._write(place, human, content)["message_id"]
        return message_id

    def send_photo(self, person: int, content: str) -> int:
        """A photo to the bot, as base64; returns the message id."""
        human, place = self._person(person), self._chat(person)
        self._check_in(human, place)
        photo = self._world.files.keep_photo(base64.b64decode(content))
        message_id: int = self._write(place, human, {"photo": photo})["message_id"]
        return message_id

    def edit(self, person: int, chat: int, message_id: int, text: str) -> None:
        """Change a text of one's own; a live location that moves is an edit too (empty text)."""
        human, place = self._person(person), self._chat(chat)
        self._check_in(human, place)
        message = self._message(place, message_id)
        if message.get("from", {}).get("id") != person:
            raise ImpossibleError(f"message {message_id} is not {human.first_name}'s")
        changed = {**message, "edit_date": int(time.time())}
        if text:
            changed["text"] = text
        place.messages[message_id] = changed
        if place.kind == "channel":
            self._world.push("edited_channel_post", changed)
        elif place.kind == "private" or self._reaches_bot(place, changed):
            self._world.push("edited_message", changed)

    def clear_history(self, chat: int) -> None:
        """Delete every message of a chat, as a person can."""
        self._chat(chat).messages.clear()

    def react(self, person: int, chat: int, message_id: int, emojis: Iterable[str]) -> None:
        """One's reactions to a message become these; the bot is told where it is an administrator."""
        human, place = self._person(person), self._chat(chat)
        self._check_in(human, place)
        message = self._message(place, message_id)
        reactions = self._world.reactions.setdefault((chat, message_id), {})
        old, new = reactions.get(person, ()), tuple(emojis)
        reactions[person] = new
        if place.bot_status != "administrator":
            return
        change: Json = {"chat": place.to_chat(), "message_id": message["message_id"], "date": int(time.time())}
        if place.kind == "channel":
            every = [emoji for each in reactions.values() for emoji in each]
            counted = [{"type": _emoji(one), "total_count": every.count(one)} for one in dict.fromkeys(every)]
            self._world.push("message_reaction_count", {**change, "reactions": counted})
        else:
            change |= {"user": human.to_user(), "old_reaction": list(map(_emoji, old))}
            self._world.push("message_reaction", {**change, "new_reaction": list(map(_emoji, new))})

    def tap(self, person: int, chat: int, button: str, message_id: int | None = None) -> str:
        """Tap an inline button by label or data, of the given message or the last one that has buttons.

        Returns the callback query id, or the address when the button is a link.
        """
        human, place = self._person(person), self._chat(chat)
        self._check_in(human, place)
        message = self._keyboard_message(place, message_id)
        buttons = [found for row in message["reply_markup"]["inline_keyboard"] for found in row]
        tapped = next((found for found in buttons if button in {found["text"], found.get("callback_data")}), None)
        if tapped is None:
            labels = ", ".join(found["text"] for found in buttons)
            raise ImpossibleError(f"no button {button!r} under message {message['message_id']}; there are: {labels}")
        if "callback_data" not in tapped:
            return str(tapped.get("url", ""))
        query: Json = {
            "id": str(4_000_000_000_000_000_000 + self._world.next_id()),
            "from": human.to_user(),
            "message": message,
            "chat_instance": str(8_000_000_000 + abs(place.id)),
            "data": tapped["callback_data"],
        }
        self._world.queries[query["id"]] = {"expired": False, "answer": None}
        self._world.push("callback_query", query)
        return str(query["id"])

    def answer_of(self, query: str) -> Json | None:
        """What the bot answered a tap with (text, show_alert), or None so far."""
        answer: Json | None = self._world.queries[query]["answer"]
        return answer

    def expire_queries(self) -> None:
        """Make all taps so far too old to be answered."""
        for query in self._world.queries.values():
            query["expired"] = True

    def block(self, person: int) -> None:
        self._set_blocked(person, blocked=True)

    def unblock(self, person: int) -> None:
        self._set_blocked(person, blocked=False)

    def _set_blocked(self, person: int, *, blocked: bool) -> None:
        human = self._person(person)
        if not human.started or human.blocked is blocked:
            raise ImpossibleError(f"{human.first_name} has {'blocked' if human.blocked else 'not blocked'} the bot")
        human.blocked = blocked
        chat = self._world.chats[human.id]
        chat.bot_status = "member" if blocked else "kicked"
        self._world.set_bot_status(chat, "kicked" if blocked else "member", human.to_user())

    def deactivate(self, person: int) -> None:
        self._person(person).deactivated = True

    def set_privacy(self, on: bool) -> None:
        """Group privacy mode of the bot."""
        self._world.privacy = on

    def messages(self, chat: int) -> list[Json]:
        """What a person sees in a chat now, the oldest first, as Message objects."""
        return [message for _, message in sorted(self._chat(chat).messages.items())]

    def _write(self, chat: Chat, human: Human, content: Json) -> Json:
        message = self._world.deliver(chat, content, human.to_user())
        if chat.kind == "channel":
            if chat.bot_status == "administrator":
                self._world.push("channel_post", message)
        elif chat.kind == "private" or (chat.bot_present and self._reaches_bot(chat, message)):
            self._world.push("message", message)
        return message

    def _reaches_bot(self, chat: Chat, message: Json) -> bool:
        if not self._world.privacy or chat.bot_status == "administrator" or "text" not in message:
            return True
        if message.get("reply_to_message", {}).get("from", {}).get("id") == self._world.bot["id"]:
            return True
        first = message["text"].split()[0] if message["text"].split() else ""
        _, _, addressee = first.partition("@")
        return first.startswith("/") and addressee.lower() in {"", self._world.bot["username"].lower()}

    def _check_in(self, human: Human, chat: Chat) -> None:
        if human.deactivated:
            raise ImpossibleError(f"{human.first_name} has no account any more")
        if chat.kind == "private":
            if chat.id != human.id or not human.started or human.blocked:
                raise ImpossibleError(f"{human.first_name} has no open chat with the bot: press Start first")
        elif chat.members.get(human.id) not in PRESENT:
            raise ImpossibleError(f"{human.first_name} is not a member of {chat.title}")

    def _keyboard_message(self, chat: Chat, message_id: int | None) -> Json:
        if message_id is not None:
            message = self._message(chat, message_id)
        else:
            message = next((found for found in reversed(self.messages(chat.id)) if "reply_markup" in found), {})
        if "reply_markup" not in message:
            raise ImpossibleError("there is no message with buttons")
        return message

    def _message(self, chat: Chat, message_id: int) -> Json:
        if message_id not in chat.messages:
            raise ImpossibleError(f"there is no message {message_id} in this chat")
        return chat.messages[message_id]

    def _person(self, person: int) -> Human:
        if person not in self._world.people:
            raise ImpossibleError(f"there is no person {person}")
        return self._world.people[person]

    def _chat(self, chat: int) -> Chat:
        if chat not in self._world.chats:
            raise ImpossibleError(f"there is no chat {chat}")
        return self._world.chats[chat]


def _emoji(sign: str) -> Json:
    return {"type": "emoji", "emoji": sign}
