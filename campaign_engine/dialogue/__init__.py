"""Every conversation, written once: pure functions from a state and an inbound to replies and intents."""
