"""Words for replies and posts."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.message import Choice, Message, Option, Reply
from campaign_engine.domain.review import FixedText


class Renderer(Protocol):
    """Turns template names and values into messages; texts come from templates/messages and from approved posts."""

    def reply(self, reply: Reply, language: str) -> Message:
        """Words for a reply; English where the language lacks the block."""

    def answers(self, replies: Sequence[Reply], language: str) -> tuple[Message, ...]:
        """Words for all that is said at once; where some is in English, the last such message says why."""

    def footer(self, language: str) -> str:
        """Says in this language why a text is in English."""

    def choices(self, rows: tuple[tuple[Option, ...], ...], language: str) -> tuple[tuple[Choice, ...], ...]:
        """Words for options without a text, as they stand under a post."""

    def post(self, content: PostContent, language: str, values: Mapping[str, object]) -> str:
        """Text of a post for one variant. Raises InvalidInput naming the line of a broken template."""

    def text(self, source: str, values: Mapping[str, object]) -> str:
        """One template of a post with its variables filled in. Raises InvalidInput as `post` does."""

    def starter(self, kind: str, language: str) -> str:
        """Source of the post that a campaign of this kind may begin with."""

    def fixed(self, kind: str, language: str) -> FixedText:
        """A text that nobody edits in chat, `post_<kind>.j2`, with its version and review.

        Raises ConfigurationError without them.
        """

    def check(self, source: str, *, automatic: bool = False) -> None:
        """Raise InvalidInput, naming line and reason, unless the template is whole and uses only known variables.

        An `automatic` text has more of them.
        """
