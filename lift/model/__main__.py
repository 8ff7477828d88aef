"""`python -m lift.model [NAME]`: run a model once on random frames, and print its shapes.

NAME is lift15-spec by default, the network of the specification; or lift15, lift15-rife.
"""

import sys

import torch

from lift.core import LiftError
from lift.model.lift import create_lift_model
from lift.stages.encoder import print_facts


def main(names):  # exit status
    "Print the facts of the model that the words name."
    name = names[0] if names else 'lift15-spec'
    try:
        model = create_lift_model(name)
    except LiftError as e:
        print(f'lift: {e}', file=sys.stderr)
        return 2
    print_facts(f'The complete model {name}', model, frames=torch.rand(2, 14, 3, 256, 256))
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
