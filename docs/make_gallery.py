"""Draws the gallery from real models, and writes its page: python docs/make_gallery.py

The pictures are figures of make_figures.py; those of profiles train the demo's model first (about
two minutes) and keep it in runs/.
"""

import sys
from pathlib import Path

from figure_drawings.gallery import ENTRIES
from make_figures import main

PAGE = Path(__file__).with_name("gallery.md")
HEAD = """# Gallery

Made by `python docs/make_gallery.py`: every picture comes from a real
model: the character model in the box, or the profile model that the demo trains on the shipped log.
Under each stands the command that draws it. [Chapter 17](book/17-looking.md) says what the pictures
compute and where they mislead, [chapter 16](book/16-profiles.md) what the profiles are.

They show where weight goes; attention is not explanation.
"""
SHOT = """## The same on a page

Every head on one page of HTML that needs nothing else and answers mouse and keyboard; light or
dark, as the reader's system is.

![A page with one head, what a query attends to, and all heads to choose from](heads-page.png)

```console
python -m attention.plot 'What light through yonder' --out heads.html
```
"""
CARD = """## A customer

Interests, what each session added to them (attention weight times what was read), what may be
bought next, the coming 90 days.

![The profile of one customer](profile-card.png)

```console
python -m user_profile demo
```
"""


def page() -> str:
    parts = [HEAD]
    for entry in ENTRIES:
        if entry.name == "difference":  # the second
            parts.append(SHOT)
        if entry.name == "sessions":  # the first of the profiles
            parts.append(CARD)
        parts.append(
            f"## {entry.title}\n\n{entry.words}\n\n![{entry.title}](figures/{entry.name}.png)\n\n"
            f"```console\n{entry.command}\n```\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    status = main([entry.name for entry in ENTRIES])
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")
    sys.exit(status)
