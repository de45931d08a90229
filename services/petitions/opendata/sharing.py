"""What a petition's page says about itself to other sites, and what people copy from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from kenes.web.open_data import Alternate
from services.petitions.domain.petition import Petition
from services.petitions.opendata import links
from services.petitions.opendata.oembed import SHARE_HEIGHT, SHARE_WIDTH, frame, share_image


@dataclass(frozen=True)
class Sharing:
    """Addresses for the head of the page and its open data. `image` and `oembed` are absolute."""

    alternates: Sequence[Alternate]
    histories: Sequence[Alternate]
    oembed: str
    image: str
    snippet: str
    image_width: int = SHARE_WIDTH
    image_height: int = SHARE_HEIGHT


def sharing(petition: Petition, count: int, origin: str, language: str) -> Sharing:
    """Of a petition whose page is at `origin` and read in `language`."""
    return Sharing(
        alternates=links.of_petition(petition.id, language),
        histories=links.histories(petition.id),
        oembed=links.oembed(origin, petition.id),
        image=f"{origin}{share_image(petition.id, count)}",
        snippet=frame(origin, petition.id, petition.text.title, language),
    )
