"""The texts of a filing that labels may stand in."""

from cydscore.records import Filing, Kind


def list_texts(filing: Filing) -> list[tuple[str | None, str]]:
    """Return element and value of each text block of a filing, and the text of its Item.

    Parameters
    ----------
    filing
        The filing.

    Returns
    -------
    list of tuple
        In the order of the facts, which begins with the document's own context. The Item's text,
        last, has no element.
    """
    texts: list[tuple[str | None, str]] = [
        (fact.element, fact.value)
        for fact in filing.facts
        if fact.kind is Kind.TEXT and isinstance(fact.value, str)
    ]
    return texts if filing.item is None else [*texts, (None, filing.item.text)]
