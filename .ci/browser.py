"""The alpha explorer in a real browser.   python .ci/browser.py NOTEBOOK [--out DIR]   exit status 77: no browser or no driver here

Chromium of the system (Debian: apt-get install chromium), driven by playwright (the extra `browser`; it need not bring a browser of its own).
JupyterLab runs every cell of a copy of the notebook, Voilà shows it as a page; in both an alpha slider is dragged and the reset button pressed."""

import argparse
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BROWSER = next(
    filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None
)
try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None
MINUTES = 60_000  # milliseconds


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def die_with_parent():  # Linux: however this script ends, the server is told to end too
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


@contextlib.contextmanager
def server(command, folder, port, log):
    "A server that answers; ended in the end, with its kernels. Settings and workspaces of whoever runs this are not touched."
    env = os.environ | dict(JUPYTER_CONFIG_DIR=f'{folder}/.config', IPYTHONDIR=f'{folder}/.ipython')
    with open(log, 'w') as out:
        process = subprocess.Popen(
            [sys.executable, '-m', *command],
            cwd=folder,
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        )
    try:
        for _ in range(240):
            if process.poll() is not None:
                sys.exit(f'{command[0]} ended: {Path(log).read_text()[-2000:]}')
            with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port), 1):
                break
            time.sleep(0.5)
        else:
            sys.exit(f'{command[0]} does not answer: {Path(log).read_text()[-2000:]}')
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def picture(page):
    "The prediction's pixels, as the page has them."
    return page.evaluate("""async () => {
        const image = document.querySelector('.alpha-prediction img') || document.querySelector('img.alpha-prediction');
        const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
        return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))).join();
    }""")


def changed(page, before, seconds=120, every=50):
    "Wait for another picture than `before`."
    for _ in range(seconds * 1000 // every):
        if (now := picture(page)) != before:
            return now
        page.wait_for_timeout(every)
    sys.exit('the picture did not change')


def play(page, name, out):
    "Drag a slider, press reset, take pictures of the page."
    page.wait_for_selector('.alpha-prediction', timeout=8 * MINUTES)
    panel = page.locator('.alpha-explorer').last
    panel.scroll_into_view_if_needed()
    page.wait_for_timeout(1500)
    before = picture(page)
    handle = panel.locator('.noUi-handle').nth(1)  # the first is the slider over the clip
    box = handle.bounding_box()
    x, y = box['x'] + box['width'] / 2, box['y'] + box['height'] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 20, steps=5)
    page.mouse.move(x, y - 45, steps=5)
    start = time.perf_counter()
    page.mouse.up()
    touched = changed(page, before)
    seconds = time.perf_counter() - start
    for width in (1280, 1920):
        page.set_viewport_size(dict(width=width, height=1100))
        panel.scroll_into_view_if_needed()
        page.wait_for_timeout(1500)
        page.screenshot(path=out / f'{name}-{width}.png')
        panel.screenshot(path=out / f'{name}-{width}-panel.png')
    panel.get_by_role('button', name='reset').click()
    if changed(page, touched) != before:
        sys.exit(f'{name}: reset does not restore the picture')
    print(
        f'{name}: a dragged slider changes the picture (after {seconds:.1f} s), reset restores it',
        flush=True,
    )


def run_all(page, path, port):
    "Open a notebook in JupyterLab and run all cells."
    page.set_default_timeout(3 * MINUTES)
    page.goto(f'http://127.0.0.1:{port}/lab/tree/{path}?reset')
    page.wait_for_function(
        "window.jupyterapp?.shell.currentWidget?.content?.model?.cells.length > 1"
    )
    page.wait_for_function(
        "jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status == 'idle'"
    )
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")  # until all are done
    cells = [
        c
        for c in page.evaluate("jupyterapp.shell.currentWidget.content.model.toJSON()")['cells']
        if c['cell_type'] == 'code'
    ]
    if errors := [
        f"{o['ename']}: {o['evalue']}"
        for c in cells
        for o in c['outputs']
        if o['output_type'] == 'error'
    ]:
        sys.exit(f'JupyterLab: {errors}')
    if not all(c['execution_count'] for c in cells):
        sys.exit('JupyterLab: not all cells were run')
    print(f'JupyterLab: {len(cells)} cells run, no error', flush=True)


def lab(page, notebook, port, out):
    run_all(page, notebook.name, port)
    page.evaluate(
        "{ const book = jupyterapp.shell.currentWidget.content; book.scrollToItem(book.widgets.findLastIndex(w => w.model.type == 'code' && !w.model.sharedModel.source.includes('#| slow'))) }"
    )
    play(page, 'jupyterlab', out)


def voila(page, notebook, port, out):
    page.goto(f'http://127.0.0.1:{port}/', timeout=8 * MINUTES)
    play(page, 'voila', out)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('notebook', type=Path)
    parser.add_argument(
        '--out', type=Path, default=Path('out/browser'), help='folder for screenshots'
    )
    parser.add_argument('--only', choices=['jupyterlab', 'voila'])
    a = parser.parse_args()
    if not BROWSER or not sync_playwright:
        print(
            'skipped: '
            + (
                'no Chromium here (apt-get install chromium)'
                if not BROWSER
                else "no driver here (pip install --editable '.[browser]')"
            )
        )
        sys.exit(77)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # end the servers then, too
    a.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as d, sync_playwright() as driver:
        copy = Path(shutil.copy(a.notebook, d))  # the browser saves what it runs
        quiet = (
            Path(d)
            / '.config/lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings'
        )
        quiet.parent.mkdir(parents=True)
        quiet.write_text('{"fetchNews": "false"}')
        for name, drive, command in (
            (
                'jupyterlab',
                lab,
                [
                    'jupyter',
                    'lab',
                    '--no-browser',
                    '--allow-root',
                    '--ServerApp.token=',
                    '--ServerApp.root_dir=.',
                    '--LabApp.expose_app_in_browser=True',
                ],
            ),
            (
                'voila',
                voila,
                ['voila', copy.name, '--no-browser', '--VoilaConfiguration.show_tracebacks=True'],
            ),
        ):
            if a.only not in (None, name):
                continue
            port = free_port()
            with server([*command, f'--port={port}'], d, port, a.out / f'{name}.log'):
                browser = driver.chromium.launch(executable_path=BROWSER, args=['--no-sandbox'])
                drive(browser.new_page(viewport=dict(width=1280, height=1100)), copy, port, a.out)
                browser.close()
