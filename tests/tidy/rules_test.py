# SPDX-License-Identifier: Apache-2.0
"""Each rule finds a file that breaks it, at its line, and leaves one that does not alone."""
import os
import shutil
import tempfile
import unittest

import rules
from tree import read_tree

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
HASH = "# SPDX-License-Identifier: Apache-2.0\n"
LONG_BODY = "void F() {\n" + "  g();\n" * 69 + "}\n"  # 71 lines

# rule, files that break it, where
BREAKS = [
    ("spdx", {"sim/a.h": "#pragma once\n"}, "sim/a.h:1"),
    ("spdx", {"tests/run": "#!/bin/bash\necho\n"}, "tests/run:2"),
    ("spdx", {"cmake/x.cmake": "\n" + HASH}, "cmake/x.cmake:1"),
    ("own_includes", {"agents/a.cpp": SPDX + '#include "sim/world.h"\n'}, "agents/a.cpp:2"),
    ("own_includes", {"agents/a.cpp": SPDX + '#  include "faults/all.h"\n'}, "agents/a.cpp:2"),
    ("own_includes", {"sim/api/a.h": SPDX + '#include "sim/world.h"\n'}, "sim/api/a.h:2"),
    ("own_includes", {"sim/a.h": SPDX + '\n#include "episodes/a.h"\n'}, "sim/a.h:3"),
    ("own_includes", {"learners/a.h": SPDX + '#include "sim/world.h"\n'}, "learners/a.h:2"),
    ("own_includes", {"sim/a.h": SPDX + '#include "b.h"\n'}, "sim/a.h:2"),
    ("own_includes", {"utils/a.h": SPDX}, "utils/a.h:1"),
    ("third_party_includes", {"cli/x.h": SPDX, "bench/a.cpp": SPDX + "#include <torch/torch.h>\n"},
     "bench/a.cpp:2"),
    ("third_party_includes", {"sim/a.cpp": SPDX + "#include <yaml-cpp/yaml.h>\n"}, "sim/a.cpp:2"),
    ("third_party_includes", {"sim/api/a_json.cpp": SPDX + "#include <nlohmann/json.hpp>\n"},
     "sim/api/a_json.cpp:2"),
    ("third_party_includes", {"sim/a.cpp": SPDX + "#include <absl/strings.h>\n"}, "sim/a.cpp:2"),
    ("heavy_headers", {"cli/a.cpp": SPDX + "#include <CLI/CLI.hpp>\n",
                       "cli/b.cpp": SPDX + "#include <CLI/CLI.hpp>\n"}, "cli/b.cpp:2"),
    ("json_header", {"cli/a.cpp": SPDX + "#include <nlohmann/json.hpp>\n"}, "cli/a.cpp:2"),
    ("json_header", {"cli/a_json.h": SPDX + "#include <nlohmann/json.hpp>\n"}, "cli/a_json.h:2"),
    ("spdx", {"realcluster/a.go": "package a\n"}, "realcluster/a.go:1"),
    ("line_length", {"sim/a.h": SPDX + "// " + "x" * 98 + "\n"}, "sim/a.h:2"),
    ("function_length", {"sim/a.cpp": SPDX + LONG_BODY}, "sim/a.cpp:2"),
    ("function_length", {"realcluster/a.go": SPDX + "func a() int { return 1 }\n\nfunc f() {\n" +
                         "\tg()\n" * 69 + "}\n"}, "realcluster/a.go:4"),
    ("function_length", {"sim/a.cpp": SPDX + "namespace wt {\nstruct S {\n  int v[2]{1, 2};\n" +
                         LONG_BODY + "};\n}\n"}, "sim/a.cpp:5"),
    ("function_length", {"sim/a.cpp": SPDX + "template <class T>\nbool operator==(T a,\n T b) " +
                         "{\n" + "  if (a) { }\n" * 70 + "}\n"}, "sim/a.cpp:2"),
    ("function_length", {"tests/a_test.cpp": SPDX + "TEST(A, B) {\n" + '  F("}");\n' * 70 + "}\n"},
     "tests/a_test.cpp:2"),
    ("function_length", {"tests/a.py": HASH + "def f():\n" + "    g()\n" * 70}, "tests/a.py:2"),
    ("file_length", {"sim/a.cpp": SPDX + "\n" * 800}, "sim/a.cpp:801"),
    ("file_length", {"CMakeLists.txt": HASH + "\n" * 150}, "CMakeLists.txt:151"),
    ("readme", {"sim/a.h": SPDX}, "sim/README.md:1"),
    ("readme", {"sim/a.h": SPDX, "sim/README.md": "x\n" * 61}, "sim/README.md:61"),
    ("determinism", {"sim/a.cpp": SPDX + "\nauto x = std::exp(1);\n"}, "sim/a.cpp:3"),
    ("determinism", {"sim/a.cpp": SPDX + "double y = 1 + pow(x, 2);\n"}, "sim/a.cpp:2"),
    ("determinism", {"sim/a.h": SPDX + "std::unordered_map<int, int> m;\n"}, "sim/a.h:2"),
    ("determinism", {"sim/a.h": SPDX + "u64 h = std::hash<int>{}(1);\n"}, "sim/a.h:2"),
    ("determinism", {"sim/a.h": SPDX + "std::normal_distribution<> d;\n"}, "sim/a.h:2"),
    ("determinism", {"sim/b/a.cpp": SPDX + "int r = rand();\n"}, "sim/b/a.cpp:2"),
    ("determinism", {"sim/a.cpp": SPDX + "auto t = std::chrono::steady_clock::now();\n"},
     "sim/a.cpp:2"),
    ("determinism", {"sim/a.cpp": SPDX + "#include <random>\n"}, "sim/a.cpp:2"),
    ("answers_in_agents", {"scenarios/catalog/x/wrong-port.yaml": "",
                           "agents/a.cpp": SPDX + 'auto s = "try wrong-port";\n'},
     "agents/a.cpp:2"),
    ("answers_in_agents", {"faults/a.cpp": SPDX + 'Kind k{.name = "pod-kill"};\n',
                           "agents/a.cpp": SPDX + '\nauto s = "pod-kill";\n'}, "agents/a.cpp:3"),
    ("answers_in_agents", {"scenarios/apps/hotel/all.yaml":
                           "kind: Service\nmetadata: {name: profile}\n",
                           "agents/a.cpp": SPDX + 'auto s = "service/profile";\n'},
     "agents/a.cpp:2"),
    ("machine_paths", {"docs/a.md": "x\nin /ho" + "me/me/x\n"}, "docs/a.md:2"),
    ("machine_paths", {"sim/a.cpp": SPDX + 'auto p = "/tm' + 'p/x";\n'}, "sim/a.cpp:2"),
    ("promises", {"sim/a.cpp": SPDX + "// TO" + "DO: more\n"}, "sim/a.cpp:2"),
    ("promises", {"tests/a.py": HASH + "# good enough for no" + "w\n"}, "tests/a.py:2"),
]

# What looks like a break and is none: no rule may find anything here.
CLEAN = {
    "CMakeLists.txt": HASH,
    "agents/README.md": "read policy.h first\n",
    "agents/policy.cpp": SPDX + '#include "agents/policy.h"\n#include "sim/api/action.h"\n'
                         '#include <boost/beast/core.hpp>\nauto s = "the user\'s profile";\n',
    "cli/README.md": "read main.cpp first\n",
    "cli/a_json.cpp": SPDX + "#include <nlohmann/json.hpp>\n",
    "cli/b.h": SPDX + "#include <nlohmann/json_fwd.hpp>\n#include <CLI/CLI.hpp>\n",
    "scenarios/README.md": "read scenario.h first\n",
    "scenarios/a.h": SPDX,
    "scenarios/apps/hotel/all.yaml": "kind: Service\nmetadata: {name: profile}\n---\nx: [\n",
    "sim/README.md": "read run_world.cpp first\n",
    "sim/a.cpp": SPDX + '#include <cmath>\n#include <sys/mman.h>\n#include "schema_rows.inc"\n'
                 '#include <Random123/philox.h>\n#include "sim/api/result.h"\n'
                 "// std::exp( and rand() in a comment\n"
                 'const char* a = "std::exp(rand())";\nauto b = s.log(1) + Exp2(2) + w.hash();\n'
                 "constexpr int n = 1'000 + 'x';\n"
                 "const std::array kRows{\n" + '    Row{"}", F(1)},\n' * 80 + "};\n"
                 "void A() {\n" + "  g();\n" * 68 + "}\n"
                 "void B() {\n" + "  g();\n" * 68 + "}\n",
    "sim/b.h": SPDX + "struct S {\n  bool operator==(const S&) const = default;\n" +
               "  int Get() const { return 1; }\n" * 75 + "};\n",
    "tests/README.md": "tests/run\n",
    "tests/a_test.cpp": SPDX + "#include <nlohmann/json.hpp>\n#include <gtest/gtest.h>\n",
    "tests/run": "#!/usr/bin/env bash\n" + HASH,
}


class Rules(unittest.TestCase):
    def findings(self, files):
        root = tempfile.mkdtemp(prefix="wavetank-")
        self.addCleanup(shutil.rmtree, root)
        for path, text in files.items():
            os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
            with open(f"{root}/{path}", "w") as file:
                file.write(text)
        tree = read_tree(root)
        return {(rule.__name__, f"{path}:{line}")
                for rule, _ in rules.RULES for path, line, _ in rule(tree)}

    def test_each_break_is_found_at_its_line(self):
        for rule, files, place in BREAKS:
            with self.subTest(rule=rule, place=place):
                self.assertIn((rule, place), self.findings(files))

    def test_what_only_looks_like_a_break_is_left_alone(self):
        self.assertEqual(self.findings(CLEAN), set())

    def test_every_rule_has_a_break_here(self):
        self.assertEqual({rule.__name__ for rule, _ in rules.RULES}, {row[0] for row in BREAKS})


if __name__ == "__main__":
    unittest.main(verbosity=2)
