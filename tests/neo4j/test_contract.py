"""Neo4j keeps the contract of every store."""

from thread.testing.store_contract import DurableStoreContract, StoreContract


class TestStore(StoreContract):
    """The contract."""


class TestDurableStore(DurableStoreContract):
    """What is promised besides by a store that outlives its process."""
