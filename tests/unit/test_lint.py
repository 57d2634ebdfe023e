"""The lint as a whole: ordinary good sentences pass, each rule finds what it is for (safety F6, I2; content)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.lint.check import Facts, Texts, findings
from campaign_engine.domain.lint.finding import Finding, Severity, hints, must
from campaign_engine.domain.lint.length import segments, too_long
from campaign_engine.domain.lint.source import tidy
from campaign_engine.domain.precinct import PRECINCT_NUMBERS
from campaign_engine.opendata.places import ShippedPlaces
from campaign_engine.wordlists import WordLists

WORDS = WordLists()
PLACES = frozenset(ShippedPlaces().name(number) for number in PRECINCT_NUMBERS)
HELP = {"en": "To talk to someone, any hour: call or text 988.", "es": "Para hablar con alguien: llama al 988."}

GOOD_ENGLISH = (
    "Check on a friend today. One text can help.",
    "When a chat heats up, leave it and breathe. Then call someone you trust.",
    "Our block party is on Saturday at Prospect Park, with music and food.",
    "Come to the Brownsville library on Tuesday. Bring an adult you trust.",
    "Learn three ways to calm a fight before it starts.",
    "The Peace Project meets at Maple High School every Thursday.",
    "We remember everyone we miss. You are not alone: call or text 988.",
    "Save Our Streets and Life Camp will be there too.",
    "Pick one pledge and one plan. It takes less than a minute.",
    "You can invite up to three people you trust.",
    "Shootings hurt whole families. To talk to someone, call or text 988.",
    "Please do not pass on videos or guesses.",
    "Do not share a video of the fight. Check on someone instead.",
    "Don't be afraid to ask for help.",
    "The animal shelter on Linden Boulevard needs volunteers.",
    "Getting help keeps someone from getting hurt. Call or text 988.",
    "Volunteers from the hospital program will answer questions.",
    "Healing takes time, and nobody has to do it alone.",
    "In Crown Heights and East New York, neighbors look out for each other.",
    "According to NYC Open Data there were fewer incidents last year.",
    "Winter break starts on December 24. Make a plan for a safe way home.",
    "Mayor's Youth Council meets at City Hall in March.",
    "Martin Luther King Day is a day of service.",
    "We can win together when we look out for each other.",
    "Ask a coach, a teacher or an aunt for backup.",
    "If you feel unsafe, take your other route home.",
    "Free pizza after the workshop at the Bedford Avenue community center!",
    "Press hard and keep pressing until help comes.",
    "Text HOME to 741741 if it gets too much.",
    "Young people in our community lead this campaign.",
    "Learn to press on a wound until help comes. Free class at the YMCA. Call or text 988.",
    "A vigil needs a plan: tell an adult, plan the way home. 988 is there any hour.",
    "Our goal is fewer fights and more friends.",
    "See you at Marcus Garvey Park at 4 pm.",
)
GOOD_SPANISH = (
    "Pregunta hoy cómo está una amistad. Un mensaje ayuda.",
    "Cuando un chat se calienta, sal de ahí y respira. Luego llama a alguien de confianza.",
    "La fiesta de la cuadra es el sábado en Prospect Park, con música y comida.",
    "Ven a la biblioteca de Brownsville el martes. Trae a un adulto de confianza.",
    "Aprende tres formas de calmar una pelea antes de que empiece.",
    "El Proyecto Paz se reúne en la escuela Maple cada jueves.",
    "Recordamos a quienes nos faltan. No estás a solas: llama o escribe al 988.",
    "Elige una promesa y un plan. Toma menos de un minuto.",
    "Puedes invitar hasta a tres personas de confianza.",
    "Los tiroteos lastiman a familias enteras. Para hablar con alguien, llama o escribe al 988.",
    "Por favor, no pases videos ni rumores.",
    "No compartas el video de la pelea. Pregunta cómo está alguien.",
    "No tengas miedo de pedir ayuda.",
    "El refugio de animales necesita voluntarios.",
    "Pedir ayuda evita que alguien salga herido. Llama o escribe al 988.",
    "Sanar toma tiempo, y nadie tiene que hacerlo a solas.",
    "En Crown Heights y East New York, la gente del barrio se cuida.",
    "Según los datos de la ciudad, hubo menos incidentes el año pasado.",
    "Las vacaciones empiezan el 24 de diciembre. Haz un plan para volver a casa.",
    "Pide apoyo a una tía, a un maestro o a una entrenadora.",
    "Si te sientes en peligro, toma tu otra ruta a casa.",
    "Pizza gratis después del taller en el centro comunitario.",
    "Presiona fuerte y no sueltes hasta que llegue ayuda.",
    "Envía AYUDA al 741741 si se hace muy pesado.",
    "Los jóvenes de nuestra comunidad guían esta campaña.",
    "Una vigilia necesita un plan: avisa a un adulto y piensa cómo volver. El 988 está a cualquier hora.",
    "Nuestra meta son menos peleas y más amistades.",
    "Nos vemos en el parque Marcus Garvey a las 4.",
    "El Día de Martin Luther King es un día de servicio.",
    "Nadie gana una pelea. Busca una salida fácil.",
    "Hay un taller de primeros auxilios en la escuela. Es gratis.",
    "La comunidad se junta el domingo en la iglesia.",
)


def lint(text: str, language: str = "en", kind: str = "awareness", **facts: Any) -> tuple[Finding, ...]:
    return lint_all({language: text}, kind, promised=(language,), **facts)


def lint_all(
    texts: dict[str, str], kind: str = "awareness", title: str = "Winter", **facts: Any
) -> tuple[Finding, ...]:
    words = {language: WORDS.entries(language) for language in ("en", "es")}
    known: dict[str, Any] = {
        "promised": ("en", "es"),
        "channels": ("web",),
        "words": words,
        "help_lines": HELP,
        "places": PLACES,
    }
    return findings(Texts(title, texts), Facts(kind, **{**known, **facts}))


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [one.code for one in found]


@pytest.mark.parametrize("text", GOOD_ENGLISH)
def test_F6_an_ordinary_english_sentence_has_nothing_to_change(text: str) -> None:
    assert lint(text) == ()


@pytest.mark.parametrize("text", GOOD_SPANISH)
def test_F6_an_ordinary_spanish_sentence_has_nothing_to_change(text: str) -> None:
    assert lint(text, "es") == ()


def test_there_are_enough_ordinary_sentences() -> None:
    assert min(len(GOOD_ENGLISH), len(GOOD_SPANISH)) >= 30


@pytest.mark.parametrize(
    ("channel", "text", "language", "fits"),
    [
        *[(name, "x" * most, "en", True) for name, most in (("telegram", 400), ("discord", 600), ("web", 600))],
        *[(name, "x" * most, "es", False) for name, most in (("telegram", 401), ("discord", 601), ("web", 601))],
        ("bluesky", "x" * 280, "en", True),
        ("bluesky", "x" * 281, "en", False),
        ("mail", "word " * 150, "en", True),
        ("mail", "word " * 151, "en", False),
        ("sms", "x" * 160, "en", True),
        ("sms", "x" * 161, "en", False),
        ("sms", "x" * 306, "es", True),
        ("sms", "x" * 307, "es", False),
        ("a channel without a norm", "x" * 600, "en", True),
        ("a channel without a norm", "x" * 601, "en", False),
    ],
)
def test_F6_a_text_is_no_longer_than_people_read(channel: str, text: str, language: str, fits: bool) -> None:
    found = too_long(text, language, (channel,))
    assert (found is None) is fits
    assert found is None or (found.severity, found.values["channel"]) == (Severity.MUST, channel)


def test_the_strictest_of_several_channels_is_named() -> None:
    found = too_long("x" * 500, "en", ("web", "telegram", "bluesky"))
    assert found is not None
    assert (found.values["channel"], found.values["longest"], found.values["length"]) == ("bluesky", 280, 500)
    assert too_long("x" * 300, "en", ("web", "telegram")) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("é" * 160, 1),
        ("{" * 80, 1),
        ("{" * 81, 2),
        ("x" * 152 + "{" + "x" * 152 + "{", 3),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("🎉" * 35, 1),
        ("🎉" * 36, 2),
        ("ñ¿¡" * 50, 1),
    ],
)
def test_segments_by_the_alphabet_of_text_messages(text: str, parts: int) -> None:
    """á is not in the basic alphabet while é, ñ and ¿ are; braces take two places and are never cut."""
    assert segments(text) == parts


def test_what_is_measured_is_what_is_read() -> None:
    assert codes(lint("{{ area }}", channels=("sms",), read={"en": "x" * 161})) == ["long_text"]
    assert lint("{{ " + "a" * 200 + " }}", channels=("sms",), read={"en": "short"}) == ()


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("RIP Tay Tay, 988", "en", "Tay Tay"),
        ("Rest in peace, Mikey. 988", "en", "Mikey"),
        ("Justice for Jamal Brown", "en", "Jamal Brown"),
        ("We miss our friend Tyquan Booker.", "en", "Tyquan Booker"),
        ("Jamal Brown was my neighbor.", "en", "Jamal Brown"),
        ("Keisha, 15, sings.", "en", "Keisha"),
        ("QEPD Carlitos. 988", "es", "Carlitos"),
        ("En memoria de Ana María López. 988", "es", "Ana María López"),
        ("Extrañamos a Yandel Cruz. 988", "es", "Yandel Cruz"),
        ("ask @lil_jay", "en", "@lil_jay"),
        ("pregunta a @la.nena22.", "es", "@la.nena22"),
    ],
)
def test_F6_a_name_is_a_hint_and_in_an_aftermath_text_a_must(text: str, language: str, found: str) -> None:
    (hint,) = [one for one in lint(text, language) if one.code in ("name", "handle")]
    assert (hint.found, hint.severity) == (found, Severity.BETTER)
    (stop,) = [one for one in lint(text, language, "aftermath") if one.code in ("name", "handle")]
    assert stop.severity is Severity.MUST


@pytest.mark.parametrize(
    "text",
    [
        "RIP currents are strong at Coney Island today.",
        "Justice for Brooklyn!",
        "Write to team@school.org.",
        "Maria Hernandez Park has lights now.",
        "Kings County and Bed-Stuy work together.",
        "Come to the Jackie Robinson Center.",
        "Call Safe Horizon or NYC Well.",
        "Spring Break Peace Week starts Monday.",
    ],
)
def test_F6_a_place_or_a_group_is_no_name(text: str) -> None:
    assert not {"name", "handle"}.intersection(codes(lint(text)))


@pytest.mark.parametrize(
    ("kind", "text", "severity"),
    [
        ("memorial", "Today we remember.", Severity.MUST),
        ("aftermath", "It is a hard day.", Severity.MUST),
        ("presence", "We will be out together.", Severity.MUST),
        ("awareness", "A shooting hurts everyone.", Severity.MUST),
        ("awareness", "Gun violence is not normal.", Severity.MUST),
        ("recruit", "After a funeral, friends matter.", Severity.BETTER),
        ("awareness", "Call a friend.", None),
        ("awareness", "A shooting hurts. Call or text 988.", None),
        ("memorial", "Text HOME to 741741.", None),
        ("awareness", "My shot at the hoop was good.", None),
        ("awareness", "A friend was shot 1988 days ago.", Severity.MUST),
    ],
)
def test_F6_a_help_line_stands_where_a_text_may_hurt(kind: str, text: str, severity: Severity | None) -> None:
    found = [one for one in lint(text, kind=kind) if one.code == "no_help_line"]
    assert [one.severity for one in found] == ([severity] if severity else [])
    if found:
        assert found[0].fixed == f"{text}\n{HELP['en']}"
        again = lint(found[0].fixed or "", kind=kind)
        assert "no_help_line" not in codes(again)


@pytest.mark.parametrize("text", ["Un tiroteo duele.", "La violencia duele.", "Perdimos a alguien.", "Hubo disparos."])
def test_F6_a_help_line_in_spanish(text: str) -> None:
    assert "no_help_line" in codes(lint(text, "es"))
    assert "no_help_line" not in codes(lint(f"{text} Llama al 988.", "es"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("COME TO THE BLOCK PARTY ON SATURDAY", "shouting"),
        ("Come! Now! Please!", "exclamations"),
        ("Party 🎉🎉🎉", "emoji"),
        ("See {{ link }} and https://988lifeline.org", "asks"),
        ("80% of teens agree.", "figure"),
        ("1 in 4 teens agrees.", "figure"),
        ("Last year had 31 shootings. 988", "figure"),
    ],
)
def test_F6_style_is_only_ever_a_hint(text: str, code: str) -> None:
    (found,) = lint(text)
    assert (found.code, found.severity) == (code, Severity.BETTER)


@pytest.mark.parametrize(
    "text",
    [
        "NYC and NYPD data: see our page.",
        "LOL OK",
        "Come! It is fun!",
        "Party 🎉👩🏽‍🚒",
        "See {{ link }} and {{ link }}",
        "80% of teens agree, says NYC Open Data: source on our page.",
        "Come at 4 pm on 12/1.",
    ],
)
def test_F6_style_is_left_alone(text: str) -> None:
    assert lint(text) == ()


def test_F6_coordinates_never_stand_in_a_text() -> None:
    (found,) = lint("Meet at 40.6782, -73.9442.")
    assert (found.code, found.severity) == ("position", Severity.MUST)


def test_F6_a_promised_language_that_is_missing_must_come_or_go() -> None:
    (missing,) = lint_all({"en": "Call a friend."})
    assert (missing.code, missing.language, missing.severity) == ("missing_language", "es", Severity.MUST)
    assert codes(lint_all({"en": "Call a friend.", "es": "  "})) == ["missing_language"]
    assert lint_all({"en": "Call a friend."}, promised=("en",)) == ()
    (task,) = lint_all({"en": "Call a friend."}, asked=("es",))
    assert (task.code, task.severity) == ("waiting_translation", Severity.TASK)


def test_F6_all_languages_carry_the_same_links_and_facts() -> None:
    same = {"en": "See {{ link }} in {{ area }}", "es": "Mira {{link}} en {{ area }}"}
    assert lint_all(same) == ()
    (link,) = lint_all({"en": "See {{ link }}", "es": "Mira"})
    assert (link.code, link.language, link.found, link.severity) == ("unlike", "es", "{{ link }}", Severity.MUST)
    (address,) = lint_all({"en": "Call.", "es": "Llama: https://988lifeline.org."})
    assert (address.language, address.found) == ("en", "https://988lifeline.org")
    (area,) = lint_all({"en": "Hi {{ area }}", "es": "Hola"})
    assert (area.found, area.severity) == ("{{ area }}", Severity.BETTER)
    assert lint_all({"en": "See {{ link }}", "es": "Mira"}, promised=("en",)) == ()


def test_F6_a_title_is_read_too() -> None:
    (found,) = lint_all({"en": "Call a friend.", "es": "Llama."}, title="Violence is everywhere")
    assert (found.code, found.language, found.severity) == ("word", "", Severity.MUST)
    assert lint_all({"en": "Call a friend.", "es": "Llama."}, title="Thug Life Museum Day") == ()
    texts = {"en": "Be well. 988", "es": "Cuídate. 988"}
    assert codes(lint_all(texts, "aftermath", title="For Jamal Brown")) == ["name"]


@pytest.mark.parametrize(
    "text",
    [
        "Jamal Brown, 16, of Linden Street. 988",
        "It happened on the corner of Linden. 988",
        "It was retaliation. 988",
        "Here is the video. 988",
        "The suspect wore red. 988",
        "Pledge and join us. 988",
    ],
)
def test_I2_an_aftermath_text_holds_no_name_place_cause_video_or_suspect(text: str) -> None:
    assert must(lint(text, kind="aftermath"))


def test_what_must_change_comes_first() -> None:
    found = lint("80% of thugs! Violence is everywhere! Wow! 988")
    assert [one.severity for one in found] == sorted((one.severity for one in found), key=list(Severity).index)
    assert len(must(found)) + len(hints(found)) == len(found) == 4


def test_a_findings_key_changes_with_what_it_is_about() -> None:
    first, second = (lint(text)[0] for text in ("a thug", "the thug"))
    assert first.key == lint("a thug")[0].key != second.key
    assert len(first.key) == 8


@pytest.mark.parametrize("kind", list(CampaignKind))
def test_no_text_however_odd_breaks_the_lint(kind: CampaignKind) -> None:
    for text in (
        "",
        " ",
        "{{",
        "\0",
        "@",
        "'",
        "{% if %}",
        "é\u0301" * 50,
        "🎉" * 700,
        "A" * 5000,
        "- " * 3000,
        "\u202eabc",
    ):
        lint(text, kind=kind)


@given(st.text(max_size=300), st.sampled_from(CampaignKind), st.sampled_from(("en", "es")))
def test_F6_every_finding_points_into_the_text_and_every_fix_is_a_text(
    text: str, kind: CampaignKind, language: str
) -> None:
    for found in lint(text, language, kind):
        assert found.severity in Severity
        if found.code in ("word", "name", "handle"):
            assert tidy(text)[found.start :].startswith(found.found)
        assert found.fixed is None or found.fixed.strip()
