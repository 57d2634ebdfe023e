"""What people want drawn from a campaign."""

from dataclasses import dataclass

from campaign_engine.dialogue.intents import Intent


@dataclass(frozen=True, slots=True)
class ShowShareKit(Intent):
    """Pictures with a QR code, captions and words for screen readers, as files to share by hand."""

    campaign_id: int
