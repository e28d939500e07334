"""SQL of the second wall: grants and row-level policies, as migrations create them.

`kontor_operator` sees all rows; `kontor_tenant` only those its policies name.
"""

from __future__ import annotations

OWN = "company_id = current_setting('kontor.company_id')::bigint"
EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"


def _policy(table: str, verb: str, role: str, condition: str) -> str:
    name = f"{role.removeprefix('kontor_')}_{verb.lower()}"
    clauses = {
        "SELECT": f"USING ({condition})",
        "DELETE": f"USING ({condition})",
        "INSERT": f"WITH CHECK ({condition})",
        "UPDATE": f"USING ({condition}) WITH CHECK ({condition})",
        "ALL": f"USING ({condition}) WITH CHECK ({condition})",
    }
    return f"CREATE POLICY {name} ON {table} FOR {verb} TO {role} {clauses[verb]}"


def secure(
    table: str,
    *,
    tenant: str = "",
    condition: str = OWN,
    operator: str = EVERYTHING,
    update_columns: str = "",
    select_condition: str | None = None,
) -> list[str]:
    """Statements that put a table behind the second wall.

    `tenant` names the verbs a tenant may use ("SELECT, INSERT"), `condition` the rows (by default its own),
    `select_condition` a wider rule for reading; `update_columns` narrows UPDATE to some columns.
    """
    statements = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", f"GRANT {operator} ON {table} TO kontor_operator"]
    statements.append(_policy(table, "ALL", "kontor_operator", "true"))
    for verb in filter(None, (part.strip() for part in tenant.split(","))):
        columns = f" ({update_columns})" if verb == "UPDATE" and update_columns else ""
        rule = select_condition if verb == "SELECT" and select_condition is not None else condition
        statements.append(f"GRANT {verb}{columns} ON {table} TO kontor_tenant")
        statements.append(_policy(table, verb, "kontor_tenant", rule))
    return statements
