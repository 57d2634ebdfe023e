"""Codes that people type: on posters, said aloud, or handed to staff."""

import secrets

from campaign_engine.domain.words import command_in, is_stop, plain_digits

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0, O, 1, I or L: they look alike on paper."""

SITE_CODE_LENGTH = 8
INVITE_CODE_LENGTH = 12

_LIST = """
    ACORN ALMOND AMBER ANCHOR APPLE APRIL ARBOR ASPEN AUTUMN BAKER BAMBOO BANJO BASIL BASKET BEACH BEACON BERRY BIRCH
    BLOOM BOAT BONGO BOOK BREAD BREEZE BRIDGE BRIGHT BROOK BRUSH BUTTER CABIN CACTUS CAMERA CANDLE CANOE
    CANVAS CARROT CASTLE CEDAR CHALK CHERRY CHESS CIDER CIRCLE CLOUD CLOVER COAST COCOA COMET COPPER CORAL CORN
    CRANE CREEK CRICKET CYPRESS DAISY DANCE DAWN DELTA DESERT DOLPHIN DRUM EAGLE EARTH EASEL ELM EMBER FABLE FALCON
    FEATHER FERN FERRY FIDDLE FIELD FIG FINCH FLUTE FOREST FOSSIL FOX FROST FRUIT GALAXY GARDEN GARLIC GINGER GLOBE
    GRAPE GREEN GROVE GUITAR HARBOR HARP HARVEST HAZEL HICKORY HILL HONEY INDIGO IRIS ISLAND IVORY IVY
    JASMINE JAZZ JUNIPER KAYAK KITE KIWI LADDER LAKE LANTERN LARK LAUREL LEAF LEMON LILAC LILY LIME LINEN LOTUS LUNAR
    MAGNET MANGO MAPLE MARBLE MEADOW MELODY MELON MINT MOON MORNING MUFFIN MURAL MUSIC NECTAR NEST NORTH NUTMEG OAK
    OASIS OCEAN OLIVE ONYX OPAL ORANGE ORCHARD ORCHID OTTER PAINT PANDA PAPAYA PARK PEACH PEAR PEBBLE PENCIL PEPPER
    PIANO PINE PLANET PLUM POEM POND POPLAR PRISM PUZZLE QUARTZ QUILT RABBIT RADIO RAIN RAVEN RIBBON RIVER ROBIN ROSE
    SADDLE SAGE SAIL SALSA SAND SEED SILK SILVER SKATE SKY SNOW SONG SPARROW SPRING SPRUCE SQUASH STAR
    STORY SUMMER SUN SWAN TEMPO TIDE TIGER TOPAZ TRAIL TREE TULIP TURTLE VALLEY VELVET VIOLET VIOLIN WALNUT
    WAVE WILLOW WIND WINTER WREN YARN ZEBRA ZINNIA
"""

WORDS = tuple(_LIST.split())
"""Plain, kind and easy to spell; said aloud with two digits ("MAPLE75")."""


def new_code(length: int) -> str:
    """Random letters and digits, about 5 bits each; never a word that does something when it is typed."""
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(length))
        if not (is_stop(code) or command_in(code)):
            return code


def new_word_code() -> str:
    """A word and two digits, 10 to 99."""
    return f"{secrets.choice(WORDS)}{secrets.randbelow(90) + 10}"


def word_code_of(digits: str) -> str:
    """One that follows from hexadecimal digits."""
    number = int(digits, 16)
    return f"{WORDS[number % len(WORDS)]}{number // len(WORDS) % 90 + 10}"


def plain_code(typed: str) -> str:
    """As it is stored: upper case, digits 0 to 9, without the blanks and hyphens that people put in."""
    return typed and "".join(plain_digits(typed.upper()).replace("-", " ").split())
