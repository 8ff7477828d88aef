"""All notebooks as plain pages: no server, no network, no Quarto. Where Quarto exists, `nbdev_docs` makes a site of the same notebooks."""

import ast
import importlib.util
import json
import re
import shutil
import sys
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, normpath, relpath
from urllib.parse import quote, unquote

import nbformat
from nbconvert import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML, markdown2html
from pygments.formatters import HtmlFormatter

PAGE = '''<!DOCTYPE html>
<html lang="en" data-up="{up}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – LIFT</title><link rel="stylesheet" href="{up}style.css"></head>
<body><nav aria-label="Contents"><div class="head"><a class="home" href="{up}index.html">LIFT</a>
<input id="search" type="search" placeholder="search" aria-label="Search all pages" autocomplete="off"></div>
<input id="menu" type="checkbox" aria-label="Show the contents"><label for="menu">Contents</label>
<ul id="found" hidden></ul><ul class="contents">{contents}</ul></nav>
<main>{body}</main><script src="{up}site.js"></script></body></html>
'''
SCRIPT = r'''// The contents show the page that is open; the page itself stays at its top.
const up = document.documentElement.dataset.up, nav = document.querySelector('nav');
const here = nav.querySelector('[aria-current]');
if (here) nav.scrollTop = here.offsetTop - nav.clientHeight / 3;

// Search. The texts of all pages are loaded when the search is used first.
const box = document.getElementById('search'), found = document.getElementById('found');
const load = () => new Promise(done => {
  if (window.PAGES) return done();
  const script = document.createElement('script');
  script.src = up + 'pages.js'; script.onload = done;
  document.head.append(script);
});
const stem = word => { const short = word.replace(/(.)\1?(?:ed|ing|es|s)$/, '$1'); return short.length > 3 ? short : word; };
const places = (text, word) => {  // where a word begins, in any of its forms
  const pattern = new RegExp('(?:^|[^a-z0-9])' + stem(word).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'g');
  return Array.from(text.toLowerCase().matchAll(pattern), m => m.index);
};
function rate(page, words) {  // [score, place of the best passage]; 0 if a word is missing
  const hits = words.map(word => places(page.text, word));
  const titled = words.filter(word => places(page.title + ' ' + page.heading, word).length);
  if (!words.every((word, i) => hits[i].length || titled.includes(word))) return [0, 0];
  let nearest = 2000, best = 0;
  for (const p of hits[0]) {
    const spread = hits.slice(1).reduce((sum, other) => sum + Math.min(...other.map(q => Math.abs(q - p)), 2000), 0);
    if (spread < nearest) [nearest, best] = [spread, p];
  }
  const phrase = page.text.toLowerCase().includes(words.join(' ')) ? 20 : 0;
  const count = hits.reduce((sum, h) => sum + Math.min(h.length, 5), 0);
  return [30 / (1 + nearest / 20) + 4 * titled.length + count / words.length + phrase, best];
}
function snippet(text, at, words) {
  const start = Math.max(0, text.lastIndexOf(' ', Math.max(0, at - 60))), part = text.slice(start, at + 130);
  const starts = new Set(words.flatMap(word => places(part, word).map(p => p + (p || /[^a-z0-9]/i.test(part[0]) ? 1 : 0))));
  const line = document.createElement('p');
  let last = 0;
  for (const p of [...starts].sort((a, b) => a - b)) {
    const length = part.slice(p).match(/^[A-Za-z0-9]*/)[0].length, mark = document.createElement('mark');
    if (p < last) continue;
    mark.textContent = part.slice(p, p + length);
    line.append(part.slice(last, p), mark);
    last = p + length;
  }
  line.prepend(start ? '…' : ''); line.append(part.slice(last), '…');
  return line;
}
box.addEventListener('focus', load, {once: true});
box.addEventListener('input', async () => {
  await load();
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean), pages = {};
  const rated = words.length ? PAGES.map(p => [...rate(p, words), p]).filter(x => x[0]) : [];
  const hits = rated.sort((a, b) => b[0] - a[0])
    .filter(([, , p]) => (pages[p.title] = (pages[p.title] || 0) + 1) < 3).slice(0, 20);
  found.replaceChildren(...hits.map(([, at, p]) => {
    const item = document.createElement('li'), link = document.createElement('a');
    link.href = up + p.url;
    link.textContent = p.title + (p.heading && p.heading != p.title ? ': ' + p.heading : '');
    item.append(link, snippet(p.text, at, words));
    return item; }));
  if (words.length && !hits.length) found.textContent = 'nothing found';
  found.hidden = !words.length;
});
'''
STYLE = '''body { margin: 0; display: flex; font: 16px/1.55 system-ui, sans-serif; color: #1b1b1b; }
nav { width: 17rem; flex: none; height: 100vh; overflow: auto; position: sticky; top: 0; box-sizing: border-box; padding: 1rem; background: #f4f6f8; font-size: 14px; }
nav ul { list-style: none; padding: 0; } nav .home { font-size: 1.4rem; font-weight: bold; } nav [aria-current] { font-weight: bold; color: #1b1b1b; }
.head { position: sticky; top: -1rem; margin: -1rem -1rem 0; padding: 1rem 1rem .5rem; background: #f4f6f8; }
nav ul ul { padding-left: .8rem; } nav input[type=search] { width: 100%; box-sizing: border-box; margin-top: .6rem; padding: .4rem; font-size: 16px; }
#menu, nav label { display: none; } #found { background: white; padding: .4rem; } #found p { margin: 0 0 .6rem; color: #444; overflow-wrap: anywhere; }
main { max-width: 58rem; min-width: 0; padding: 1rem 2rem 4rem; overflow-wrap: break-word; } main h1 { margin-top: 0; }
a { color: #0060a0; text-decoration: none; } a:hover { text-decoration: underline; } .anchor-link { visibility: hidden; } :hover > .anchor-link { visibility: visible; }
pre { overflow: auto; padding: .6rem .8rem; background: #f7f7f7; font-size: 13px; line-height: 1.4; } code { font-size: .9em; background: #f0f0f0; } pre code { background: none; } .output pre, .jp-OutputArea pre { background: white; border-left: 3px solid #ccc; }
img, svg, video { max-width: 100%; height: auto; } table { border-collapse: collapse; display: block; overflow: auto; } td, th { border: 1px solid #ddd; padding: .2rem .6rem; text-align: left; } blockquote { margin-left: 0; color: #555; } .jp-InputPrompt, .jp-OutputPrompt, .prompt { display: none; }
@media (max-width: 50rem) {
  body { display: block; }
  nav { width: auto; height: auto; position: static; display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: center; padding: .5rem 1rem; }
  .head { display: contents; } nav input[type=search] { width: auto; flex: 1; min-width: 6rem; margin: 0; } nav ul { flex-basis: 100%; margin: .3rem 0; }
  nav label { display: block; color: #0060a0; cursor: pointer; padding: .3rem; }
  #menu { display: block; position: absolute; opacity: 0; } #menu:focus-visible + label { outline: 2px solid #0060a0; }
  nav .contents { display: none; } #menu:checked ~ .contents { display: block; } nav .contents li { padding: .25rem 0; } main { padding: 1rem; }
}
@media print { nav { display: none; } }
'''
HIDDEN, DIRECTIVE, DEFINED = (
    re.compile(r'^#\|\s*hide\b', re.M),
    re.compile(r'^#\|.*\n?', re.M),
    re.compile(r'^(?:class|def) (\w+)', re.M),
)


def target(path):  # of a page or file, from the top
    "The introduction is the start page; other pages lie where their source lies."
    return 'index.html' if path == 'nbs/index.ipynb' else re.sub(r'\.(ipynb|md)$', '.html', path)


def href(source, path):  # link from one page to another, or to a file
    return relpath(target(path), dirname(target(source)) or '.')


def defined(
    source,
):  # names of the functions and classes of a cell; methods added by @patch are none
    tree = ast.parse(source)
    patched = {
        n for n in tree.body if 'patch' in map(ast.unparse, getattr(n, 'decorator_list', ()))
    }
    kinds = ast.FunctionDef, ast.ClassDef
    return [n.name for n in tree.body if isinstance(n, kinds) and n not in patched]


def symbols(root):  # {name: page#anchor}
    "Where the package's names are defined."
    spec = importlib.util.spec_from_file_location('modidx', root / 'lift/_modidx.py')
    spec.loader.exec_module(index := importlib.util.module_from_spec(spec))
    places = {}
    for book in (root / 'nbs').glob('*.ipynb'):
        for cell in nbformat.read(book, 4).cells:
            if cell.cell_type == 'code' and re.match(r'#\|\s*export', cell.source):
                for name in defined(cell.source):
                    places.setdefault(name, []).append(f'nbs/{book.stem}.html#{name}')
    known = {name.rsplit('.', 1)[-1] for module in index.d['syms'].values() for name in module}
    return {
        name: at[0]
        for name, at in places.items()
        if len(at) == 1 and name in known and not name.startswith('_') and len(name) > 3
    }


def meant(path, names):  # {name: page#anchor}
    "Names that mean the package's in a notebook: it imports them, or they are unusual and nothing of its own."
    imported, own = set(), set()
    cells = nbformat.read(path, 4).cells if path.suffix == '.ipynb' else []
    for cell in cells:
        if cell.cell_type != 'code' or re.search(r'^[%!]', cell.source, re.M):
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom) and (node.module or '').startswith('lift'):
                imported |= {alias.asname or alias.name for alias in node.names}
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                own.add(node.id)
            elif isinstance(node, (ast.arg, ast.keyword)):
                own.add(node.arg)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                own.add(node.name)
    return {n: at for n, at in names.items() if n in imported or n not in own and not usual(n)}


def usual(name):  # whether it could be a word of the text, as `size`
    return re.fullmatch('[a-z0-9]+', name) is not None


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

    def new_link(m):
        at = relative(path, m[2])
        if at is None:
            return m[0]
        fragment = f'#{quote(at[1])}' if at[1] else ''
        place = '' if at[0] == path and fragment else quote(href(path, at[0]))
        return m[1] + place + fragment + m[3]

    body = re.sub(
        r'(<(?:a|img|source|video) [^>]*?(?:href|src)=")(?!data:)([^"]+)(")', new_link, body
    )

    def name_link(m):
        text = unescape(m[1])
        at = None if usual(text) else names.get(text.removesuffix('()'))
        return (
            f'<a href="{relpath(at, dirname(target(path)) or ".")}"><code>{m[1]}</code></a>'
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
    "Return a text in one line, without the signs of anchors and the prompts of cells."
    return ' '.join(re.sub(r'¶|(In|Out)\s*\[[\d\s]*\]:', '', text).split())


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
            title=titles[p],
            heading=clean(h),
            url=target(p) + (f'#{quote(i)}' if i else ''),
            text=clean(t),
        )
        for p in bodies
        for h, i, t in parts[p]
    ]
    for path, body in bodies.items():
        up = '../' * target(path).count('/')
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
                title=escape(titles[path]),
                up=up,
                contents=contents,
                body=linked(path, body, meant(root / path, names)),
            ),
            encoding='utf-8',
        )
    for file in files:
        (out / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / file, out / file)
    (out / 'style.css').write_text(
        STYLE + HtmlFormatter().get_style_defs('.highlight'), encoding='utf-8'
    )
    (out / 'site.js').write_text(SCRIPT, encoding='utf-8')
    (out / 'pages.js').write_text(
        f'window.PAGES = {json.dumps(index, ensure_ascii=False)};\n',
        encoding='utf-8',
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
