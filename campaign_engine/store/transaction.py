"""What every repository stands on."""

from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.store.cipher import AddressCipher


class Transaction:
    """A repository's view of one open transaction."""

    def __init__(self, connection: AsyncConnection, cipher: AddressCipher) -> None:
        self._connection = connection
        self._cipher = cipher
