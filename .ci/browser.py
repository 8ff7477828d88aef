"""The panels of notebooks 91 and 92 in a real browser.   python .ci/browser.py NOTEBOOK [--out DIR] [--short]   exit status 77: no browser or no driver here

Chromium of the system (Debian: apt-get install chromium), driven by playwright (the extra `browser`; it need not bring a browser of its own).
JupyterLab runs every cell of a copy of the notebook, or with --short only those that the panel needs. The panel is then used like a reader would:
a patch is clicked, a frame left out, a slider dragged, the swipe moved, the state exported. --only voila does the same with Voilà."""

import argparse
import contextlib
import ctypes
import json
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
CHROMIUM = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
              --disable-component-update --disable-sync""".split()
MINUTES = 60_000  # milliseconds
STATUS_BAR = 24  # pixels at the lower end of JupyterLab's window


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


def picture(page, name='alpha-prediction'):
    "The pixels of a picture, as the page has them."
    return page.evaluate(
        """async name => {
        const image = document.querySelector(`.${name} img`) || document.querySelector(`img.${name}`);
        const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
        return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))).join();
    }""",
        name,
    )


def changed(page, before, seconds=240, every=100):
    "Wait for another picture than `before`."
    for _ in range(seconds * 1000 // every):
        if (now := picture(page)) != before:
            return now
        page.wait_for_timeout(every)
    sys.exit('the picture did not change')


def settled(page):
    "Wait until the picture has been the same for two seconds."
    before, since = picture(page), 0
    while since < 2000:
        page.wait_for_timeout(100)
        now = picture(page)
        before, since = now, since + 100 if now == before else 0
    return before


def drag(page, handle, dx, dy):
    "Drag the handle of a slider by so many pixels."
    box = handle.bounding_box()
    x, y = box['x'] + box['width'] / 2, box['y'] + box['height'] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2, steps=5)
    page.mouse.move(x + dx, y + dy, steps=5)
    page.mouse.up()


def in_view(page, panel, *names):
    "Are all these parts of the panel inside the window at the same time?"
    size = page.viewport_size
    for name in names:
        box = panel.locator(name).first.bounding_box()
        inside = box['x'] >= 0 and box['x'] + box['width'] <= size['width']
        lowest = size['height'] - STATUS_BAR
        if not inside or box['y'] < 0 or box['y'] + box['height'] > lowest:
            sys.exit(f'{name} is not inside the window of {size}: {box}')


def show_panel(page, width, height):
    "Set the size of the window, and scroll to the panel."
    page.set_viewport_size(dict(width=width, height=height))
    panel = page.locator('.alpha-explorer').last
    panel.evaluate("panel => panel.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(1500)
    return panel


def click_patch(page, panel, across):
    "Click into the picture, so far from its left; the patch is framed there."
    box = panel.locator('img.alpha-prediction').bounding_box()
    at = dict(x=box['width'] * across, y=box['height'] * 0.6)
    before = picture(page)
    panel.locator('img.alpha-prediction').click(position=at)
    changed(page, before)


def leave_out(page, panel, frame):
    "Switch a frame off: the line below the sliders says what it is worth."
    before = picture(page)
    column = panel.locator('.alpha-frames > *', has_text=frame)
    column.locator('input[type=checkbox]').click()
    changed(page, before)
    panel.locator('.alpha-note', has_text=f'Without {frame}').wait_for()


def reset(page, panel, untouched):
    "Press reset; the first picture comes back."
    panel.get_by_role('button', name='reset').click()
    for _ in range(600):  # it may be drawn more than once
        if picture(page) == untouched:
            return
        page.wait_for_timeout(100)
    sys.exit('reset does not restore the picture')


def export(page, panel, folder):
    "Export, and find three files."
    panel.locator('input[type=text]').last.fill(f'{folder}/exported')
    panel.locator('input[type=text]').last.press('Enter')
    panel.get_by_role('button', name='export').click()
    panel.get_by_text('saved').first.wait_for()
    found = sorted(p.suffix for p in Path(folder).glob('exported.*'))
    if found != ['.json', '.pdf', '.png']:
        sys.exit(f'exported: {found}')


def play(page, name, out):
    "Use the panel like a reader, at two sizes of the window; take pictures of the page."
    page.wait_for_selector('.alpha-prediction', timeout=8 * MINUTES)
    for width, height in ((1280, 720), (1920, 1080)):
        panel = show_panel(page, width, height)

        def photograph(what):
            page.screenshot(path=out / f'{name}-{width}-{what}.png')

        photograph('panel')
        in_view(page, panel, 'img.alpha-prediction', 'img.alpha-map', '.swipe-place')
        in_view(page, panel, '.alpha-frames', '.alpha-graph', 'button:has-text("export")')
        if panel.locator('img.alpha-prediction').bounding_box()['width'] < height / 5:
            sys.exit('the picture does not grow with the window')
        click_patch(page, panel, 0.3 if width == 1280 else 0.7)
        panel.get_by_text('dB lost)').first.wait_for(timeout=8 * MINUTES)  # importance is known
        photograph('importance')
        untouched = settled(page)
        leave_out(page, panel, '-1')
        photograph('left-out')
        reset(page, panel, untouched)
        drag(page, panel.locator('.alpha-frames .noUi-handle').last, 0, -40)
        panel.locator('.alpha-note', has_text='in place of').wait_for(timeout=4 * MINUTES)
        photograph('dragged')
        panel.get_by_role('button', name='reset').click()
        panel.locator('.alpha-note', has_text='in place of').wait_for(
            state='hidden', timeout=4 * MINUTES
        )
        before = picture(page)
        drag(page, panel.locator('.swipe-place .noUi-handle'), 60, 0)
        changed(page, before)
        export(page, panel, out.resolve())
        photograph('swiped')
        print(f'{name}, {width}×{height}: patch, frame, slider, swipe and export work', flush=True)


def turn_wheel(page, name, out):
    "Move the slider of the flow wheel: its number is that of the frame, and PSNR follows."
    page.wait_for_selector('.flow-wheel', timeout=8 * MINUTES)
    for width, height in ((1280, 720), (1920, 1080)):
        page.set_viewport_size(dict(width=width, height=height))
        panel = page.locator('.flow-wheel').last
        panel.evaluate("panel => panel.scrollIntoView({block: 'start'})")
        before = panel.locator('.flow-caption').inner_text()
        panel.locator('.noUi-handle').focus()
        page.keyboard.press('ArrowRight')
        page.wait_for_function(
            "before => document.querySelector('.flow-caption').innerText != before", arg=before
        )
        page.wait_for_timeout(1500)
        number = panel.locator('.widget-readout').inner_text().strip()
        caption = panel.locator('.flow-caption').inner_text()
        if f'frame {number}' not in caption or 'dB' not in caption:
            sys.exit(f'the slider says {number}, the line below {caption}')
        page.screenshot(path=out / f'{name}-{width}-wheel.png')
        print(f'{name}, {width}×{height}: {caption}', flush=True)


def use(notebook):
    "How the panel of a notebook is used."
    return turn_wheel if notebook.name.startswith('92') else play


def shorten(notebook):
    "Leave out the cells that only test or show something."
    book = json.loads(notebook.read_text())

    def is_needed(cell):
        source = ''.join(cell['source'])
        return source.startswith(('#| export', '#| hide')) or source == 'alpha_explorer()'

    book['cells'] = [c for c in book['cells'] if c['cell_type'] == 'code' and is_needed(c)]
    notebook.write_text(json.dumps(book))


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
    use(notebook)(page, 'jupyterlab', out)


def voila(page, notebook, port, out):
    page.goto(f'http://127.0.0.1:{port}/', timeout=8 * MINUTES)
    use(notebook)(page, 'voila', out)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('notebook', type=Path)
    parser.add_argument(
        '--out', type=Path, default=Path('out/browser'), help='folder for screenshots'
    )
    parser.add_argument('--only', choices=['jupyterlab', 'voila'], default='jupyterlab')
    parser.add_argument('--short', action='store_true', help='run only what the panel needs')
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
        if a.short:
            shorten(copy)
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
            if a.only != name:
                continue
            port = free_port()
            with server([*command, f'--port={port}'], d, port, a.out / f'{name}.log'):
                browser = driver.chromium.launch(executable_path=BROWSER, args=CHROMIUM)
                page = browser.new_page(viewport=dict(width=1280, height=720))
                try:
                    drive(page, copy, port, a.out)
                except BaseException:
                    page.screenshot(path=a.out / 'failed.png')
                    raise
                browser.close()
