"""Promises that hold by what is not there (safety N3, N4, N6)."""

import tomllib
from pathlib import Path

from campaign_engine.dialogue import intents
from campaign_engine.store.tables import metadata

ROOT = Path(__file__).parents[2]
MODELS = {"openai", "anthropic", "transformers", "torch", "langchain", "llama", "mistralai", "cohere", "google-genai"}


def installed_names(lock: str) -> set[str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return {line.partition("==")[0].strip().lower() for line in lines if "==" in line and not line.startswith(" ")}


def test_N6_nothing_that_generates_text_is_installed() -> None:
    names = installed_names("requirements.lock")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert len(names) > 20
    assert len(names) > len(project["dependencies"])
    assert not {name for name in names if any(model in name for model in MODELS)}


def test_N4_no_table_says_who_brought_whom() -> None:
    """Beside what a row about somebody says of themselves, only the work of staff names staff."""
    to_contacts = {
        f"{table.name}.{key.parent.name}"
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "contacts" and key.parent.info["class"] != "staff"
    }
    assert to_contacts == {
        *("actions.contact_id", "addresses.contact_id", "consents.contact_id", "consent_questions.contact_id"),
        *("deliveries.contact_id", "dialogues.contact_id", "pledges.contact_id"),
        *("role_requests.contact_id", "lesson_progress.contact_id", "series_steps.contact_id"),
        *("area_cards.contact_id", "joint_joins.contact_id", "joint_words.contact_id", "follow_ups.contact_id"),
        *("first_times.contact_id", "week_times.contact_id", "invite_slots.contact_id"),
        *("move_codes.contact_id", "recent_signups.contact_id", "push_subscriptions.contact_id"),
    }


def test_N3_a_conversation_can_ask_for_nobody_but_the_one_who_writes() -> None:
    wanted = [made for made in vars(intents).values() if isinstance(made, type) and issubclass(made, intents.Intent)]
    fields = {f"{made.__name__}.{name}" for made in wanted for name in getattr(made, "__dataclass_fields__", {})}
    assert len(wanted) > 15
    assert not {name for name in fields if name.endswith(("contact_id", "person", "address", "pseudonym", "to_whom"))}
