#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Archives of images read by other code than wrote them: tarfile, hashlib, json.
Usage: read_back_test.py WRITE_IMAGES WAVETANK_SERVICE SOURCE_TREE"""
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import unittest

WRITE, PROGRAM, TREE = sys.argv[1:4]
HOTEL = os.path.join(TREE, "scenarios/apps/hotel")


def write(app, out, program=PROGRAM):
    return subprocess.run([WRITE, app, program, out], capture_output=True, text=True)


class Archive:
    def __init__(self, path):
        with tarfile.open(path) as tar:
            self.members = tar.getmembers()
            self.files = {m.name: tar.extractfile(m).read() for m in self.members if m.isfile()}

    def json(self, name):
        return json.loads(self.files[name])

    def blob(self, descriptor):
        algorithm, digest = descriptor["digest"].split(":")
        data = self.files[f"blobs/{algorithm}/{digest}"]
        assert hashlib.sha256(data).hexdigest() == digest
        assert len(data) == descriptor["size"]
        return data

    def images(self):
        """name -> (config, [layer bytes]), by the OCI side."""
        out = {}
        for entry in self.json("index.json")["manifests"]:
            manifest = json.loads(self.blob(entry))
            config = json.loads(self.blob(manifest["config"]))
            layers = [self.blob(layer) for layer in manifest["layers"]]
            out[entry["annotations"]["io.containerd.image.name"]] = (config, layers)
        return out


def tree_of(layers):
    """path -> TarInfo, of layers one over the other."""
    tree = {}
    for layer in layers:
        with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
            tree.update({m.name: m for m in tar.getmembers()})
    return tree


class ReadBack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = os.path.join(cls.folder.name, "hotel.tar")
        result = write(HOTEL, cls.path)
        assert result.returncode == 0, result.stderr
        cls.names = result.stdout.split()
        cls.archive = Archive(cls.path)
        cls.images = cls.archive.images()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_every_image_name_of_the_manifests_is_there(self):
        import yaml
        used = set()
        for file in sorted(os.listdir(HOTEL)):
            with open(os.path.join(HOTEL, file)) as text:
                for document in yaml.safe_load_all(text):
                    if document["kind"] == "Deployment":
                        pod = document["spec"]["template"]["spec"]
                        used |= {c["image"] for c in pod["containers"]}
        self.assertEqual(sorted(used), self.names)
        tags = {tag for image in self.archive.json("manifest.json") for tag in image["RepoTags"]}
        self.assertEqual(used, tags)

    def test_all_hashes_hold_and_nothing_is_left_over(self):
        reached = {"index.json", "manifest.json", "oci-layout", "repositories"}
        for entry in self.archive.json("index.json")["manifests"]:
            manifest = json.loads(self.archive.blob(entry))
            for part in [entry, manifest["config"], *manifest["layers"]]:
                self.archive.blob(part)
                reached.add("blobs/sha256/" + part["digest"][7:])
        self.assertEqual(reached, set(self.archive.files))
        self.assertEqual(self.archive.json("oci-layout"), {"imageLayoutVersion": "1.0.0"})

    def test_diff_ids_are_the_hashes_of_the_layers(self):
        for config, layers in self.images.values():
            hashes = ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers]
            self.assertEqual(config["rootfs"], {"type": "layers", "diff_ids": hashes})
            self.assertEqual(len(config["history"]), len(layers))

    def test_docker_sees_the_same_images(self):
        for image in self.archive.json("manifest.json"):
            config = self.archive.json(image["Config"])
            repo, tag = image["RepoTags"][0].rsplit(":", 1)
            full = "docker.io/" + ("" if "/" in repo else "library/") + repo + ":" + tag
            self.assertEqual(config, self.images[full][0])
            layers = [self.archive.files[path] for path in image["Layers"]]
            self.assertEqual(layers, self.images[full][1])
            top = self.archive.json("repositories")[repo][tag]
            self.assertEqual(image["Layers"][-1], "blobs/sha256/" + top)

    def test_the_program_stands_at_the_entry_point_and_at_the_commands_alone(self):
        config, layers = self.images["docker.io/wavetank/hotel-geo:1.4.0"]
        tree = tree_of(layers)
        self.assertEqual(config["config"]["Entrypoint"], ["/wavetank-service"])
        self.assertIn("WAVETANK_IMAGE=wavetank/hotel-geo", config["config"]["Env"])
        self.assertEqual(tree["wavetank-service"].mode, 0o755)
        links = {path: m.linkname for path, m in tree.items() if m.issym()}
        self.assertEqual(links, {"app/geo": "/wavetank-service", "bin/sh": "/wavetank-service"})
        self.assertEqual(tree["tmp"].mode, 0o1777)
        files = {path for path, m in tree.items() if m.isfile()}
        self.assertEqual(files, {"wavetank-service", "wavetank/app.json", "etc/passwd",
                                 "etc/group", "etc/nsswitch.conf"})

    def test_the_program_inside_is_the_one_given(self):
        layer = self.images["docker.io/library/mongo:6.0"][1][0]
        with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
            inside = tar.extractfile("wavetank-service").read()
            app = json.loads(tar.extractfile("wavetank/app.json").read())
        with open(PROGRAM, "rb") as file:
            self.assertEqual(inside, file.read())
        self.assertEqual(app["schema"], "wavetank.app/1")
        self.assertEqual(app["app"], "hotel")
        self.assertIn("frontend", [service["name"] for service in app["services"]])

    def test_images_share_the_layer_with_the_program(self):
        first = {layers[0] for _, layers in self.images.values()}
        self.assertEqual(len(first), 1)
        self.assertLess(os.path.getsize(self.path), 1.2 * os.path.getsize(PROGRAM) + 500_000)

    def test_two_runs_give_equal_bytes(self):
        again = os.path.join(self.folder.name, "again.tar")
        self.assertEqual(write(HOTEL, again).returncode, 0)
        with open(self.path, "rb") as one, open(again, "rb") as two:
            self.assertEqual(one.read(), two.read())

    def test_the_pause_image_holds_a_sandbox(self):
        path = os.path.join(self.folder.name, "pause.tar")
        self.assertEqual(write("pause", path).returncode, 0)
        config, layers = Archive(path).images()["wavetank.local/pause:1"]
        self.assertEqual(config["config"]["Entrypoint"], ["/wavetank-service", "pause"])
        self.assertNotIn("wavetank/app.json", tree_of(layers))

    def test_a_rogue_looks_like_the_program_that_its_image_names(self):
        path = os.path.join(self.folder.name, "killer.tar")
        name = "registry.internal/tools/pod-recycler:1.4.2"
        result = write("killer=" + name, path)
        self.assertEqual(result.returncode, 0, result.stderr)
        images = Archive(path).images()
        self.assertEqual(set(images), {name, "docker.io/b/a:1"})
        config, layers = images[name]
        self.assertEqual(config["config"]["Entrypoint"], ["/usr/local/bin/pod-recycler"])
        tree = tree_of(layers)
        self.assertEqual(tree["usr/local/bin/pod-recycler"].linkname, "run")
        self.assertEqual(tree["usr/local/bin/run"].mode, 0o755)
        self.assertNotIn("usr/local/bin/a", tree)
        self.assertNotEqual(write("killer=Bad:1", path).returncode, 0)

    def test_a_program_that_needs_libraries_is_refused(self):
        path = os.path.join(self.folder.name, "bad.tar")
        for program in ["/bin/ls", os.path.join(HOTEL, "config.yaml"), "/nowhere"]:
            result = write(HOTEL, path, program)
            self.assertEqual(result.returncode, 1)
            self.assertIn(program, result.stderr)
            self.assertFalse(os.path.exists(path))

    def test_commands_of_every_kind_of_container_are_found(self):
        app = os.path.join(self.folder.name, "odd.yaml")
        with open(app, "w") as file:
            file.write("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: init, image: busybox, command: [./setup, now], workingDir: /srv}]
      containers:
        - {name: web, image: "web:1", command: [/usr/bin/../bin/web]}
        - {name: bad, image: "Bad:1"}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: registry.example:5000/db
          livenessProbe: {exec: {command: [pg_isready]}}
""")
        path = os.path.join(self.folder.name, "odd.tar")
        result = write(app, path)
        self.assertEqual(result.returncode, 0, result.stderr)
        images = Archive(path).images()
        links = {name: {p for p, m in tree_of(layers).items() if m.issym()}
                 for name, (_, layers) in images.items()}
        self.assertEqual(links, {
            "docker.io/library/busybox:latest": {"bin/sh", "srv/setup"},
            "docker.io/library/web:1": {"bin/sh", "usr/bin/web"},
            "registry.example:5000/db:latest": {"bin/sh", "usr/local/bin/pg_isready"}})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
