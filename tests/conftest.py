"""What every test shares: the guard against the outside, and real parts as fixtures."""

pytest_plugins = [
    "tests.socket_guard",
    "tests.database_fixtures",
    "tests.casework_fixtures",
    "tests.rasa_fixtures",
    "tests.service_fixtures",
    "tests.desk_fixtures",
    "tests.desk_steps",
]
