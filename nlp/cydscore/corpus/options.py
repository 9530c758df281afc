"""What a reader can choose from in an annotation tool."""

from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import quoteattr

from cydscore.tags import DENIAL, Tag

#: Begins the options that are levels of specificity.
LEVEL: Final = "specificity:"


def list_options(codebook: Mapping[str, Tag]) -> list[dict[str, str]]:
    """Return what a reader can choose: tags, denials, levels of specificity, with their names.

    Parameters
    ----------
    codebook
        The tags.
    """
    options = [{"id": tag.name, "text": tag.title} for tag in codebook.values()]
    options += [
        {"id": DENIAL + tag.name, "text": f"denied: {tag.title}"}
        for tag in codebook.values()
        if tag.deniable
    ]
    return options + [{"id": f"{LEVEL}{i}", "text": f"specificity {i}"} for i in range(3)]


def write_interface(codebook: Mapping[str, Tag]) -> str:
    """Return the labelling interface of Label Studio for a codebook, as XML.

    Parameters
    ----------
    codebook
        The tags.
    """
    choices = "".join(
        f"\n    <Choice value={quoteattr(option['id'])} hint={quoteattr(option['text'])}/>"
        for option in list_options(codebook)
        if not option["id"].startswith(LEVEL)
    )
    levels = "".join(
        f'\n    <Choice value="{level}" hint={quoteattr(what)}/>'
        for level, what in enumerate(("generic", "particular", "verifiable"))
    )
    return (
        '<View>\n  <Text name="text" value="$text"/>\n'
        f'  <Choices name="tags" toName="text" choice="multiple">{choices}\n  </Choices>\n'
        f'  <Choices name="specificity" toName="text" required="true">{levels}\n  </Choices>\n'
        "</View>\n"
    )
