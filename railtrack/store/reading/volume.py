"""TEU and mass of stored containers; TEU as a source gives it, else by size-type (contract §5, Volume)."""

from typing import Any

from sqlalchemy import case, func

from railtrack.domain.cargo.size_types import TEU_ASSUMED, TEU_BY_LENGTH
from railtrack.store.tables import ContainerRow


def row_teu(teu: float | None, size_type: str | None, quantity: int | None) -> float | None:
    """Give the TEU of a row with all its containers; None where it cannot be known."""
    if teu is not None:
        return teu
    if size_type is None or quantity is None:
        return None
    # whatever is stored was judged to be a known size-type
    return TEU_BY_LENGTH.get(size_type[0], TEU_ASSUMED) * quantity


def row_gross_kg(gross_kg: float | None, quantity: int | None, booked: int | None) -> float | None:
    """Give the mass of a row with all its containers; of a booking, the share of those without a number yet."""
    if gross_kg is None or not booked or quantity is None:
        return gross_kg
    return gross_kg * quantity / booked


# the TEU in SQL
COUNTED = case((ContainerRow.number.is_not(None), 1), else_=ContainerRow.quantity)
TEU: Any = func.coalesce(
    ContainerRow.teu,
    COUNTED
    * case(
        (ContainerRow.size_type.is_(None), None),
        *((func.substr(ContainerRow.size_type, 1, 1) == length, teu) for length, teu in TEU_BY_LENGTH.items()),
        else_=TEU_ASSUMED,
    ),
)
