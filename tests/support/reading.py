"""How long a join takes somebody of fourteen, from the tap that begins it to the tap after which they are in.

Every figure is from a study, or on the slow side of one:

- Words of messages, pledges and plans are all read, at 165 a minute. The student in the middle, who understands
  what is read, reads 158 (grade 8) and 168 (grade 9): Spichtig, Hiebert, Vorstius, Pascoe, Pearson and Radach, Reading
  Research Quarterly 51 (2016), 239-259. They read texts of their grade; ours are easier.
- In a list of ages, boroughs or neighborhoods people look for the one they know. They stop where they find it, and
  until then look at each label for a quarter of a second, about the length of one fixation (Rayner, Psychological
  Bulletin 124 (1998), 372-422). People are faster: they see several items at once (Hornof and Kieras, CHI 1997), and
  faster again in a list in the order of the alphabet, as neighborhoods are.
- A tap takes two seconds: 1.35 to decide (Card, Moran and Newell, Communications of the ACM 23 (1980), 396-410), the
  rest for the thumb and for our answer. So does a tap into the field that one types into, and one on Send.
- Ten- to nineteen-year-olds type 40 words, 200 signs, a minute on a phone: Palin, Feit, Kim, Kristensson and
  Oulasvirta, MobileHCI 2019.
"""

from collections.abc import Iterable

from campaign_engine.domain.message import Choice, Message

WORDS_A_MINUTE = 165
SECONDS_A_LABEL = 0.25
SECONDS_A_TAP = 2.0
SECONDS_A_TOUCH = 0.65
"""That opens a list, with nothing to decide."""

ROWS = 5
"""Under one message of Discord, with the one that opens a field to type into."""

SECONDS_A_SIGN = 0.3

SEARCHED = ("a:", "b:", "n:")
"""Buttons that people know by heart what to look for: their age, borough and neighborhood."""

CHOICES = ("pl:", "if:", "t:")
"""Buttons that are read and weighed, each; the others lead back or away, and nobody who goes on reads them."""


def words(text: str) -> int:
    """Signs alone are no words."""
    return sum(any(sign.isalnum() for sign in word) for word in text.split())


def seconds(message: Message, tapped: str, *, menus: bool) -> float:
    """To read one message and to find the button that is tapped, where it is one of these.

    `menus`: Discord shows more rows than fit under a message as a menu, which one more touch opens.
    """
    shown = [choice for row in message.choices for choice in row]
    read = words(message.text) + sum(words(one.label) for one in shown if one.data.startswith(CHOICES))
    opened = SECONDS_A_TOUCH if menus and len(message.choices) + message.asks_text > ROWS else 0
    return read * 60 / WORDS_A_MINUTE + _looked_at(shown, tapped) * SECONDS_A_LABEL + opened


def _looked_at(shown: Iterable[Choice], tapped: str) -> int:
    if not tapped.startswith(SEARCHED):
        return 0
    labels = [one.data for one in shown]
    return labels.index(tapped) + 1 if tapped in labels else 0


def typing(text: str) -> float:
    """A tap into the field, the signs, a tap on Send."""
    return 2 * SECONDS_A_TAP + len(text) * SECONDS_A_SIGN
