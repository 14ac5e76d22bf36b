"""``python -m thread``: the same as the command ``thread``."""

from thread.cli import main

if __name__ == "__main__":
    main()
