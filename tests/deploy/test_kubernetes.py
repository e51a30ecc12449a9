"""The manifests are valid by Kubernetes' schemas, and agree with each other and with the server.

kubernetes-validate contains the schemas of Kubernetes. Those of the Prometheus operator and KServe are not available
offline, so this file lists the fields that their resources must have.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from lenet_server.settings import PREFIX, Settings, parse
from tests.conftest import ROOT

KUBERNETES = ROOT / "deploy/kubernetes"
# The oldest and the newest supported version.
VERSIONS = ("1.29", "1.37")
BUILT_IN = ("v1", "apps/v1", "policy/v1", "autoscaling/v2", "networking.k8s.io/v1")
NO_MANIFESTS = ("kustomization.yaml", "adapter-values.yaml")
# Required fields of custom resources, by path.
CUSTOM = {
    "ServiceMonitor": ("spec.selector.matchLabels", "spec.endpoints.0.port", "spec.jobLabel"),
    "ServingRuntime": ("spec.supportedModelFormats.0.name", "spec.containers.0.image", "spec.protocolVersions.0"),
    "InferenceService": ("spec.predictor.model.modelFormat.name", "spec.predictor.model.storageUri"),
}
Manifest = dict[str, Any]

needs_kubectl = pytest.mark.skipif(
    not shutil.which("kubectl"), reason="needs kubectl on the PATH, to render the overlay"
)


def manifests(folder: str) -> Iterator[tuple[Path, Manifest]]:
    for file in sorted((KUBERNETES / folder).rglob("*.yaml")):
        if file.name not in NO_MANIFESTS:
            yield file, yaml.safe_load(file.read_text())


def load(path: str) -> Manifest:
    loaded: Manifest = yaml.safe_load((KUBERNETES / path).read_text())
    return loaded


def validate(manifest: Manifest) -> None:
    for version in VERSIONS:
        kubernetes_validate.validate(manifest, version, strict=True)


def rendered(folder: str) -> list[Manifest]:
    done = subprocess.run(
        ["kubectl", "kustomize", KUBERNETES / folder], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def at(manifest: Any, path: str) -> Any:
    for step in path.split("."):
        manifest = manifest[int(step) if step.isdigit() else step]
    return manifest


def by_kind(of: list[Manifest]) -> dict[str, Manifest]:
    return {each["kind"]: each for each in of}


@needs_kubectl
@pytest.mark.parametrize("folder", ["base", "overlays/monitored"])
def test_rendered_manifests_are_valid(folder: str) -> None:
    for manifest in rendered(folder):
        if manifest["apiVersion"] in BUILT_IN:
            validate(manifest)
        else:
            assert all(at(manifest, path) for path in CUSTOM[manifest["kind"]])


def test_custom_resources_have_their_required_fields() -> None:
    found = [each for _, each in manifests(".") if each["apiVersion"] not in BUILT_IN]
    assert {each["kind"] for each in found} == set(CUSTOM)
    for manifest in found:
        assert all(at(manifest, path) for path in CUSTOM[manifest["kind"]])


def test_the_schemas_reject_an_invalid_manifest() -> None:
    deployment = load("base/deployment.yaml")
    deployment["spec"]["selector"] = {"matchLabels": {}}  # kustomize adds the labels
    validate(deployment)
    deployment["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]["grpc"] = {"prot": 50051}
    with pytest.raises(kubernetes_validate.ValidationError):
        validate(deployment)


def test_kustomizations_name_every_file() -> None:
    for file in KUBERNETES.rglob("kustomization.yaml"):
        kustomization = yaml.safe_load(file.read_text())
        named = {*kustomization["resources"], *(patch["path"] for patch in kustomization.get("patches", ()))}
        beside = {each.name for each in file.parent.glob("*.yaml") if each.name not in NO_MANIFESTS}
        assert {name for name in named if name.endswith(".yaml")} == beside


def test_an_update_leaves_no_gap_and_interrupts_no_call() -> None:
    spec = load("base/deployment.yaml")["spec"]
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert "replicas" not in spec  # each apply would overwrite the autoscaler's number
    pod = spec["template"]["spec"]
    pause = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert pod["terminationGracePeriodSeconds"] > pause + parse([], environment()).shutdown_grace_seconds


def test_pods_have_no_unneeded_rights() -> None:
    runtime = load("kserve/serving-runtime.yaml")["spec"]
    pod = load("base/deployment.yaml")["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    for security in (pod["securityContext"], runtime["containers"][0]["securityContext"]):
        assert security["runAsNonRoot"] is True
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert f"--uid {pod['securityContext']['runAsUser']} " in (ROOT / "Dockerfile").read_text()
    for container in (pod["containers"][0], runtime["containers"][0]):
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert set(container["resources"]["limits"]) == {"cpu", "memory"}


def environment() -> dict[str, str]:
    container = load("base/deployment.yaml")["spec"]["template"]["spec"]["containers"][0]
    return {each["name"]: each["value"] for each in container["env"]}


def test_ports_and_settings_match_the_server() -> None:
    settings = Settings()
    container = load("base/deployment.yaml")["spec"]["template"]["spec"]["containers"][0]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert ports == {"grpc": settings.port, "http": settings.http_port}
    assert container["readinessProbe"]["grpc"]["port"] == settings.port
    assert {each["name"]: each["port"] for each in load("base/service.yaml")["spec"]["ports"]} == ports
    kserve = load("kserve/serving-runtime.yaml")["spec"]["containers"][0]
    assert kserve["readinessProbe"]["grpc"]["port"] == kserve["ports"][0]["containerPort"] == settings.port
    fields = {PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    assert {each["name"] for each in container["env"] + kserve["env"]} <= fields


@needs_kubectl
def test_selectors_match_the_pods_and_prometheus_finds_the_job() -> None:
    found = by_kind(rendered("overlays/monitored"))
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"].items()
    for kind, path in {
        "Service": "spec.selector",
        "PodDisruptionBudget": "spec.selector.matchLabels",
        "NetworkPolicy": "spec.podSelector.matchLabels",
        "Deployment": "spec.selector.matchLabels",
    }.items():
        assert at(found[kind], path).items()
        assert at(found[kind], path).items() <= labels
    (callers,) = found["NetworkPolicy"]["spec"]["ingress"][0]["from"]
    assert callers == {
        "podSelector": {"matchExpressions": [{"key": "lenet-client", "operator": "In", "values": ["true"]}]}
    }
    monitor, service = found["ServiceMonitor"]["spec"], found["Service"]
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert service["metadata"]["labels"][monitor["jobLabel"]] == "lenet"
    assert monitor["endpoints"][0]["port"] in [each["name"] for each in service["spec"]["ports"]]
    scaled = found["HorizontalPodAutoscaler"]["spec"]
    assert scaled["scaleTargetRef"]["name"] == found["Deployment"]["metadata"]["name"]
    pods = next(each["pods"] for each in scaled["metrics"] if each["type"] == "Pods")
    (rule,) = load("overlays/monitored/adapter-values.yaml")["rules"]["custom"]
    assert pods["metric"]["name"] == rule["name"]["as"]
