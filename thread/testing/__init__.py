"""How is a part of the thread proved? Contracts, plain twins and strategies, for tests and authors of stores."""
