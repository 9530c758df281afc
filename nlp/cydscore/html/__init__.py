"""Pages for a browser: the report on one filing, an index of many, and a piece for notebooks.

They are made from plain data in the wire format ``cydscore/report/1`` alone, so a report that was
saved as JSON gives the same page. A page is one file that fetches nothing and can be read without
its script; text of a filing is always shown as text.
"""

from cydscore.html.index import IndexRow, render_index, to_index_row
from cydscore.html.page import render_fragment, render_page

__all__ = ["IndexRow", "render_fragment", "render_index", "render_page", "to_index_row"]
