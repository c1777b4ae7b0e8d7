"""Signs that mean something to spreadsheets."""

import re

# What a cell shows that could not be computed (ECMA-376 part 1, 18.17.2.7), and what a workbook cannot hold.
CELL_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
NOT_IN_A_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
