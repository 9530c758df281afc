"""Inline XBRL pages of invented companies, made to measure by the tests."""

from collections.abc import Callable
from pathlib import Path

from cydscore.errors import CydscoreError

HARBORLIGHT = Path(__file__).with_name("filings") / "harborlight-10-k.htm"
HARBORLIGHT_INSTANCE = HARBORLIGHT.with_name("harborlight-10-k_htm.xml")

INTEGRATED_FLAG = "CybersecurityRiskManagementProcessesIntegratedFlag"
INTEGRATED_BLOCK = "CybersecurityRiskManagementProcessesIntegratedTextBlock"
ROLE_BLOCK = "CybersecurityRiskRoleOfManagementTextBlock"
BOARD_BLOCK = "CybersecurityRiskBoardOfDirectorsOversightTextBlock"

ROOT = (
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" '
    'xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" '
    'xmlns:xbrli="http://www.xbrl.org/2003/instance" '
    'xmlns:xbrldi="http://xbrl.org/2006/xbrldi" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:dei="http://xbrl.sec.gov/dei/2025" xmlns:cyd="http://xbrl.sec.gov/cyd/2025">'
)


def make_context(name: str, period: str = "2025-06-30", member: str = "") -> str:
    """Return a context of a year's end, of a part of the company where a member is given."""
    segment = (
        f'<xbrli:segment><xbrldi:explicitMember dimension="dei:LegalEntityAxis">{member}'
        "</xbrldi:explicitMember></xbrli:segment>"
    )
    return (
        f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier '
        f'scheme="http://www.sec.gov/CIK">0009990002</xbrli:identifier>{segment if member else ""}'
        f"</xbrli:entity><xbrli:period><xbrli:startDate>2024-07-01</xbrli:startDate>"
        f"<xbrli:endDate>{period}</xbrli:endDate></xbrli:period></xbrli:context>"
    )


def make_page(body: str, *, hidden: str = "", contexts: str = "", root: str = ROOT) -> str:
    """Return a page of Quillfeather Mills with a cover and a body."""
    return (
        f"{root}<head><title>10-K</title></head><body>"
        f'<div style="display:none"><ix:header><ix:hidden>{hidden}</ix:hidden><ix:resources>'
        f"{contexts or make_context('c-1')}</ix:resources></ix:header></div>"
        '<p>Form <ix:nonNumeric contextRef="c-1" name="dei:DocumentType">10-K</ix:nonNumeric></p>'
        '<p><ix:nonNumeric contextRef="c-1" name="dei:EntityRegistrantName">Quillfeather Mills'
        f"</ix:nonNumeric></p>{body}</body></html>"
    )


def make_fact(element: str, content: str, **attributes: str) -> str:
    """Return a fact that wraps some markup."""
    given = {"name": f"cyd:{element}", "contextRef": "c-1"} | attributes
    return f"<ix:nonNumeric {_write(given)}>{content}</ix:nonNumeric>"


def make_part(name: str, content: str, **attributes: str) -> str:
    """Return the continuation of a fact."""
    return f"<ix:continuation {_write({'id': name} | attributes)}>{content}</ix:continuation>"


def _write(attributes: dict[str, str]) -> str:
    return " ".join(f'{name}="{value}"' for name, value in attributes.items())


def explain_failure(read: Callable[[], object]) -> str:
    """Return the message of the error of ours that a call ends in, "" where it ends well."""
    try:
        read()
    except CydscoreError as error:
        return str(error)
    return ""
