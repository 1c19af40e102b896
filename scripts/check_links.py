"""Checks the links of generated HTML pages: prints each relative link to a missing file, and fails if there is one."""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Links(HTMLParser):
    """Collects the targets of the links of a page."""

    def __init__(self):
        super().__init__()
        self.targets = set()

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") and value:
                self.targets.add(value)


def missing_targets(page):
    """Returns the links of a page that point to a missing file."""
    links = Links()
    links.feed(page.read_text(encoding="utf-8"))
    for target in sorted(links.targets):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        # The list of the implementations in other crates. rustdoc does not write it if all implementations are private.
        if "trait.impl" in Path(parts.path).parts:
            continue
        file = page.parent / unquote(parts.path)
        if file.is_dir():
            file = file / "index.html"
        if not file.exists():
            yield target


def main():
    folder = Path(sys.argv[1])
    # The pages at the top, help and settings, belong to rustdoc. They link to an index that it does not write.
    pages = sorted(folder.glob("*/**/*.html"))
    missing = [(page, target) for page in pages for target in missing_targets(page)]
    for page, target in missing:
        print(f"{page.relative_to(folder)}: {target} does not exist")
    print(f"{len(pages)} pages, {len(missing)} links to missing files")
    if missing or not pages:
        sys.exit(1)


if __name__ == "__main__":
    main()
