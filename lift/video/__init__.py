"""Video in and out. The public names of this room."""

from .cuts import find_cuts, split_at_cuts
from .files import sample_clip
from .read import VideoFrame, VideoInfo, load_clip, probe, read_video
from .write import VideoWriter

__all__ = [
    'VideoFrame',
    'VideoInfo',
    'VideoWriter',
    'find_cuts',
    'load_clip',
    'probe',
    'read_video',
    'sample_clip',
    'split_at_cuts',
]
