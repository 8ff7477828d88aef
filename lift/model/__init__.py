"""The model: build it, load it, ask it for a frame. The public names of this room."""

from .fused import FusedLIFT
from .lift import create_lift_model
from .staged import LIFT, LiftOutput, StagedLIFT

__all__ = ['LIFT', 'FusedLIFT', 'LiftOutput', 'StagedLIFT', 'create_lift_model']
