"`python -m lift`: the command `lift`. The code is in `lift.cli` (95_cli.ipynb)."

from lift.cli import main

if __name__ == '__main__':
    main()
