"""`python -m services.petitions {api|stream|project|rebuild|audit}`."""

from kenes.service.main import main
from services.petitions.service import Petitions
from services.petitions.settings import Settings

main(lambda: Petitions(Settings.load()))
