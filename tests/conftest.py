"""What every test shares: the guard against the outside, and real parts as fixtures."""

from hypothesis import HealthCheck, settings

# On a busy machine an example takes as long as it takes; what counts is whether it holds.
settings.register_profile("hotline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hotline")

pytest_plugins = [
    "tests.socket_guard",
    "tests.memory",
    "tests.database_fixtures",
    "tests.casework_fixtures",
    "tests.service_fixtures",
    "tests.rasa_fixtures",
    "tests.desk_fixtures",
    "tests.desk_steps",
]
