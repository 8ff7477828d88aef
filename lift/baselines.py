"""Every interpolator by its name. The public names of `lift.interpolators`."""

from .interpolators.protocol import Interpolator
from .interpolators.registry import get_interpolator

__all__ = ['Interpolator', 'get_interpolator']
