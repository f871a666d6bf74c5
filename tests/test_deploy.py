"""compose.yaml and the Kubernetes manifests: by their schemas, and against what the service really has.

No container engine runs here: nothing of it was ever started by a test.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from service.assistant import Assistant
from service.http.app import create_app
from service.settings import Settings
from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = ROOT / "compose.yaml"
FILES = [COMPOSE, *sorted(path for path in (ROOT / "deploy").rglob("*") if path.is_file())]
MANIFESTS = sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
KUBERNETES = "1.31"
"""The oldest version that the manifests are for."""
SETTINGS = {f"KILDE_{name.upper()}" for name in Settings.model_fields}


def compose() -> dict[str, Any]:
    loaded = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def objects() -> list[tuple[str, dict[str, Any]]]:
    """Every object of the manifests, with a name for it."""
    return [
        (f"{path.stem}/{one['kind']}/{one['metadata'].get('name', '')}", one)
        for path in MANIFESTS
        for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]


def pods() -> Iterator[dict[str, Any]]:
    """The pods that Kilde runs in."""
    for _, one in objects():
        if one["kind"] in {"Deployment", "Job"}:
            yield one["spec"]["template"]["spec"]


def images() -> list[str]:
    """Every image that is named."""
    found = [service["image"] for service in compose()["services"].values()]
    found += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    found += re.findall(r"image: (\S+)", "".join(path.read_text(encoding="utf-8") for path in MANIFESTS))
    return [re.sub(r"^\$\{\w+:-(.+)\}$", r"\1", name) for name in found]


def test_compose_file_fits_its_schema() -> None:
    """The Compose specification's own schema, as check-jsonschema brings it along."""
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", COMPOSE]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("name", "manifest"), objects(), ids=lambda value: value if isinstance(value, str) else "")
def test_manifest_fits_its_schema(name: str, manifest: dict[str, Any]) -> None:
    """Kubernetes' own schemas, strictly: a field that does not exist is an error."""
    kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_variable_is_a_setting(path: Path) -> None:
    """What is called KILDE_… exists."""
    assert set(re.findall(r"KILDE_[A-Z_]+", path.read_text(encoding="utf-8"))) <= SETTINGS


def test_nothing_has_a_default_password() -> None:
    """Passwords, keys and tokens come from outside, or are empty and switch something off."""
    text = COMPOSE.read_text(encoding="utf-8")
    secret = re.findall(r"\$\{(\w*(?:PASSWORD|KEYS?|SECRET|TOKEN)\w*)(:?[-?][^}]*)?\}", text)
    assert {name for name, _ in secret} >= {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "QDRANT_API_KEY", "KILDE_API_KEYS"}
    assert [(name, default) for name, default in secret if default != ":-" and not default.startswith(":?")] == []
    example = (ROOT / "deploy/compose/env.example").read_text(encoding="utf-8")
    assert re.findall(r"^\w*(?:PASSWORD|KEYS?|SECRET|TOKEN)\w*=(.*)$", example, re.MULTILINE) == [""] * 4
    for _, one in objects():
        if one["kind"] == "Secret":
            assert all(re.search(r"…", value) for value in one["stringData"].values())


@pytest.mark.parametrize("image", sorted(set(images())))
def test_images_are_pinned(image: str) -> None:
    """Each image has a tag with at least a major, a minor and a patch number."""
    assert re.search(r":v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)*$", image), image


def test_probes_ask_what_exists(seeds_assistant: Assistant) -> None:
    """The paths of the probes, and of what the ingress and Prometheus are told, are the application's, on its port."""
    app = create_app(seeds_assistant)
    exposed = re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    assert exposed == [str(Settings.model_fields["port"].default)]
    paths = set(app.openapi()["paths"])
    ports = []
    for pod in pods():
        for container in pod["containers"]:
            ports += [port["containerPort"] for port in container.get("ports", [])]
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                if probe in container:
                    asked = container[probe]["httpGet"]
                    assert asked["path"] in paths
                    assert asked["port"] in {port["name"] for port in container["ports"]}
    assert {str(port) for port in ports} == set(exposed)
    caddy = (ROOT / "deploy/compose/Caddyfile").read_text(encoding="utf-8")
    for text in (COMPOSE.read_text(encoding="utf-8"), DOCKERFILE):
        for port, path in re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+z)\b", text):
            assert port in exposed
            assert path in paths
    assert set(re.findall(r"(?:health_uri|path) (/\w+)", caddy)) <= paths


def test_the_proxy_knows_both_services() -> None:
    """Its upstreams are services of compose.yaml, each with a data folder of its own."""
    services = compose()["services"]
    caddy = (ROOT / "deploy/compose/Caddyfile").read_text(encoding="utf-8")
    upstreams = re.findall(r"([\w-]+):8000", caddy)
    assert upstreams == ["kilde-1", "kilde-2"]
    folders = [volume for name in upstreams for volume in services[name]["volumes"]]
    assert len(set(folders)) == 2
    named = {name for service in services.values() for name in service.get("depends_on", ())}
    assert named <= services.keys()


def test_pods_take_no_settings_from_services() -> None:
    """Kubernetes would tell every pod of the Service "kilde" in KILDE_PORT and others: no settings, and no port."""
    services = {one["metadata"]["name"] for _, one in objects() if one["kind"] == "Service"}
    assert "kilde" in services
    assert [pod.get("enableServiceLinks") for pod in pods()] == [False, False]


def test_user_and_folders_are_those_of_the_image() -> None:
    """Pods run as the image's user, and what it writes to is mounted: nothing else can be written."""
    user = re.search(r"useradd .*--uid (\d+) .*?(\w+) &&", DOCKERFILE)
    assert user is not None
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == [user[1]]
    data = re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE)
    assert f"KILDE_DATA_DIR={data[0]}" in DOCKERFILE
    written = {*data, "/tmp", f"/home/{user[2]}/.cache"}  # noqa: S108  # in the container
    for pod in pods():
        assert pod["securityContext"]["runAsUser"] == int(user[1])
        for container in pod["containers"]:
            mounts = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
            assert mounts == written
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert set(container.get("command", [])) <= {
                *re.findall(r'"([^"]+)"', DOCKERFILE.rsplit("CMD ", 1)[1]),
                "index",
                "build",
            }
    for name in ("kilde-1", "kilde-2", "index"):
        service = compose()["services"][name]
        mounts = {volume.split(":")[1] for volume in service["volumes"] if not volume.endswith(":ro")}
        assert mounts | {folder.split(":")[0] for folder in service["tmpfs"]} == written


def test_services_have_the_time_to_leave() -> None:
    """Nobody is killed before the time for draining and finishing answers is over, and ten seconds."""
    needed = sum(Settings.model_fields[name].default for name in ("drain_seconds", "shutdown_seconds")) + 10
    for name in ("kilde-1", "kilde-2"):
        assert int(compose()["services"][name]["stop_grace_period"].removesuffix("s")) >= needed
    for pod in pods():
        if pod.get("restartPolicy") != "OnFailure":
            assert pod["terminationGracePeriodSeconds"] >= needed


def test_what_is_configured_is_in_the_manifests() -> None:
    """Each of the parts that several replicas need has its setting, in Compose and in Kubernetes."""
    shared = {
        "KILDE_DATABASE_URL",
        "KILDE_INDEX_URL",
        "KILDE_INDEX_API_KEY",
        "KILDE_RATE_LIMIT_STORAGE",
        "KILDE_TRUSTED_PROXIES",
    }
    services = compose()["services"]
    assert all(shared <= services[name]["environment"].keys() for name in ("kilde-1", "kilde-2"))
    given = {key for _, one in objects() for part in ("data", "stringData") for key in one.get(part, ())}
    assert shared <= given
