# SPDX-License-Identifier: Apache-2.0
"""Memory of one call over many episodes is that of its worlds at once, not of its episodes.

usage: many_episodes_test.py BINARY ROOT EPISODES [DECISIONS]
Episodes of so many decisions (2; 0 for whole ones), 1,024 of them against EPISODES, by chunks and
by segments; prints what was measured.
"""
import json
import subprocess
import sys
import unittest

DECISIONS = int(sys.argv.pop(4)) if len(sys.argv) > 4 else 2
EPISODES = int(sys.argv.pop(3))
ROOT = sys.argv.pop(2)
BINARY = sys.argv.pop(1)
FEW = 1024
RESULT_MIB = 0.5 / 1024  # of one episode's request and result
GROWTH = 1.3  # worlds that grow leave their smaller blocks to the pool


def play(**settings):
    words = [f"{name}={value}" for name, value in settings.items()] + [f"max_steps={DECISIONS}"]
    ended = subprocess.run([BINARY, ROOT, *words], capture_output=True, text=True, timeout=1500)
    assert ended.returncode == 0, ended
    print(*words, ended.stdout.strip(), flush=True)
    return {**json.loads(ended.stdout), "stderr": ended.stderr}


class ManyEpisodes(unittest.TestCase):
    def check_bounded(self, **settings):
        few = play(episodes=FEW, threads=2, **settings)
        many = play(episodes=EPISODES, threads=2, **settings)
        self.assertEqual((few["episodes"], many["episodes"]), (FEW, EPISODES))
        self.assertEqual(many["errored"], 0)
        self.assertLess(many["peak_mib"],
                        few["peak_mib"] * GROWTH + (EPISODES - FEW) * RESULT_MIB)
        if many["wall_s"] > 8:  # a line every 5 s
            self.assertRegex(many["stderr"], rf"episodes \d+/{EPISODES} \d+%")
        return many

    def test_memory_is_that_of_the_worlds_at_once_whatever_the_number_of_episodes(self):
        chunks = self.check_bounded(mode="chunks")
        segments = self.check_bounded(mode="segments", alive=FEW, steps=1)
        self.assertEqual(chunks["hash"], segments["hash"])


if __name__ == "__main__":
    unittest.main()
