"""`kilde doctor`."""

from __future__ import annotations

import json

import click

from service.doctor import Finding, examine_all

SOMETHING_WRONG = 1


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Look at everything the service needs and say what to do; exits 1 if there is anything to do."""
    findings: list[Finding] = []
    for finding in examine_all():
        findings.append(finding)
        if not as_json:
            click.echo(line(finding))
    if as_json:
        rows = [{"part": f.part, "ok": f.ok, "found": f.said, "advice": f.advice or None} for f in findings]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    if not all(finding.ok for finding in findings):
        context.exit(SOMETHING_WRONG)


def line(finding: Finding) -> str:
    """A finding as it is read: what was found, and below it what to do."""
    mark = "ok   " if finding.ok else "WRONG"
    said = f"{mark}  {finding.part:14}  {finding.said}"
    return said if finding.ok else f"{said}\n{'':7}{'':14}  → {finding.advice}"
