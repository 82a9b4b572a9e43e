"""Life safety first: the screen that runs before everything else, and a second look behind it."""

from routing.safety.screen import Line, SafetyAlert, SafetyScreen, load_screen, screen
from routing.safety.second_look import (
    SecondLook,
    find_danger,
    load_second_look,
    second_look,
)

__all__ = [
    "Line",
    "SafetyAlert",
    "SafetyScreen",
    "SecondLook",
    "find_danger",
    "load_screen",
    "load_second_look",
    "screen",
    "second_look",
]
