"""Run by alembic inside the transaction that campaign_engine.store.migrate opened."""

from alembic import context

from campaign_engine.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
