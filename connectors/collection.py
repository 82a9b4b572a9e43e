"""Python's garbage collection at the start: put off until the service answers."""

import gc


def postpone_collection() -> None:
    """Collect nothing until ``resume_collection``.

    A start makes millions of objects that stay. Walking them again and again takes a quarter of
    its time, and finds nothing.
    """
    gc.disable()


def resume_collection() -> None:
    """Leave what the start made out of later collections; nothing where none was put off."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
