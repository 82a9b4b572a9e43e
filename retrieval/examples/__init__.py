"""How people put what they want: searched with, never shown, and no part of any guide."""
