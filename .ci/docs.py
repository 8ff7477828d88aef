"""All notebooks as plain pages: no server, no network, no Quarto. Where Quarto exists, `nbdev_docs` makes a site of the same notebooks."""

import importlib.util
import json
import re
import shutil
import sys
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote

import nbformat
from nbconvert import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML, markdown2html
from pygments.formatters import HtmlFormatter

PAGE = '''<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – LIFT</title><link rel="stylesheet" href="{up}style.css"></head>
<body><nav aria-label="Contents"><a class="home" href="{up}index.html">LIFT</a>
<input id="search" type="search" placeholder="search" aria-label="Search all pages"><ul id="found" hidden></ul>
<ul>{contents}</ul></nav>
<main>{body}</main>
<script src="{up}search.js"></script><script>const up = "{up}";
document.querySelector('nav [aria-current]')?.scrollIntoView({{block: 'center'}});
const box = document.getElementById('search'), found = document.getElementById('found');
box.addEventListener('input', () => {{
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean), count = (text, w) => text.toLowerCase().split(w).length-1;
  const score = p => Math.min(...words.map(w => 20*count(p.title+' '+p.heading, w) + count(p.text, w)));
  const hits = words.length ? PAGES.map(p => [score(p), p]).filter(x => x[0] > 0).sort((a, b) => b[0]-a[0]).slice(0, 20) : [];
  found.replaceChildren(...hits.map(([_, p]) => {{
    const item = document.createElement('li'), link = document.createElement('a');
    link.href = up+p.url; link.textContent = p.title + (p.heading && p.heading != p.title ? ': '+p.heading : '');
    item.append(link); return item; }}));
  if (words.length && !hits.length) found.textContent = 'nothing found';
  found.hidden = !words.length;
}});</script></body></html>
'''
STYLE = '''body { margin: 0; display: flex; font: 16px/1.55 system-ui, sans-serif; color: #1b1b1b; }
nav { width: 15rem; flex: none; height: 100vh; overflow: auto; position: sticky; top: 0; box-sizing: border-box; padding: 1rem; background: #f4f6f8; font-size: 14px; }
nav ul { list-style: none; padding: 0; } nav .home { font-size: 1.4rem; font-weight: bold; } nav [aria-current] { font-weight: bold; color: #1b1b1b; }
nav ul ul { padding-left: .8rem; } nav input { width: 100%; box-sizing: border-box; margin-top: .6rem; padding: .3rem; } #found { background: white; padding: .4rem; }
main { max-width: 58rem; min-width: 0; padding: 1rem 2rem 4rem; } a { color: #0060a0; text-decoration: none; } a:hover { text-decoration: underline; } .anchor-link { visibility: hidden; } :hover > .anchor-link { visibility: visible; }
pre { overflow: auto; padding: .6rem .8rem; background: #f7f7f7; font-size: 13px; line-height: 1.4; } code { font-size: .9em; background: #f0f0f0; } pre code { background: none; } .output pre, .jp-OutputArea pre { background: white; border-left: 3px solid #ccc; }
img { max-width: 100%; height: auto; } table { border-collapse: collapse; display: block; overflow: auto; } td, th { border: 1px solid #ddd; padding: .2rem .6rem; text-align: left; } blockquote { margin-left: 0; color: #555; } .jp-InputPrompt, .jp-OutputPrompt, .prompt { display: none; }
@media (max-width: 50rem) { body { display: block; } nav { width: auto; height: auto; position: static; } main { padding: 1rem; } }
@media print { nav { display: none; } }
'''
HIDDEN, DIRECTIVE, DEFINED = (
    re.compile(r'^#\|\s*hide\b', re.M),
    re.compile(r'^#\|.*\n?', re.M),
    re.compile(r'^(?:class|def) (\w+)', re.M),
)


def target(path):  # of a page or file, from the top
    return re.sub(r'\.(ipynb|md)$', '.html', path)


def symbols(root):  # {name: page#anchor}
    "Where the package's names are defined."
    spec = importlib.util.spec_from_file_location('modidx', root / 'lift/_modidx.py')
    spec.loader.exec_module(index := importlib.util.module_from_spec(spec))
    places = {}
    for book in (root / 'nbs').glob('*.ipynb'):
        for cell in nbformat.read(book, 4).cells:
            if cell.cell_type == 'code' and re.match(r'#\|\s*export', cell.source):
                for name in DEFINED.findall(cell.source):
                    places.setdefault(name, []).append(f'nbs/{book.stem}.html#{name}')
    known = {name.rsplit('.', 1)[-1] for module in index.d['syms'].values() for name in module}
    return {
        name: at[0]
        for name, at in places.items()
        if len(at) == 1 and name in known and not name.startswith('_') and len(name) > 3
    }


def described(cell, before):
    "What a figure shows, for those who can't see it: what the cell says itself (`#| fig-alt:`), or the end of the text before it."
    own = re.search(r'^#\|\s*fig-alt:\s*(.+)', cell.source, re.M)
    text = (
        re.sub(r'```.*?```|[#>*`|]|\]\([^)]*\)', ' ', before, flags=re.S).replace('[', '').strip()
    )
    return (
        own[1]
        if own
        else 'Figure. ' + ' '.join(text.split())[-240:].split('. ', 1)[-1]
        if text
        else 'Figure'
    )


def readable(path):  # notebook
    "A notebook as it is read: hidden cells and directives left out, sliders as their still figures, figures described, names marked."
    book, cells, before = nbformat.read(path, 4), [], ''
    for cell in book.cells:
        if cell.cell_type == 'markdown':
            before = cell.source
        if (
            HIDDEN.search(cell.source)
            or cell.cell_type == 'code'
            and '#| default_exp' in cell.source
        ):
            continue
        if cell.cell_type == 'code':
            alt = described(cell, before)
            for output in cell.outputs:
                output.get('data', {}).pop('application/vnd.jupyter.widget-view+json', None)
                for kind in output.get('data', {}):
                    if kind.startswith('image/'):
                        output.metadata[kind] = dict(output.metadata.get(kind, {}), alt=alt)
            if re.match(r'#\|\s*export', cell.source) and (names := DEFINED.findall(cell.source)):
                cells.append(
                    nbformat.v4.new_markdown_cell(
                        ''.join(f'<span id="{name}"></span>' for name in names)
                    )
                )
            cell.source = DIRECTIVE.sub('', cell.source).strip('\n')
        cells.append(cell)
    book.cells = cells
    book.metadata['language_info'] = dict(name='python', pygments_lexer='ipython3')
    return book


class Exporter(HTMLExporter):
    "Without the second parsing of the page that writes a text into figures that have none: here that is an error, see `docs`."

    def from_notebook_node(self, book, resources=None, **options):
        self.register_filter(
            'highlight_code', Highlight2HTML(pygments_lexer='ipython3', parent=self)
        )
        return TemplateExporter.from_notebook_node(
            self, book, self._init_resources(resources), **options
        )


@cache
def exporter():
    "One for all pages, so that its templates are compiled once."
    # our own notebooks need not be disarmed, which takes most of the time
    return Exporter(template_name='basic', filters=dict(clean_html=lambda html: html))


def body_of(path):
    "A notebook or a Markdown file as a piece of HTML."
    if path.suffix == '.ipynb':
        return exporter().from_notebook_node(readable(path))[0]
    return markdown2html(path.read_text(encoding='utf-8'))


class Facts(HTMLParser):
    "Links, anchors, and text by heading of a page."

    def __init__(self, html):
        super().__init__()
        self.links, self.ids, self.parts, self.images, self.heading, self.skip = (
            [],
            set(),
            [['', '', '']],
            [],
            False,
            0,
        )
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if a.get('id'):
            self.ids.add(a['id'])
        for key in ('href', 'src'):
            if a.get(key) and tag in ('a', 'img', 'link', 'script', 'source', 'video'):
                self.links.append(a[key])
        if tag == 'img':
            self.images.append(a.get('alt'))
        if tag in ('h1', 'h2', 'h3'):
            self.parts.append(['', a.get('id', ''), ''])
            self.heading = True
        if tag in ('script', 'style'):
            self.skip += 1

    def handle_endtag(self, tag):
        if tag in ('h1', 'h2', 'h3'):
            self.heading = False
        if tag in ('script', 'style'):
            self.skip -= 1

    def handle_data(self, data):
        if not self.skip:
            self.parts[-1][0 if self.heading else 2] += data


def relative(
    source, link
):  # path from the top and fragment of a link in a file; None for one that leaves the site
    if re.match(r'[a-z]+:|//', link):
        return None
    path, _, fragment = unquote(link).partition('#')
    return normpath(f'{source.rpartition("/")[0] or "."}/{path}') if path else source, fragment


def gather(root):  # {path from the top: HTML body}, {path: Facts}, files to copy, broken links
    "The notebooks, and whatever they link to."
    waiting = [p.relative_to(root).as_posix() for p in sorted((root / 'nbs').glob('*.ipynb'))]
    bodies, facts, files, broken = {}, {}, set(), []
    while waiting:
        path = waiting.pop()
        bodies[path] = body_of(root / path)
        facts[path] = Facts(bodies[path])
        for link in facts[path].links:
            if (at := relative(path, link)) is None:
                continue
            if not (root / at[0]).is_file():
                broken.append(f'{path}: {link}')
            elif not at[0].endswith(('.ipynb', '.md')):
                files.add(at[0])
            elif at[0] not in bodies and at[0] not in waiting:
                waiting.append(at[0])
    return bodies, facts, files, broken


def linked(path, body, names):
    "Links to notebooks become links to pages; names of the package, in code, become links to their definition."
    up = '../' * path.count('/')
    body = re.sub(
        r'(<a [^>]*?href=")([^"]+)(")',
        lambda m: (
            m[1]
            + (
                m[2]
                if relative(path, m[2]) is None
                else re.sub(r'\.(ipynb|md)(?=#|$)', '.html', m[2])
            )
            + m[3]
        ),
        body,
    )

    def name_link(m):
        at = names.get(unescape(m[1]).removesuffix('()'))
        return (
            f'<a href="{up}{at}"><code>{m[1]}</code></a>'
            if at and not at.startswith(target(path))
            else m[0]
        )

    pieces = re.split(
        r'(<pre.*?</pre>|<a .*?</a>)', body, flags=re.S
    )  # not within listings and links
    return ''.join(
        p if i % 2 else re.sub(r'<code>([^<]+)</code>', name_link, p) for i, p in enumerate(pieces)
    )


def broken_links(out):  # list of texts
    "Links of the finished site that lead nowhere."
    pages = {
        p.relative_to(out).as_posix(): Facts(p.read_text(encoding='utf-8'))
        for p in sorted(out.rglob('*.html'))
    }
    wrong = []
    for path, facts in pages.items():
        for link in facts.links:
            if (at := relative(path, link)) is None:
                continue
            if (
                not (out / at[0]).is_file()
                or at[1]
                and at[0] in pages
                and at[1] not in pages[at[0]].ids
            ):
                wrong.append(f'{path}: {link}')
    return wrong


def clean(text):
    "Return a heading without the sign of its anchor."
    return ' '.join(text.replace('¶', '').split())


def docs(root, out=None):
    "Write the site; exit with a list of links that lead nowhere and figures without a text, if there are any."
    out, names = Path(out or root / '_docs'), symbols(root)
    bodies, facts, files, broken = gather(root)
    shutil.rmtree(out, ignore_errors=True)
    parts = {p: [x for x in facts[p].parts if x[0].strip() or x[2].strip()] for p in bodies}
    titles = {
        p: next((clean(x[0]) for x in parts[p] if x[0].strip()), Path(p).stem) for p in bodies
    }
    books = sorted(
        (p for p in bodies if p.endswith('.ipynb')),
        key=lambda p: (not p.endswith('index.ipynb'), p),
    )
    index = [
        dict(
            title=titles[p], heading=clean(h), url=target(p) + (f'#{i}' if i else ''), text=clean(t)
        )
        for p in bodies
        for h, i, t in parts[p]
    ]
    for path, body in bodies.items():
        up = '../' * path.count('/')
        sections = [
            f'<li><a href="#{escape(i)}">{escape(clean(h))}</a></li>'
            for h, i, _ in parts[path][1:]
            if i
        ]
        inside = {path: f'<ul>{"".join(sections)}</ul>'}
        contents = ''.join(
            f'<li><a href="{up}{target(p)}"{" aria-current=page" if p == path else ""}>{escape(Path(p).stem.split("_")[0] + " " if Path(p).stem[0].isdigit() else "")}{escape(titles[p])}</a>{inside.get(p, "")}</li>'
            for p in books
        )
        page = out / target(path)
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(
            PAGE.format(
                title=escape(titles[path]), up=up, contents=contents, body=linked(path, body, names)
            ),
            encoding='utf-8',
        )
    for file in files:
        (out / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / file, out / file)
    toc = ''.join(
        f'<li><a href="{target(p)}">{escape(Path(p).stem)}: {escape(titles[p])}</a></li>'
        for p in books
    )
    (out / 'index.html').write_text(
        PAGE.format(
            title='Contents', up='', contents=toc, body=f'<h1>LIFT: contents</h1><ol>{toc}</ol>'
        ),
        encoding='utf-8',
    )
    (out / 'style.css').write_text(
        STYLE + HtmlFormatter().get_style_defs('.highlight'), encoding='utf-8'
    )
    (out / 'search.js').write_text(
        f'const PAGES = {json.dumps(index, ensure_ascii=False)};\n', encoding='utf-8'
    )
    broken += broken_links(out)
    undescribed = [
        f'{path}: a figure without a text' for path, f in facts.items() if not all(f.images)
    ]
    if broken or undescribed:
        sys.exit(
            'broken links, or figures that say nothing to those who cannot see them:\n  '
            + '\n  '.join(sorted({*broken, *undescribed}))
        )
    print(
        f'{out}/index.html: {len(bodies)} pages, {len(index)} sections in the search, {sum(len(f.images) for f in facts.values())} figures with their texts, no broken links'
    )


if __name__ == '__main__':
    docs(Path(__file__).resolve().parents[1], *sys.argv[1:])
