"""The docs site in a real browser.   python .ci/look.py SITE [--out DIR]   exit status 77: no browser or no driver here

SITE is a folder that .ci/docs.py wrote. Its pages must begin at their top at any width, and its search must find what is there."""

import argparse
import sys
import tempfile
from pathlib import Path

from browser import BROWSER, CHROMIUM, free_port, server, sync_playwright

PAGES = ('index.html', 'nbs/53_targets.html', 'nbs/64_repair.html', 'nbs/91_alpha_weights.html')
SIZES = ((390, 844), (1280, 720), (1920, 1080))


def begins_at_its_top(page, name, width):
    "A page is not scrolled, its title stands near its top, and nothing is wider than the window."
    page.wait_for_timeout(200)
    at = page.evaluate("""() => ({
        scrolled: scrollY, wide: document.documentElement.scrollWidth,
        title: document.querySelector('main h1').getBoundingClientRect().top })""")
    if at['scrolled'] or not 0 <= at['title'] < 150 or at['wide'] > width:
        sys.exit(f'{name} at {width} pixels: {at}')


def searched(page, words, wanted):
    "A search names a page, with a passage that has the words; its link leads there."
    page.fill('#search', words)
    page.wait_for_selector('#found li')
    hits = page.evaluate("""() => Array.from(document.querySelectorAll('#found li'), item => ({
        url: item.querySelector('a').getAttribute('href'), text: item.querySelector('p').textContent,
        marks: item.querySelectorAll('mark').length }))""")
    places = [i for i, hit in enumerate(hits) if wanted in hit['url']]
    if not places or hits[places[0]]['marks'] < 2:
        sys.exit(f'{words!r}: {wanted} is not found with a passage, but {hits}')
    return places[0], hits[places[0]]


def site(page, port, out):
    for width, height in SIZES:
        page.set_viewport_size(dict(width=width, height=height))
        for name in PAGES:
            page.goto(f'http://127.0.0.1:{port}/{name}')
            begins_at_its_top(page, name, width)
            page.screenshot(path=out / f'{Path(name).stem}-{width}.png')
        page.goto(f'http://127.0.0.1:{port}/index.html')
        place, hit = searched(page, 'dropped frames', '64_repair')
        page.screenshot(path=out / f'search-{width}.png')
        page.locator(f'#found a[href*="{hit["url"]}"]').first.click()
        page.wait_for_url('**/64_repair.html*')
        print(
            f'{width} pixels: {len(PAGES)} pages begin at their top; hit {place + 1}: {hit["text"]}'
        )
    page.set_viewport_size(dict(width=390, height=844))
    page.goto(f'http://127.0.0.1:{port}/{PAGES[1]}')
    if page.locator('nav .contents').is_visible():
        sys.exit('the contents are open on a phone')
    page.locator('nav label').click()
    page.wait_for_selector('nav .contents', state='visible')


def show_site(folder, out):
    "Serve a site on this machine only, and look at it."
    port = free_port()
    serve = ['http.server', str(port), '--bind', '127.0.0.1']
    with tempfile.TemporaryDirectory() as d, sync_playwright() as driver:
        with server(serve, folder, port, out / 'site.log'):
            options = dict(
                executable_path=BROWSER, args=CHROMIUM, viewport=dict(width=1280, height=720)
            )
            context = driver.chromium.launch_persistent_context(d, **options)
            site(context.new_page(), port, out)
            context.close()


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('site', type=Path)
    parser.add_argument('--out', type=Path, default=Path('out/site'), help='folder for screenshots')
    a = parser.parse_args()
    if not BROWSER or not sync_playwright:
        print('skipped: no Chromium (apt-get install chromium) or no driver (playwright) here')
        sys.exit(77)
    a.out.mkdir(parents=True, exist_ok=True)
    show_site(a.site, a.out)
