"""The methods of the Bot API that write and change messages and answer taps."""

import time
from collections.abc import Callable

from tests.platforms.telegram_markup import parse_text
from tests.platforms.telegram_rules import (
    ALERT_LIMIT,
    CAPTION_LIMIT,
    TEXT_LIMIT,
    Json,
    Params,
    bad_request,
    check_keyboard,
    parse_keyboard,
    utf16_length,
)
from tests.platforms.telegram_world import Chat, World

Method = Callable[[World, Params], object]

DELETABLE_SECONDS = 48 * 3600


def send_message(world: World, params: Params) -> Json:
    content = _text_content(params)
    chat = world.writable(params)
    _check_text(content)
    return _send(world, chat, params, content)


def send_photo(world: World, params: Params) -> Json:
    return _send_upload(world, params, "photo", world.files.photo)


def send_document(world: World, params: Params) -> Json:
    return _send_upload(world, params, "document", world.files.document)


def _send_upload(world: World, params: Params, kind: str, kept: Callable[[Params], object]) -> Json:
    caption, entities = parse_text(params, "caption")
    keyboard = parse_keyboard(params)
    if not params.text(kind) and kind not in params.files:
        raise bad_request(f"there is no {kind} in the request")
    chat = world.writable(params, f"{kind}s")
    if utf16_length(caption) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    check_keyboard(keyboard)
    content: Json = {kind: kept(params)}
    if caption:
        content["caption"] = caption
    if entities:
        content["caption_entities"] = entities
    if keyboard:
        content["reply_markup"] = keyboard
    return _send(world, chat, params, content)


def get_file(world: World, params: Params) -> Json:
    return world.files.described(params.text("file_id"))


def _text_content(params: Params) -> Json:
    if not params.text("text"):
        raise bad_request("message text is empty")
    text, entities = parse_text(params, "text")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    if keyboard := parse_keyboard(params):
        content["reply_markup"] = keyboard
    return content


def _check_text(content: Json) -> None:
    if not content["text"]:
        raise bad_request("text must be non-empty")
    if utf16_length(content["text"]) > TEXT_LIMIT:
        raise bad_request("message is too long")
    check_keyboard(content.get("reply_markup"))


def _send(world: World, chat: Chat, params: Params, content: Json) -> Json:
    reply = params.parsed("reply_parameters", "can't parse reply parameters JSON object")
    if isinstance(reply, dict) and reply.get("message_id"):
        original = chat.messages.get(int(reply["message_id"]))
        if original is None and not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        if original is not None:
            content["reply_to_message"] = {
                key: value for key, value in original.items() if key not in {"reply_to_message", "reply_markup"}
            }
    return world.deliver(chat, content, world.bot_user())


def _own_message(world: World, chat: Chat, params: Params) -> Json:
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if time.time() - message["date"] > world.editable_seconds:
        raise bad_request("message can't be edited")
    own_post = chat.kind == "channel" and chat.bot_may("can_edit_messages")
    if message.get("from", {}).get("id") != world.bot["id"] and not own_post:
        raise bad_request("message can't be edited")
    return message


def _change(world: World, chat: Chat, message: Json, new: Json) -> Json:
    """Replace the parts of a message that `new` names; a part set to None goes away."""
    if all(message.get(key) == value for key, value in new.items()):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same as a "
            "current content and reply markup of the message"
        )
    changed = {key: value for key, value in (message | new).items() if value is not None}
    changed["edit_date"] = int(time.time())
    chat.messages[message["message_id"]] = changed
    world.record_edit(chat, changed)
    return changed


def edit_message_text(world: World, params: Params) -> Json:
    content = _text_content(params)
    chat = world.writable(params)
    message = _own_message(world, chat, params)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    _check_text(content)
    return _change(world, chat, message, {"entities": None, "reply_markup": None, **content})


def edit_message_caption(world: World, params: Params) -> Json:
    caption, entities = parse_text(params, "caption")
    keyboard = parse_keyboard(params)
    chat = world.writable(params)
    message = _own_message(world, chat, params)
    if "photo" not in message and "document" not in message:
        raise bad_request("there is no caption in the message to edit")
    if utf16_length(caption) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    check_keyboard(keyboard)
    new = {"caption": caption or None, "caption_entities": entities or None, "reply_markup": keyboard}
    return _change(world, chat, message, new)


def edit_message_reply_markup(world: World, params: Params) -> Json:
    keyboard = parse_keyboard(params)
    chat = world.writable(params)
    message = _own_message(world, chat, params)
    check_keyboard(keyboard)
    return _change(world, chat, message, {"reply_markup": keyboard})


def delete_message(world: World, params: Params) -> bool:
    chat = world.readable(params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    own = message.get("from", {}).get("id") == world.bot["id"]
    if not (own or chat.kind == "private" or chat.bot_may("can_delete_messages")):
        raise bad_request("message can't be deleted")
    if not chat.bot_may("can_delete_messages") and time.time() - message["date"] > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    del chat.messages[message["message_id"]]
    world.record_deletion(chat, message["message_id"])
    return True


def answer_callback_query(world: World, params: Params) -> bool:
    query = world.queries.get(params.text("callback_query_id"))
    if query is None or query["expired"]:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(params.text("text")) > ALERT_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    if query["answer"] is None:
        query["answer"] = {"text": params.text("text"), "show_alert": params.flag("show_alert")}
    return True


MESSAGE_METHODS: dict[str, Method] = {
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "senddocument": send_document,
    "getfile": get_file,
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
}
