"""Where everything stands on a day: plan, merged answers and decisions joined and judged."""

from qpexcel.standing.judging import stand
from qpexcel.standing.model import (
    ItemStanding,
    Known,
    OnRow,
    QuantityStanding,
    Reason,
    RowStanding,
    Standing,
    UnitStanding,
    figures,
)

__all__ = [
    "ItemStanding",
    "Known",
    "OnRow",
    "QuantityStanding",
    "Reason",
    "RowStanding",
    "Standing",
    "UnitStanding",
    "figures",
    "stand",
]
