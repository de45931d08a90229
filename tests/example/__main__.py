"""`python -m tests.example {api|stream|project|rebuild|audit}`."""

from kenes.service.main import main
from kenes.settings import KitSettings
from tests.example.service import Library

main(lambda: Library(KitSettings.load()))
