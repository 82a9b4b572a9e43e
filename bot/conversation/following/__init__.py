"""Which matter a message means after what was spoken of before: read from what was learnt."""
