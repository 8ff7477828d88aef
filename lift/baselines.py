"""Every interpolator by its name. The public names of `lift.interpolators`."""

from .interpolators.baselines import Interpolator, get_interpolator

__all__ = ['Interpolator', 'get_interpolator']
