"""Policy answers (政策问答): whether, how long, how much, what if; each with its law."""
