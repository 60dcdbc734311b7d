# SPDX-License-Identifier: Apache-2.0
"""A testbed of its own for the tests of a class, and kubectl on it."""
import json
import subprocess


class ATestbed:
    """Goes before unittest.TestCase; `binary` is wavetank-real. up() starts it in setUpClass; it is
    taken down after the class, whatever came of it."""
    binary = ""

    @classmethod
    def call_testbed(cls, *words):  # unittest takes a name that begins with "test" for a test
        return subprocess.run([cls.binary, "testbed", *words], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=3600)

    @classmethod
    def up(cls, *flags):
        cls.addClassCleanup(cls.call_testbed, "down")
        ended = cls.call_testbed("up", *flags)
        if ended.returncode != 0:
            raise AssertionError(ended.stderr)
        cls.state = json.loads(cls.call_testbed("status", "--json").stdout)

    @classmethod
    def kubectl(cls, *words, text=""):
        wavekube = cls.state["cache_folder"] + "/bin/wavekube"
        call = [wavekube, "kubectl", "--kubeconfig", cls.state["kubeconfig"], *words]
        return subprocess.run(call, input=text, capture_output=True, text=True, timeout=120)

    @classmethod
    def say(cls, *words, text=""):
        """What kubectl prints; it must succeed."""
        ended = cls.kubectl(*words, text=text)
        if ended.returncode != 0:
            raise AssertionError(ended)
        return ended.stdout
