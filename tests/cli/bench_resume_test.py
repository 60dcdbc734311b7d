# SPDX-License-Identifier: Apache-2.0
"""bench killed by signal 9 and run again with --resume is the run that was never killed.

usage: bench_resume_test.py BINARY ROOT [SEED]
SEED draws the moments of the kills; drawn and printed when not given.
"""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SEED = int(sys.argv.pop(3)) if len(sys.argv) > 3 else random.SystemRandom().randrange(10**6)
ROOT = sys.argv.pop(2)
BINARY = os.path.abspath(sys.argv.pop(1))
LAST_SEED = 14
KILLS = 5
# Of the machine and the moment, not of what was found out.
OF_THE_CALL = ("run_id", "wall_s", "cpu_s", "started", "machine")


def without_call(value):
    if isinstance(value, dict):
        return {k: without_call(v) for k, v in value.items() if k not in OF_THE_CALL}
    return [without_call(v) for v in value] if isinstance(value, list) else value


class Resume(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.draw = random.Random(SEED)
        clean = {k: v for k, v in os.environ.items() if not k.startswith("WAVETANK_")}
        cls.env = {**clean, "WAVETANK_ROOT": ROOT}
        process = cls.start("whole")
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors

    @classmethod
    def start(cls, run, *words):
        return subprocess.Popen([BINARY, "bench", "--suite", "lite", "--agent", "random",
                                 "--seeds", f"1-{LAST_SEED}", "--threads", "2", "--out",
                                 str(cls.folder / run), *words], env=cls.env,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def complete(self, run, *words):
        process = self.start(run, *words)
        _, errors = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 0, errors)
        return errors

    def whole_lines(self, run):
        path = self.folder / run / "episodes.jsonl"
        return path.read_bytes().split(b"\n")[:-1] if path.exists() else []

    def kill_when(self, run, lines, *words):
        """SIGKILL soon after the file has so many lines; the whole lines it left, None if the run
        was faster than that."""
        process = self.start(run, *words)
        while process.poll() is None and len(self.whole_lines(run)) < lines:
            time.sleep(0.01)
        time.sleep(self.draw.uniform(0, 0.03))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=300)
        return self.whole_lines(run) if process.returncode == -signal.SIGKILL else None

    def check_equal(self, run, expected_run):
        lines, expected = self.whole_lines(run), self.whole_lines(expected_run)
        keys = [(e["scenario"], e["seed"]) for e in map(json.loads, lines)]
        self.assertEqual(len(set(keys)), len(keys), "an episode was counted twice")
        self.assertEqual(len(keys), len(expected))
        in_order = [sorted((json.dumps(without_call(json.loads(l)), sort_keys=True)
                            for l in part)) for part in (lines, expected)]
        self.assertEqual(in_order[0], in_order[1])
        documents = [without_call(json.loads((self.folder / r / "results.json").read_text()))
                     for r in (run, expected_run)]
        self.assertEqual(documents[0], documents[1])

    def kill_five_times(self, run, targets):
        """What the kills left; None if one came too late."""
        kept = []
        for number, target in enumerate(targets):
            left = self.kill_when(run, target, *(["--resume"] if number else []))
            if left is None:
                return None
            self.assertEqual(left[:len(kept)], kept, "a finished episode was lost")
            self.assertFalse((self.folder / run / "results.json").exists())
            kept = left
        return kept

    def test_an_interrupted_run_leaves_no_results_that_pass_for_the_whole(self):
        process = self.start("interrupted")
        while process.poll() is None and not self.whole_lines("interrupted"):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=300)
        if process.returncode == 0:
            self.skipTest("the run was faster than the interrupt")
        self.assertEqual(process.returncode, 130, errors)
        self.assertRegex(errors, r"interrupted after \d+ of \d+ episodes; .*--resume")
        self.assertFalse((self.folder / "interrupted/results.json").exists())
        self.complete("interrupted", "--resume")
        self.check_equal("interrupted", "whole")

    def test_five_kills_lose_no_finished_episode_and_count_none_twice(self):
        total = len(self.whole_lines("whole"))
        for attempt in range(5):
            run = f"killed-{attempt}"
            targets = sorted(self.draw.sample(range(int(total * 0.7)), KILLS))
            print(f"seed {SEED}: kills once {targets} of {total} episodes are written", flush=True)
            kept = self.kill_five_times(run, targets)
            if kept:
                break
        self.assertTrue(kept, "the kills come too late on this machine")
        errors = self.complete(run, "--resume")
        self.assertIn(f"{len(kept)} finished episodes are kept", errors)
        self.assertEqual(self.whole_lines(run)[:len(kept)], kept)
        self.check_equal(run, "whole")

    def test_a_torn_last_line_is_run_again(self):
        shutil.copytree(self.folder / "whole", self.folder / "torn")
        (self.folder / "torn/results.json").unlink()
        path = self.folder / "torn/episodes.jsonl"
        lines = self.whole_lines("torn")[:-100]
        path.write_bytes(b"\n".join(lines) + b"\n" + lines[-1][:len(lines[-1]) // 2])
        errors = self.complete("torn", "--resume")
        self.assertIn(f"{len(lines)} finished episodes are kept", errors)
        self.check_equal("torn", "whole")

    def test_an_episode_that_stands_twice_is_counted_once(self):
        shutil.copytree(self.folder / "whole", self.folder / "twice")
        (self.folder / "twice/results.json").unlink()
        path = self.folder / "twice/episodes.jsonl"
        lines = self.whole_lines("twice")
        other = json.dumps({**json.loads(lines[0]), "verdict": -1, "hash": "12"}).encode()
        path.write_bytes(b"\n".join([*lines, lines[5], other]) + b"\n")
        errors = self.complete("twice", "--resume")
        self.assertIn(f"{len(lines)} finished episodes are kept", errors)
        documents = [without_call(json.loads((self.folder / r / "results.json").read_text()))
                     for r in ("twice", "whole")]
        self.assertEqual(documents[0], documents[1])

    def test_a_second_process_on_the_same_folder_is_refused(self):
        # An agent that never answers holds the folder as long as it is asked to.
        words = [BINARY, "bench", "--suite", "hotel-calm", "--agent", "exec:sleep 600", "--seeds",
                 "1-2", "--threads", "1", "--out", str(self.folder / "held")]
        first = subprocess.Popen(words, env=self.env, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        while first.poll() is None and not (self.folder / "held/episodes.jsonl").exists():
            time.sleep(0.01)
        for more in ([], ["--resume"]):
            second = subprocess.run([*words, *more], env=self.env, capture_output=True, text=True,
                                    timeout=20)
            self.assertEqual((second.returncode, second.stdout), (4, ""), second)
            self.assertIn("is in use by another process", second.stderr)
            self.assertEqual(len(second.stderr.splitlines()), 1, second.stderr)
        first.kill()
        first.wait(timeout=60)
        quick = [w.replace("exec:sleep 600", "exec:exit 1") for w in words]
        (self.folder / "held/run.json").write_text(
            (self.folder / "held/run.json").read_text().replace("sleep 600", "exit 1"))
        freed = subprocess.run([*quick, "--resume"], env=self.env, capture_output=True, text=True,
                               timeout=60)
        self.assertEqual(freed.returncode, 12, freed)


if __name__ == "__main__":
    unittest.main()
