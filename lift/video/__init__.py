"""Video in and out: the names that users of this room need.

`probe` tells the facts of a video, `read_video` and `load_clip` read frames,
`VideoWriter` writes them, `find_cuts` and `split_at_cuts` find shots.
"""

from .cuts import find_cuts, split_at_cuts
from .files import frame_rate, sample_clip
from .read import DamagedVideo, VideoFrame, VideoInfo, load_clip, probe, read_video
from .times import frame_times
from .write import VideoWriter

__all__ = [
    'DamagedVideo',
    'VideoFrame',
    'VideoInfo',
    'VideoWriter',
    'find_cuts',
    'frame_rate',
    'frame_times',
    'load_clip',
    'probe',
    'read_video',
    'sample_clip',
    'split_at_cuts',
]
