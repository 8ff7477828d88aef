"""Whether the code of the notebooks can be read: what ruff does not look at.

python .ci/style.py [NOTEBOOK…]
"""

import ast
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = {'function': 40, 'cell': 60}
ALONE = {
    ast.Tuple: 'a tuple as a statement: write one statement a line',
    ast.BoolOp: '`and` or `or` as a statement: write `if`',
    ast.IfExp: 'a conditional expression as a statement: write `if`',
    ast.ListComp: 'a comprehension as a statement: write `for`',
}


def source(cell):
    return ''.join(cell['source'])


def is_export(cell):
    return cell['cell_type'] == 'code' and re.search(r'^#\|\s*export', source(cell), re.M)


def parsed(cell):
    "The syntax tree of a cell; lines for IPython alone count as nothing."
    return ast.parse(re.sub(r'^(\s*)[%!].*$', r'\1pass', source(cell), flags=re.M))


def faults_of_code(cell):
    for node in ast.walk(parsed(cell)):
        if isinstance(node, ast.Expr) and type(node.value) in ALONE:
            yield ALONE[type(node.value)]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = node.end_lineno - node.lineno + 1
            if lines > MOST_LINES['function']:
                yield f'{node.name} has {lines} lines, more than {MOST_LINES["function"]}'
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            text = ast.get_docstring(node) or ''
            if re.match(r'What\b', text):
                yield f'the docstring of {node.name} begins with "What": say what it does'
    lines = source(cell).count('\n') + 1
    if is_export(cell) and lines > MOST_LINES['cell']:
        yield f'an export cell of {lines} lines, more than {MOST_LINES["cell"]}'


def defines(cell):
    "Whether a cell exports functions or classes, not only imports or constants."
    return any(isinstance(n, (ast.FunctionDef, ast.ClassDef)) for n in parsed(cell).body)


def faults(path):
    "Cell number and fault, of one notebook."
    cells = json.loads(path.read_text())['cells']
    for n, cell in enumerate(cells):
        if cell['cell_type'] != 'code':
            continue
        for fault in faults_of_code(cell):
            yield n, fault
        follows = cells[n + 1] if n + 1 < len(cells) else None
        if is_export(cell) and defines(cell) and (follows is None or is_export(follows)):
            yield n, 'an export cell without a test, or a text that says where it is, below it'


def main(names):
    paths = [Path(n) for n in names] or sorted((ROOT / 'nbs').glob('*.ipynb'))
    found = [f'{path.name}, cell {n}: {fault}' for path in paths for n, fault in faults(path)]
    if found:
        sys.exit('\n'.join(found))
    print(f'{len(paths)} notebooks can be read')


if __name__ == '__main__':
    main(sys.argv[1:])
