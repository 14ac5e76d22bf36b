"""How is the thread kept on a Neo4j server? ``store`` is the store, over ``log``, ``graph`` and ``connection``."""

from thread.stores.neo4j.store import Neo4jStore, open_neo4j

__all__ = ["Neo4jStore", "open_neo4j"]
