"""The local Telegram server against the real client: files, reactions, edits, scopes of commands, invite links."""

import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat, InputFile
from telegram.error import BadRequest, Forbidden

from campaign_engine.channels.telegram import open_bot
from tests.integration.test_telegram_server import png, room_with_bot
from tests.platforms.telegram_control import ImpossibleError
from tests.platforms.telegram_server import TelegramServer

KINDS = ["message", "edited_message", "message_reaction", "message_reaction_count", "chat_member"]


async def test_an_edit_that_comes_too_late_is_refused(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    sent = await telegram_bot.send_message(maya.id, "Ready?")
    telegram_server.world.editable_seconds = -1
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await telegram_bot.edit_message_text("Ready!", maya.id, sent.id)
    await maya.clear_history()
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await telegram_bot.edit_message_text("Ready!", maya.id, sent.id)


async def test_a_document_is_uploaded_once_and_what_people_send_can_be_loaded(telegram_server: TelegramServer) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    async with open_bot(telegram_server.token, telegram_server.root) as bot:
        first = await bot.send_document(maya.id, InputFile(b"%PDF-1.7", "kit.pdf"), caption="Your kit")
        assert first.document is not None
        await bot.send_document(maya.id, first.document.file_id)
        assert telegram_server.world.files.uploads == 1
        photo = await bot.send_photo(maya.id, png(40, 20))
        file = await bot.get_file(photo.photo[-1].file_id)
        assert bytes(await file.download_as_bytearray()) == png(40, 20)
        for wrong in ("BQACunknown", "http://example.org/kit.pdf"):
            with pytest.raises(BadRequest):
                await bot.send_document(maya.id, wrong)
        with pytest.raises(BadRequest, match="File must be non-empty"):
            await bot.send_document(maya.id, InputFile(b"", "kit.pdf"))
        with pytest.raises(BadRequest, match="Message caption is too long"):
            await bot.send_document(maya.id, first.document.file_id, caption="a" * 1025)
        with pytest.raises(BadRequest, match="Invalid file_id"):
            await bot.get_file("unknown")


async def test_an_id_of_another_bot_is_no_file(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    async with TelegramServer("4200000002:AAanother-bot", limits=None) as other:
        luz = await other.telegram.person()
        await luz.start()
        async with Bot(other.token, base_url=f"{other.root}/bot") as bot:
            sent = await bot.send_photo(luz.id, png())
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await telegram_bot.send_photo(maya.id, sent.photo[-1].file_id)


async def test_commands_belong_to_a_scope_and_a_language(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    own, all_private = BotCommandScopeChat(maya.id), BotCommandScopeAllPrivateChats()
    await telegram_bot.set_my_commands([BotCommand("help", "Help")], all_private, "es")
    await telegram_bot.set_my_commands([BotCommand("freeze", "Stop")], own)
    assert [one.command for one in await telegram_bot.get_my_commands(own)] == ["freeze"]
    assert await telegram_bot.get_my_commands(all_private) == ()
    await telegram_bot.delete_my_commands(own)
    assert await telegram_bot.get_my_commands(own) == ()
    for code in ("esp", "ES", "zh-Hans"):
        with pytest.raises(BadRequest, match="Invalid language code specified"):
            await telegram_bot.set_my_commands([BotCommand("help", "Help")], language_code=code)
        with pytest.raises(BadRequest, match="Invalid language code specified"):
            await telegram_bot.set_my_description("Hi", code)
    with pytest.raises(BadRequest, match="Chat not found"):
        await telegram_bot.set_my_commands([BotCommand("help", "Help")], BotCommandScopeChat(404))
    with pytest.raises(BadRequest, match="Bot_commands_too_much"):
        await telegram_bot.set_my_commands([BotCommand(f"c{number}", "x") for number in range(101)])


async def test_edits_stickers_and_forwards_reach_the_bot(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    typed = await maya.say("hello")
    await maya.edit(typed, "hello!")
    for kind in ("sticker", "voice", "photo", "document", "location", "forwarded"):
        await maya.send(kind, "words" if kind == "forwarded" else "")
    with pytest.raises(ImpossibleError):
        await maya.send("hologram")
    updates = await telegram_bot.get_updates(allowed_updates=KINDS)
    changed = updates[2].edited_message
    assert changed is not None
    assert (changed.text, changed.message_id, changed.edit_date is not None) == ("hello!", typed, True)
    sent = [update.message for update in updates[3:] if update.message is not None]
    assert [bool(one.sticker or one.voice or one.photo or one.document or one.location) for one in sent[:5]] == [
        True
    ] * 5
    assert (sent[5].text, sent[5].forward_origin is not None) == ("words", True)


@pytest.mark.parametrize("kind", ["supergroup", "channel"])
async def test_reactions_come_to_administrators_who_ask_for_them(
    telegram_server: TelegramServer, telegram_bot: Bot, kind: str
) -> None:
    room = await room_with_bot(telegram_server.telegram, kind, "administrator")
    maya = await telegram_server.telegram.person()
    await maya.join(room)
    post = await telegram_bot.send_message(room.id, "Pledge")
    await telegram_bot.get_updates(allowed_updates=["message"])
    await maya.react(room, post.id, "👍")
    await telegram_bot.get_updates(-1, allowed_updates=KINDS)
    await maya.react(room, post.id, "👍", "🔥")
    (update,) = [one for one in await telegram_bot.get_updates() if one.message_reaction or one.message_reaction_count]
    if kind == "channel":
        assert update.message_reaction_count is not None
        assert [one.total_count for one in update.message_reaction_count.reactions] == [1, 1]
    else:
        assert update.message_reaction is not None
        assert [len(update.message_reaction.old_reaction), len(update.message_reaction.new_reaction)] == [1, 2]


async def test_a_revoked_link_lets_nobody_in(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    room = await room_with_bot(telegram_server.telegram, "supergroup", "administrator")
    maya = await telegram_server.telegram.person()
    link = await telegram_bot.create_chat_invite_link(room.id, name="campaign 3")
    revoked = await telegram_bot.revoke_chat_invite_link(room.id, link.invite_link)
    assert (revoked.name, revoked.is_revoked) == ("campaign 3", True)
    with pytest.raises(ImpossibleError):
        await maya.join(room, link.invite_link)
    with pytest.raises(BadRequest, match="Invite_hash_expired"):
        await telegram_bot.revoke_chat_invite_link(room.id, "https://t.me/+unknown")
    with pytest.raises(BadRequest, match="Invite link name is too long"):
        await telegram_bot.create_chat_invite_link(room.id, name="a" * 33)
    member = await room_with_bot(telegram_server.telegram, "supergroup", "member")
    with pytest.raises(BadRequest, match="Not enough rights to manage chat invite link"):
        await telegram_bot.create_chat_invite_link(member.id)
    gone = await room_with_bot(telegram_server.telegram, "supergroup", "kicked")
    with pytest.raises(Forbidden, match="bot was kicked"):
        await telegram_bot.create_chat_invite_link(gone.id)
