"""Clips and published sets as training windows. The public names of this room."""

from .datasets import BaseVideoDataset, ClipFolder
from .published import (
    UCF101Dataset,
    Vimeo15Dataset,
    Vimeo90KSeptuplet,
    Vimeo90KTriplet,
    X4K1000FPSDataset,
    get_dataset_class,
)

__all__ = [
    'BaseVideoDataset',
    'ClipFolder',
    'UCF101Dataset',
    'Vimeo15Dataset',
    'Vimeo90KSeptuplet',
    'Vimeo90KTriplet',
    'X4K1000FPSDataset',
    'get_dataset_class',
]
