"""Every store keeps the contract."""

import pytest

from tests.stores.conftest import ALL, DURABLE, params
from thread.testing.store_contract import DurableStoreContract, StoreContract


@pytest.mark.parametrize("backend", params(ALL), indirect=True)
class TestStore(StoreContract):
    """The contract, on every store."""


@pytest.mark.parametrize("backend", params(DURABLE), indirect=True)
class TestDurableStore(DurableStoreContract):
    """What is promised besides by a store that outlives its process."""
