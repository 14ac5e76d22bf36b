"""What does each thing need? The structure function of a view: gates over suppliers, compiled to arrays."""

from thread.projection.view import View


class Structure:
    """Needs of every node of one view. Compiled once per (revision, boundary), then shared by all questions."""


def compile_structure(view: View, *, strict: bool = False) -> Structure:
    """The structure function of a view.

    Raises:
        InputError: ``bad-config``, only when ``strict``: a group asks more members than it has.
    Cost: O(n + m), vectorised.
    """
    raise NotImplementedError
