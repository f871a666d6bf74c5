"""Markdown's blocks: what its rules tell beyond what the layout of plain text does, and what is left to that."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from index.formats.markdown import read_markdown
from index.formats.markdown_html import find_stretches
from index.load import extract
from index.prepare import Prepared, prepare
from index.records import Segment
from tests.index.making_documents import detector

README = """[![Build](https://example.org/badge.svg)](https://example.org/ci) ![Licence](licence.svg)

Ledgerbox - keeps the accounts of small clubs
=============================================

- [Backups](#backups)
  - [Restoring](#restoring)
- [Security](#security)

Backups
-------

<!-- kept short on purpose -->
Ledgerbox writes a copy of all accounts every night. If you would like to keep
[older copies][older], say so in the settings, and remember that they take the
room of the disk.

```bash
ledgerbox backup --to /mnt/backups
ledgerbox check
```

## Security

For information on reporting a vulnerability to the people of Ledgerbox, see
[SECURITY.md](./SECURITY.md).

Looking for help? Ask the
`#ledgerbox` channel.

[older]: https://example.org/older
[older]: https://example.org/oldest
"""


def prepared(text: str, name: str = "readme.md") -> Prepared:
    found = extract(Path(name), text.encode())
    return prepare(Path(name), found.text, "", None, detector().detect, facts=found.facts, parts=found.parts)


def segments(text: str, name: str = "readme.md") -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in prepared(text, name).segments]


def furniture(text: str) -> dict[str, str | None]:
    return {text[one.start : one.end]: one.reason for one in prepared(text).segments if one.kind == "furniture"}


def test_a_paragraph_that_was_wrapped_is_one() -> None:
    """A line that ends within a sentence goes on in the next one, whatever that begins with."""
    paragraphs = [said for kind, said in segments(README) if kind == "paragraph"]
    assert any(
        said == "For information on reporting a vulnerability to the people of Ledgerbox, see\n"
        "[SECURITY.md](./SECURITY.md)."
        for said in paragraphs
    )
    assert "Looking for help? Ask the\n`#ledgerbox` channel." in paragraphs
    assert any(
        said.endswith(
            "keep\n[older copies][older], say so in the settings, and remember that they take the\nroom of the disk."
        )
        for said in paragraphs
    )


def test_underlined_headings_are_headings_and_the_first_is_the_title() -> None:
    """Badges above it are no title; the lines of signs below headings are no text."""
    assert prepared(README).document.title == "Ledgerbox - keeps the accounts of small clubs"
    kinds = segments(README)
    assert ("heading", "Backups") in kinds
    assert ("heading", "## Security") in kinds
    assert segments(
        "# Home\n\nThey walked all the way to the old house by the sea.\n---\nThey slept until late, all of them.\n"
    )[1] == ("paragraph", "They walked all the way to the old house by the sea.")
    assert [said for kind, said in kinds if kind == "title"] == ["Ledgerbox - keeps the accounts of small clubs"]


def test_code_is_kept_in_one_piece() -> None:
    """What stands between fences is one paragraph; one that is never closed goes on to the end."""
    assert ("paragraph", "ledgerbox backup --to /mnt/backups\nledgerbox check") in segments(README)
    assert segments("Run this now, please:\n\n~~~\nmake all\n\nmake test")[-1] == ("paragraph", "make all\n\nmake test")


def test_what_markdown_hides_or_repeats_is_furniture() -> None:
    """Images that stand alone, tables of contents, fences, definitions, comments: dropped, with the reason."""
    reasons = furniture(README)
    assert {
        "tags of HTML",
        "images or tags",
        "line under a heading",
        "table of contents",
        "fence of code",
        "definition of a link",
    } == set(reasons.values())
    assert sum(reason == "definition of a link" for reason in reasons.values()) == 2
    assert furniture("Some words here.\n\n<details>\n\n<!-- Not shown -->\n\nMore words here.\n") == {
        "<details>": "tags of HTML",
        "<!-- Not shown -->": "tags of HTML",
    }
    assert list(furniture("<details>\n<summary>Older versions of this</summary>\n\nMore words of them here.\n")) == [
        "<details>\n<summary>",
        "</summary>",
    ]


def test_a_list_of_links_that_says_more_is_a_list() -> None:
    """Only links to the text's own headings make a table of contents."""
    text = "Read this first:\n\n- [Backups](#backups), every night\n- [The club](https://example.org)\n"
    assert [kind for kind, _ in segments(text)][1:] == ["list_item", "list_item"]


THREAD = """# Om tillit i nettsamfunn

Tillit er noe som bygges opp over lang tid, og som rives ned på en dag.

2 kommentarer

Mona Hansen sier:
4. juni 2014 kl. 10.12
Dette er jeg helt enig i, og det gjelder på jobben også.
Svar

Per Olsen sier:
5. juni 2014 kl. 09.01
Jeg tror at folk glemmer fort.
Svar
"""


def test_lines_that_people_begin_stay_lines() -> None:
    """Comments that were copied into a Markdown file have the writers that they have in a text file."""
    as_text = prepared(THREAD, "thread.txt")
    as_markdown = prepared(THREAD)
    assert as_markdown.segments == as_text.segments
    names = {one.speaker.name for one in as_markdown.segments if one.speaker and one.speaker.role == "commenter"}
    assert names == {"Mona Hansen", "Per Olsen"}


def test_a_hard_break_ends_a_line() -> None:
    """Two blanks or a backslash at the end of a line mean that the next one stands by itself."""
    line = "A line that is long enough to have been wrapped by a program  \n"
    assert read_markdown(line + "Another line that stands below it").parts == ()
    assert read_markdown(line.replace("  \n", "\\\n") + "Another line that stands below it").parts == ()
    assert len(read_markdown(line.replace("  \n", "\n") + "Another line that stands below it").parts) == 1


PIECES = st.sampled_from(
    ["# ", "- ", "1. ", "> ", "```\n", "    ", "=\n", "---\n", "[a]: b\n", "![a](b)", "[a](#b)", "<!--", "-->", "<p>",
     "<?xml version='1.0' encoding='x'?>", "|a|b|\n|-|-|\n", "\r\n", "\r", "\n", "\n\n", "\x0b", "\x0c", "\u2028",
     "\x85", "\x00", "\ufeff", "  \n", "Et ord", " og noen til, som er lengre enn det andre", ".", "\t"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read(text: str) -> None:
    """Parts stand in order without outer blanks; the segments hold every other character of the text once."""
    end = 0
    for part in (found := read_markdown(text)).parts:
        assert end <= part.start < part.end <= len(text)
        assert found.text[part.start : part.end].strip() == found.text[part.start : part.end]
        end = part.end
    if text.strip("\ufeff \t\r\n\v\f").strip():
        assert_covered(text, prepared_parts(text))


def prepared_parts(text: str) -> tuple[Segment, ...]:
    found = read_markdown(text)
    return prepare(Path("a.md"), text, "", None, detector().detect, facts=found.facts, parts=found.parts).segments


def assert_covered(text: str, found: tuple[Segment, ...]) -> None:
    position = 0
    for one in found:
        assert not text[position : one.start].strip("\ufeff").strip()
        assert one.start >= position
        position = one.end
    assert not text[position:].strip()


def test_what_html_shows_can_be_quoted_without_the_tags_around_it() -> None:
    """Tags in the midst of a sentence stay, as it stands so in the file; scripts and hidden comments show nothing."""
    text = """<h1 align="center">Ledger<i>box</i></h1>
<p align="center">
  <em>Keeps the <a href="https://example.org">accounts</a> of small clubs.</em><br>Since 2011.
  <!-- not shown --><script>var shown = "no";</script>
</p>

It writes a copy of all accounts every night, and a second one on Sundays.
"""
    assert [one for one in segments(text) if one[0] != "furniture"] == [
        ("title", "Ledger<i>box"),
        ("paragraph", 'Keeps the <a href="https://example.org">accounts</a> of small clubs.'),
        ("paragraph", "Since 2011."),
        ("paragraph", "It writes a copy of all accounts every night, and a second one on Sundays."),
    ]
    assert prepared(text).document.title == "Ledgerbox"


def test_a_title_is_what_its_heading_shows() -> None:
    """Without Markdown's signs, tags and images."""
    text = '# **Ledger** <img src="logo.svg"/> for [clubs](https://example.org)\n\nIt keeps the accounts of clubs.\n'
    assert prepared(text).document.title == "Ledger for clubs"


def test_a_text_of_sections_alone_is_called_as_its_file() -> None:
    """What stands above the first of them is no title, and neither is the first of several alike."""
    text = "**Documentation**: [here](docs)\n\n## 1. What does it do?\n\nIt keeps accounts.\n\n## 2. Why?\n\nWhy not?\n"
    assert prepared(text, "ledgerbox.md").document.title == "ledgerbox"
    assert (
        prepared("## Ledgerbox\n\nIt keeps the accounts of clubs.\n\n### Why?\n\nWhy not?\n").document.title
        == "Ledgerbox"
    )


@given(st.text(st.sampled_from('<>/!-&;="ahp1 \n\r\tscript'), max_size=60))
def test_words_of_any_html_are_found_where_they_stand(html: str) -> None:
    """In order, apart, without outer blanks, within the text; whatever is left open or closed."""
    former = 0
    for found in find_stretches(html):
        words = html[found.start : found.end]
        assert former <= found.start < found.end <= len(html)
        assert words == words.strip()
        former = found.end
