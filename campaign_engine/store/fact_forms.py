"""Other forms of statements that count (store.fact_rules): for a recount, for few rows, for one row of a trigger."""

import re


def corrected(counting: str, there: str) -> str:
    """Adds only by how much facts are wrong: what `counting` finds without `there`, the SELECT of what stands there.

    Rows and their facts change in one transaction, so one statement sees both as of one moment and waits for no writer.
    """
    head, _, rest = counting.partition("\n")
    counted, _, rest = rest.partition("\nORDER BY ")
    _, _, conflict = rest.partition("\n")
    columns = head.partition("(")[2].rstrip(")")
    key = conflict.partition("(")[2].partition(")")[0]
    counts = columns.removeprefix(f"{key}, ").split(", ")
    sums = [f"sum({count})" for count in counts]
    return f"""WITH counted ({columns}) AS (
{counted}
UNION ALL
{there})
{head}
SELECT {key}, {", ".join(sums)} FROM counted
GROUP BY {key}
HAVING {" OR ".join(f"{one} <> 0" for one in sums)}
ORDER BY {key}
{conflict}"""


def ungrouped(statement: str) -> str:
    """The same for few rows, which need not be sorted and grouped: each changes its count by itself."""
    return "\n".join(line for line in statement.splitlines() if not line.startswith(("GROUP BY", "ORDER BY")))


_FIRST_JOINED = re.compile(
    r"FROM \$rows r JOIN (?P<table>(?:\([^()]*\)|\S+) \w) ON (?P<on>\w+\.\w+ = r\.\w+)(?P<more>(?s:.*?))\nWHERE "
)


def of_one(statement: str) -> str:
    """The same for the row of a trigger, still called r: SQLite is much faster without a source for it."""
    statement = ungrouped(statement).replace("SELECT DISTINCT", "SELECT")
    statement = _FIRST_JOINED.sub(r"FROM \g<table>\g<more>\nWHERE \g<on> AND ", statement)
    return statement.replace("FROM $rows r CROSS JOIN", "FROM").replace("FROM $rows r WHERE", "WHERE")
