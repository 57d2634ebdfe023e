"""The twelve lessons: the list, screen after screen in one message, a question, and why an answer fits or does not.

Buttons: `ln` opens the list; `ln:B1` a lesson where it was left, `ln:B1:2` its second screen, `ln:B1:q` its question,
`ln:B1:a` answers it; `ln:paper` gives the certificate. Each works in every state, also months later.
"""

from dataclasses import replace

from campaign_engine.dialogue import consents, inviting
from campaign_engine.dialogue.flow import Rows, aside, column, idle, number, option, say, waits
from campaign_engine.dialogue.intents import Intent, NoteAsked, RecordAction
from campaign_engine.dialogue.learn_intents import NoteLesson, ShowCertificate
from campaign_engine.dialogue.lesson_files import course
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.consent import may_offer_series
from campaign_engine.domain.contact import LessonCode, Topic
from campaign_engine.domain.lesson import DONE, HALF, LETTERS, SERIES_END, Lesson, Stage, done, next_lesson, stage
from campaign_engine.domain.message import Option, Reply

FLOW = "learn"
LIST = "ln"
_PAPER, _QUESTION = "ln:paper", "q"


def menu_button(_: Context) -> Option:
    """Into the list."""
    return option("menu.learn", LIST)


def open_button(code: LessonCode) -> Option:
    """Into one lesson, by its title."""
    return Option(label="learn.open", data=f"{LIST}:{code}", values={"code": code.value})


def open_row(code: str) -> Rows:
    """Under a message of the series: opens the lesson, or the certificate at its end."""
    if code == SERIES_END:
        return ((option("learn.paper", _PAPER),),)
    return ((option("learn.open_it", f"{LIST}:{code}"),),) if code in set(LessonCode) else ()


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of this file, pressed by a contact; None for others."""
    head, _, value = data.partition(":")
    if head != LIST:
        return None
    if data == _PAPER:
        return _certificate(state, context)
    code, _, at = value.partition(":")
    if code not in set(LessonCode):
        return opened(state, context)
    lesson = course()[LessonCode(code)]
    if at in tuple(LETTERS):
        return _answered(state, lesson, at, context)
    return _place(state, lesson, _wanted(lesson, at, context), context)


def ask(state: State, context: Context) -> Step:
    """What is open, again; the list when that is no lesson."""
    return choice(state, f"{LIST}:{state.field}", context) or opened(state, context)


def _wanted(lesson: Lesson, at: str, context: Context) -> int:
    """The screen that a button names; without one, where the lesson was left."""
    if at == _QUESTION:
        return lesson.length + 1
    named = number(at) if at else context.person.lessons.get(lesson.code, 1)
    return named if named is not None and 1 <= named <= lesson.length + 1 else 1


def opened(state: State, context: Context) -> Step:
    """The list."""
    reached = context.person.lessons
    order = [code for code in LessonCode if code == context.pinned] + [c for c in LessonCode if c != context.pinned]
    rows = column(*(_entry(code, context) for code in order))
    if done(reached) >= HALF:
        rows += ((option("learn.paper", _PAPER),),)
    values = {"done": done(reached), "begun": bool(reached), "pinned": context.pinned}
    return say(aside(state), Reply("learn.list", values, (*rows, (option("menu.open", "m"),)), edits=True))


def _entry(code: LessonCode, context: Context) -> Option:
    values = {
        "code": code.value,
        "number": list(LessonCode).index(code) + 1,
        "stage": stage(context.person.lessons, code).value,
    }
    return Option(label="learn.entry", data=f"{LIST}:{code}", values=values)


def _place(state: State, lesson: Lesson, at: int, context: Context) -> Step:
    """A screen, or the question behind the last one."""
    noted = _noted(lesson.code, at, context)
    field = _QUESTION if at > lesson.length else str(at)
    reply = _question(lesson) if field == _QUESTION else _screen(lesson, at)
    return say(_waiting(state, f"{lesson.code}:{field}"), reply, intents=noted)


def _screen(lesson: Lesson, at: int) -> Reply:
    back = (option("learn.back", f"{LIST}:{lesson.code}:{at - 1}"),) if at > 1 else ()
    is_last = at == lesson.length
    on = option("learn.question_open" if is_last else "learn.next", f"{LIST}:{lesson.code}:{at + 1}")
    values = {"code": lesson.code.value, "at": at, "of": lesson.length}
    return Reply("learn.screen", values, ((*back, on), _ways_out()), edits=True)


def _question(lesson: Lesson) -> Reply:
    code = lesson.code.value
    answers = (
        Option(label="learn.answer", data=f"{LIST}:{code}:{letter}", values={"code": code, "letter": letter})
        for letter in LETTERS
    )
    back = option("learn.back", f"{LIST}:{code}:{lesson.length}")
    return Reply("learn.question", {"code": code}, (*column(*answers), (back, *_ways_out())), edits=True)


def _ways_out() -> tuple[Option, ...]:
    return (option("learn.all", LIST), option("menu.help", "m:help"))


def _answered(state: State, lesson: Lesson, letter: str, context: Context) -> Step:
    values: dict[str, object] = {"code": lesson.code.value, "letter": letter}
    following = next_lesson(context.person.lessons, lesson.code)
    on = (replace(open_button(following), label="learn.go_on"),) if following is not None else ()
    if letter != lesson.right:
        again = option("learn.again", f"{LIST}:{lesson.code}:{_QUESTION}")
        rows: Rows = ((again,), *((on,) if on else ()), _ways_out())
        reply = Reply("learn.not_quite", values, rows, edits=True)
        return say(_waiting(state, f"{lesson.code}:{_QUESTION}"), reply)
    return _right(state, lesson.code, Reply("learn.right", values, (on,) if on else (), edits=True), context)


def _right(state: State, code: LessonCode, reply: Reply, context: Context) -> Step:
    """Praise, what comes next; after the first lesson invites, and one question about the series (safety C5)."""
    reached = context.person.lessons
    is_new = stage(reached, code) is not Stage.DONE
    total = done({**reached, code: DONE})
    rows = reply.options
    if is_new and total in (HALF, len(LessonCode)):
        rows = ((option("learn.paper", _PAPER),), *rows)
    invites = is_new and total == 1 and inviting.may_offer(context)
    if invites:
        rows = (*rows, (option("invite.open", inviting.CARD),))
    rows = (*rows, (option("learn.repeat", f"{LIST}:{code}:1"), option("learn.all", LIST), option("menu.open", "m")))
    said = replace(reply, values={**reply.values, "done": total, "is_new": is_new, "invites": invites}, options=rows)
    step = say(aside(state), said, intents=_noted(code, DONE, context))
    if not is_new or total > 1 or not may_offer_series(context.person, context.now):
        return step
    asked = consents.question(Topic.LESSON_SERIES)
    return Step(step.state, (*step.replies, asked), (*step.intents, NoteAsked(Topic.LESSON_SERIES)))


def _certificate(state: State, context: Context) -> Step:
    """Without a name, a number or a date that leads to anybody (safety N2)."""
    total = done(context.person.lessons)
    if total < HALF:
        return opened(state, context)
    lessons, level = (len(LessonCode), "all") if total == len(LessonCode) else (HALF, "half")
    rows = ((option("learn.all", LIST), option("menu.open", "m")),)
    return say(aside(state), intents=(ShowCertificate(lessons, Reply(f"learn.paper_{level}", options=rows)),))


def _waiting(state: State, field: str) -> State:
    """A join stays open under a lesson that was opened in between (safety C8)."""
    return state if state.flow == "join" else waits(idle(state), FLOW, field)


def _noted(code: LessonCode, at: int, context: Context) -> tuple[Intent, ...]:
    """How far somebody got is kept once it is further than before, and nothing of what they answered."""
    before = context.person.lessons.get(code, 0)
    if at <= before:
        return ()
    counted = (RecordAction(ActionKind.LESSON_DONE),) if at == DONE else ()
    return (NoteLesson(code, at), *counted)
