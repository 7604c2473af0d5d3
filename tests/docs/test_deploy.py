"""What lies in deploy/ is checked by the linter of its kind; nothing here starts a container or a server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from web.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
SCRIPTS = Path(sys.executable).parent


def _passes(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_hadolint_passes_the_dockerfile() -> None:
    _passes(SCRIPTS / "hadolint", DEPLOY / "Dockerfile")


def test_torch_is_in_the_build_stage_alone() -> None:
    stages = re.split(r"^FROM ", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    with_torch = [stage for stage in stages if re.search(r"^(?!#).*(torch|\.\[build\])", stage, re.MULTILINE)]
    assert [stage.split(" AS ")[1].split()[0] for stage in with_torch] == ["builder"]


def test_every_folder_that_the_image_needs_is_copied() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE))
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    assert copied == {name.removesuffix("*") for name in packages["find"]["include"]}


def test_the_last_stage_runs_without_rights_and_asks_for_its_health() -> None:
    last = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    assert "USER 10001:10001" in last
    assert "HEALTHCHECK" in last


def test_the_compose_file_follows_the_compose_specification() -> None:
    _passes(SCRIPTS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")


def test_the_kubernetes_manifest_follows_the_schemas_of_kubernetes() -> None:
    _passes(SCRIPTS / "kubernetes-validate", "--strict", DEPLOY / "kubernetes.yaml")


def test_gixy_finds_nothing_dangerous_in_the_nginx_configuration() -> None:
    _passes(SCRIPTS / "gixy", DEPLOY / "nginx.conf")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
@pytest.mark.parametrize("name", ["footnote.service", "footnote-index.service", "footnote-index.timer"])
def test_systemd_reads_the_unit(name: str) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(DEPLOY / "systemd" / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    # The command that it starts is not on this machine, and must be the only thing that is missed.
    missed = [line for line in done.stderr.splitlines() if f"/{name}:" in line or line.startswith(f"{name}:")]
    assert [line for line in missed if "is not executable" not in line] == []


def test_the_settings_of_the_manifest_start_in_production() -> None:
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")))
    text = next(each for each in documents if each["kind"] == "ConfigMap")["data"]["footnote.toml"]
    _is_production(tomllib.loads(text))


def test_the_settings_of_the_compose_file_start_in_production() -> None:
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["footnote"]
    assert load_settings(environ=service["environment"]).settings.mode == "production"


def test_the_settings_that_the_guide_shows_start_in_production() -> None:
    guide = (ROOT / "docs" / "howto" / "deploy.md").read_text(encoding="utf-8")
    found = re.search(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert found
    _is_production(tomllib.loads("\n".join(line.strip() for line in found[1].splitlines())))


def _is_production(values: dict[str, object]) -> None:
    assert load_settings(flags=values).settings.mode == "production"
