"""`footnote settings`: every setting with its value and where it came from."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from web.settings import documentation, keys, load_settings, shown


@click.command()
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Settings file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--explain", is_flag=True, help="Say what each setting is for.")
def settings(config: Path | None, as_json: bool, explain: bool) -> None:
    """Show every setting, its value and its origin."""
    loaded = load_settings(config, os.environ)
    values = {key: shown(key, getattr(loaded.settings, key)) for key in keys()}
    if as_json:
        entries = {key: {"value": value, "origin": loaded.origins[key]} for key, value in values.items()}
        click.echo(json.dumps(entries, ensure_ascii=False))
        return
    width = max(map(len, values))
    for key, value in values.items():
        click.echo(f"{key:{width}}  {_shown(value)}  ({loaded.origins[key]})")
        if explain:
            click.echo(f"{'':{width}}  {documentation(key)}")


def _shown(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value)
