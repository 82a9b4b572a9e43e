"""One thing, done once (一件事一次办): the matters of one event in life, in order, together."""
