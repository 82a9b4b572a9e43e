"""Life safety first: the screen that runs before everything else."""

from routing.safety.screen import Line, SafetyAlert, SafetyScreen, load_screen, screen

__all__ = ["Line", "SafetyAlert", "SafetyScreen", "load_screen", "screen"]
