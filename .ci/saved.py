"""Working in JupyterLab leaves the check green.   python .ci/saved.py NOTEBOOK…   exit status 77: no browser or no driver here

In a copy of the workbook, JupyterLab opens each notebook, runs all cells and saves. Then `workbook.py check` must pass,
without the hooks of `make lab` and with them. With them, what is saved is clean, too."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from browser import BROWSER, MINUTES, free_port, run_all, server, sync_playwright
from workbook import BIN, ROOT, SKIPPED

KEPT = ('nbs', 'lift', '.ci', 'ablation_results', 'settings.ini', 'README.md', '.gitignore')
LAB = ['jupyter', 'lab', '--no-browser', '--allow-root', '--ServerApp.token=']
LAB += ['--ServerApp.root_dir=.', '--LabApp.expose_app_in_browser=True']
FLAGS = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking'.split()


def repository(folder):
    "A copy of the workbook with a repository of its own, in which all is staged."
    for name in KEPT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns(*SKIPPED))
        elif source.exists():
            shutil.copy(source, folder / name)
    for command in ('init -q', 'add -A'):
        subprocess.run(['git', *command.split()], cwd=folder, check=True)


def install_hooks(folder):
    "As `make hooks` does, for a user with an empty home; the server looks for settings in .config."
    env = os.environ | {'HOME': str(folder)}
    subprocess.run([BIN / 'nbdev_install_hooks'], cwd=folder, env=env, check=True)
    shutil.copytree(folder / '.jupyter', folder / '.config', dirs_exist_ok=True)


def run_and_save(folder, notebook, driver):
    "Open, run and save a notebook; return it as it was before and as it is now."
    path, port = folder / 'nbs' / notebook, free_port()
    before = path.read_text()
    with server([*LAB, f'--port={port}'], folder, port, folder / 'server.log'):
        browser = driver.chromium.launch(executable_path=BROWSER, args=FLAGS)
        page = browser.new_page(viewport={'width': 1280, 'height': 900})
        run_all(page, f'nbs/{notebook}', port)
        page.set_default_timeout(MINUTES)
        page.evaluate("jupyterapp.commands.execute('docmanager:save')")
        page.wait_for_function('!jupyterapp.shell.currentWidget.context.model.dirty')
        browser.close()
    return before, path.read_text()


def is_clean(path):
    "Whether a notebook is what nbdev would make of it."
    command = [BIN / 'nbdev_clean', '--fname', path, '--disp']
    clean = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(clean) == json.loads(path.read_text())


def try_notebook(folder, notebook, driver, has_hooks):
    "Exit with what is wrong after a notebook was run and saved."
    before, after = run_and_save(folder, notebook, driver)
    if before == after:
        sys.exit(f'{notebook}: was not saved')
    if has_hooks and not is_clean(folder / 'nbs' / notebook):
        sys.exit(f'{notebook}: was saved with metadata, in spite of the hooks')
    subprocess.run([sys.executable, '.ci/workbook.py', 'check'], cwd=folder, check=True)
    how = 'with' if has_hooks else 'without'
    print(f'{notebook}: opened, run and saved {how} hooks: the check passes', flush=True)


def main(notebooks):
    with sync_playwright() as driver:
        for has_hooks in (False, True):
            with tempfile.TemporaryDirectory() as d:
                folder = Path(d)
                repository(folder)
                if has_hooks:
                    install_hooks(folder)
                os.environ['PYTHONPATH'] = d  # the copy is what is run
                for notebook in notebooks:
                    try_notebook(folder, notebook, driver, has_hooks)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('notebooks', nargs='+', help='names in nbs/')
    args = parser.parse_args()
    if not BROWSER or not sync_playwright:
        print(
            "skipped: no Chromium (apt-get install chromium), or no driver (pip install -e '.[browser]')"
        )
        sys.exit(77)
    main(args.notebooks)
