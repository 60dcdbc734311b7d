# SPDX-License-Identifier: Apache-2.0
"""The files of a tree, and C++ text with what is no code blanked out."""
import os
import re
import subprocess
from dataclasses import dataclass, field
from functools import cached_property

SKIPPED_FOLDERS = {".git", "runs", "__pycache__"}
TEXT_LIMIT = 4_000_000


@dataclass
class File:
    path: str  # from the root, with slashes
    text: str

    @cached_property
    def lines(self):
        return self.text.split("\n")

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_cpp(self):
        return self.name.endswith((".cpp", ".h"))

    @property
    def is_script(self):
        return self.name.endswith((".py", ".sh")) or self.text.startswith("#!")

    @property
    def is_build(self):
        return self.name in ("CMakeLists.txt", "packages.txt") or self.name.endswith(".cmake")

    @property
    def is_source(self):
        return (self.is_cpp or self.is_script or self.is_build or
                self.name.endswith((".def", ".in", ".go", ".c")))

    @cached_property
    def code(self):
        """C++ without comments and the insides of literals; every line keeps its number."""
        return blank(self.text)

    @cached_property
    def code_lines(self):
        return self.code.split("\n")

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1


@dataclass
class Tree:
    root: str
    files: list = field(default_factory=list)

    def of(self, *folders):
        return [f for f in self.files if f.path.startswith(tuple(d + "/" for d in folders))]

    def cpp(self):
        return [f for f in self.files if f.is_cpp]


# A comment, a raw string, a string or a character; digits like 1'000 are no characters.
LITERALS = re.compile(
    r"//[^\n]*|/\*.*?\*/|R\"(?P<tag>[^(\s]{0,16})\(.*?\)(?P=tag)\"|"
    r"\"(?:\\.|[^\"\\\n])*\"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)


def blank(text):
    def spaces(match):
        inner = "".join("\n" if c == "\n" else " " for c in match.group()[1:-1])
        return match.group()[0] + inner + match.group()[-1]

    return LITERALS.sub(lambda m: spaces(m) if m.group()[0] in "\"'R" else
                        re.sub(r"[^\n]", " ", m.group()), text)


def string_literals(text):
    """(offset, content) of each string literal of C++ text."""
    for match in LITERALS.finditer(text):
        if match.group()[0] == '"':
            yield match.start(), match.group()[1:-1]


def listed_paths(root):
    git = ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached", "--others",
           "--exclude-standard"]
    if os.path.exists(root + "/.git"):
        out = subprocess.run(git, capture_output=True, check=True).stdout.decode()
        return [p for p in out.split("\0") if p and os.path.isfile(f"{root}/{p}")]
    paths = []
    for folder, folders, names in os.walk(root):
        folders[:] = [d for d in folders if d not in SKIPPED_FOLDERS and not d.startswith("build")]
        paths += [os.path.relpath(f"{folder}/{name}", root) for name in names]
    return paths


def read_tree(root):
    tree = Tree(root)
    for path in sorted(set(listed_paths(root))):
        with open(f"{root}/{path}", "rb") as file:
            data = file.read(TEXT_LIMIT)
        if b"\0" not in data:
            tree.files.append(File(path, data.decode("utf-8", "replace")))
    return tree
