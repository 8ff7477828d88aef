"""The model: build it, load it, ask it for a frame. The public names of this room."""

from .lift import LIFT, LiftOutput, create_lift_model

__all__ = ['LIFT', 'LiftOutput', 'create_lift_model']
