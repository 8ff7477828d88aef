"""Run the code cells of notebooks in plain Python, `#| gpu` cells included: where nbdev is not installed.

python .ci/plain.py nbs/96_devices.ipynb
"""

import json
import re
import sys

for path in sys.argv[1:]:
    with open(path) as f:
        cells = json.load(f)['cells']
    names = {'__name__': 'notebook'}
    for cell in cells:
        code = ''.join(cell['source'])
        skipped = re.search(r'^#\|\s*(slow|notest)\b', code, re.M) or 'nbdev_export()' in code
        if cell['cell_type'] != 'code' or skipped:
            continue
        code = re.sub(r'^%.*$', '', code, flags=re.M)
        exec(compile(code, f'{path}, cell {cell["id"]}', 'exec'), names)
    print(f'{path}: passed')
