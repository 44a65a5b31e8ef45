"""What is wrong with a templates file, before anything is asked: the course's own defect, and others like it."""

from collections.abc import Iterator
from typing import NamedTuple

from bench.errors import nearest
from bench.synthesis.templates import BRACES, FOUND, PLACEHOLDER, Template, Templates, list_for


class Defect(NamedTuple):
    """Something in a templates file that would go wrong, or does nothing."""

    line: int
    problem: str
    """What is wrong and how to mend it."""
    usable: bool
    """Whether the template can be filled all the same."""
    text: str = ""


def defects(read: Templates) -> Iterator[Defect]:
    """What is wrong with the templates of a file, in their order; then with its lists."""
    seen: dict[str, int] = {}
    for template in read.templates:
        if first := seen.get(template.text):
            yield Defect(
                template.line, f"{template.text!r} stands on line {first} already; remove one", False, template.text
            )
            continue
        seen[template.text] = template.line
        yield from wrong_with(template, read)
    yield from unused(read)


def wrong_with(template: Template, read: Templates) -> Iterator[Defect]:
    if not template.text.strip():
        yield Defect(template.line, "a template is empty; write a question, or remove it", False, template.text)
        return
    if BRACES.search(PLACEHOLDER.sub("", template.text)):
        problem = f"{template.text!r} has a brace outside a placeholder; write a word in braces, such as {{character}}"
        yield Defect(template.line, problem, False, template.text)
        return
    if not template.placeholders:
        problem = f"{template.text!r} has no placeholder: it is asked once, however many questions are wanted"
        yield Defect(template.line, problem, True, template.text)
    yield from wrong_placeholders(template, read)


def wrong_placeholders(template: Template, read: Templates) -> Iterator[Defect]:
    for placeholder in template.placeholders:
        if not list_for(placeholder, read.slots):
            known = sorted({name.rpartition("_")[2].removesuffix("s") for name in (*read.slots, *FOUND)})
            problem = f"{template.text!r} has an unknown placeholder {{{placeholder}}}.{nearest(placeholder, known)}"
            yield Defect(template.line, problem, False, template.text)
        bare = placeholder.rstrip("0123456789")
        if placeholder == bare and any(
            each != bare and each.rstrip("0123456789") == bare for each in template.placeholders
        ):
            other = next(each for each in template.placeholders if each != bare and each.startswith(bare))
            problem = (
                f"{template.text!r} mixes {{{bare}}} with {{{other}}}, which a generator that fills {{{bare}1}} and "
                f"{{{bare}2}} together cannot fill; write {{{bare}1}} in place of {{{bare}}}"
            )
            yield Defect(template.line, problem, True, template.text)


def unused(read: Templates) -> Iterator[Defect]:
    used = {list_for(placeholder, read.slots) for each in read.templates for placeholder in each.placeholders}
    for name in read.slots:
        if name not in used and name not in ("categories", "difficulties"):
            yield Defect(
                1,
                f"the list {name!r} fills no placeholder; remove it, or use {{{name.removesuffix('s')}}}",
                True,
            )
    for name, known in (("category", read.categories), ("difficulty", read.difficulties)):
        have = {getattr(each, name) for each in read.templates}
        for missing in [one for one in known if one not in have]:
            yield Defect(1, f"the {name} {missing!r} has no template; write one, or remove it from the list", True)


def mended(template: Template) -> Template:
    """{character} beside {character2} read as {character1}."""
    text = template.text
    for name in template.placeholders:
        if f"{name}2" in template.placeholders and f"{name}1" not in template.placeholders:
            text = text.replace(f"{{{name}}}", f"{{{name}1}}")
    return Template(text, template.type, template.category, template.difficulty, template.line)


def usable(read: Templates) -> list[Template]:
    """The templates that can be filled."""
    broken = {(defect.line, defect.text) for defect in defects(read) if not defect.usable and defect.text}
    kept = {each.text: each for each in reversed(read.templates) if (each.line, each.text) not in broken}
    doubled = {defect.text for defect in defects(read) if "already" in defect.problem}
    every = {each.text: each for each in reversed(read.templates) if each.text in doubled} | kept
    return [mended(every[text]) for text in dict.fromkeys(each.text for each in read.templates) if text in every]
