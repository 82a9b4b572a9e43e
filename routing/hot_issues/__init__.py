"""Hot issues and early warning (热点预警): many citizens, one place and matter, in a short time."""
