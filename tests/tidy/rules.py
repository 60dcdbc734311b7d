# SPDX-License-Identifier: Apache-2.0
"""The house rules that a machine can check. A rule is a function that yields (file, line, what);
RULES at the end is the table of them, with the remedy that is printed beside a finding."""
import ast
import re

import yaml
from include_table import ALL, FOLDERS, LIBRARIES, ONE_FILE_ONLY, SYSTEM
from tree import string_literals

LINE_COLUMNS = 100
FUNCTION_LINES = 70
FILE_LINES = 800
ROOT_CMAKE_LINES = 150
README_LINES = 60
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"\n]+)[>\"]", re.M)


def spdx(tree):
    for file in tree.files:
        if not file.is_source:
            continue
        first = 1 if file.text.startswith("#!") else 0
        line = file.lines[first] if len(file.lines) > first else ""
        if not re.match(r"(//|#) SPDX-License-Identifier: Apache-2\.0$", line):
            yield file.path, first + 1, "no SPDX line"


def includes(file):
    for match in INCLUDE.finditer(file.text):
        yield file.line_of(match.start()), match.group(1) == '"', match.group(2)


def folder_of(path):
    """The row of the include table that a file or header belongs to, or None."""
    names = [name for name in FOLDERS if path.startswith(name + "/")]
    return max(names, key=len, default=None)


def library_of(header):
    for name, beginnings in LIBRARIES.items():
        if header.startswith(tuple(beginnings)):
            return name
    return None


def may_include(folder, header):
    allowed = FOLDERS[folder][0]
    return allowed == ALL or header.startswith(tuple(d + "/" for d in [folder, *allowed]))


def own_includes(tree):
    for file in tree.cpp():
        folder = folder_of(file.path)
        if folder is None:
            yield file.path, 1, "C++ in a folder that the table does not name"
            continue
        for line, is_own, header in includes(file):
            if not is_own or header.endswith(".inc"):  # .inc: generated beside the object file
                continue
            if folder_of(header) is None:
                yield file.path, line, f'"{header}" does not begin at the root of the tree'
            elif not may_include(folder, header):
                yield file.path, line, f"{folder} may not include {header}"


def third_party_includes(tree):
    for file in tree.cpp():
        folder = folder_of(file.path)
        for line, is_own, header in includes(file):
            if folder is None or is_own or header == "nlohmann/json_fwd.hpp":
                continue
            library = library_of(header)
            allowed = FOLDERS[folder][1]
            if library is None and "/" in header and not header.startswith(tuple(SYSTEM)):
                yield file.path, line, f"<{header}> belongs to no library of the table"
            elif library not in (None, "fmt", *allowed) and allowed != ALL:
                yield file.path, line, f"{folder} may not include <{header}>"


def heavy_headers(tree):
    for beginning in ONE_FILE_ONLY:
        hits = [(file.path, line, header) for file in tree.cpp()
                for line, _, header in includes(file)
                if header.startswith(beginning) and not file.path.startswith("tests/")]
        first = {}  # of each binary: what a program of its own includes is no cost of another
        for path, line, header in hits:
            program = "realcluster/service" if path.startswith("realcluster/service/") else ""
            if first.setdefault(program, path) != path:
                yield path, line, f"<{header}> is included in {first[program]} already"


def json_header(tree):
    for file in tree.cpp():
        if file.path.startswith("tests/") or file.name.endswith("_json.cpp"):
            continue
        for line, _, header in includes(file):
            if header.startswith("nlohmann/") and header != "nlohmann/json_fwd.hpp":
                yield file.path, line, f"<{header}> outside a *_json.cpp"


def line_length(tree):
    for file in tree.files:
        if not file.is_source:
            continue
        for number, line in enumerate(file.lines, 1):
            if len(line) > LINE_COLUMNS:
                yield file.path, number, f"{len(line)} columns"


NO_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|extern|concept)\b|"
                         r"^\s*template\s*<[^()]*>\s*(class|struct|union|concept)\b")


def opens_function(head):
    """Whether the text before a brace outside all functions is that of a function."""
    if "(" not in head or NO_FUNCTION.match(head):
        return False
    depth = 0
    for i, c in enumerate(head):
        depth += c in "(<["
        depth -= c in ")]" or (c == ">" and head[i - 1] != "-")
        if c == "=" and depth <= 0 and "operator" not in head[:i]:
            return False
    return True


def cpp_functions(code):
    """(first line, lines) of each function body, lambdas counted with the function around them."""
    head_start, depth, function = 0, 0, None
    line = 1
    for i, c in enumerate(code):
        if c == "\n":
            line += 1
        elif c == "{":
            if function is None and opens_function(code[head_start:i]):
                head = code[head_start:i]
                blank_lines = len(head) - len(head.lstrip())
                start = line - head.count("\n") + head[:blank_lines].count("\n")
                function = (depth, start)
            depth += 1
            head_start = i + 1
        elif c == "}":
            depth -= 1
            head_start = i + 1
            if function is not None and function[0] == depth:
                yield function[1], line - function[1] + 1
                function = None
        elif c == ";" and function is None:
            head_start = i + 1


def go_functions(text):
    """(first line, lines) of each function; gofmt puts its ends at the beginning of a line."""
    start = None
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("func "):
            start = number
        if start is not None and (line == "}" or line.startswith("func ") and line.endswith("}")):
            yield start, number - start + 1
            start = None


def function_length(tree):
    for file in tree.files:
        found = []
        if file.is_cpp or file.name.endswith(".c"):
            # Preprocessor lines would join the head of the next function.
            found = cpp_functions(re.sub(r"(?m)^[ \t]*#.*$", "", file.code))
        elif file.name.endswith(".go"):
            found = go_functions(file.text)
        elif file.name.endswith(".py"):
            found = [(node.lineno, node.end_lineno - node.lineno + 1)
                     for node in ast.walk(ast.parse(file.text))
                     if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
        for start, length in found:
            if length > FUNCTION_LINES:
                yield file.path, start, f"a function of {length} lines"


def file_length(tree):
    for file in tree.files:
        limit = ROOT_CMAKE_LINES if file.path == "CMakeLists.txt" else FILE_LINES
        length = file.text.count("\n")
        if file.is_source and length > limit:
            yield file.path, limit + 1, f"{length} lines, the limit is {limit}"


def readme(tree):
    by_path = {file.path: file for file in tree.files}
    folders = {f.path.split("/")[0] for f in tree.files if "/" in f.path and f.is_source}
    for folder in sorted(folders - {"cmake", "docs", ".ci"}):
        path = folder + "/README.md"
        if path not in by_path:
            yield path, 1, f"{folder}/ has no README.md"
        elif by_path[path].text.count("\n") > README_LINES:
            yield path, README_LINES + 1, f"more than one screen ({README_LINES} lines)"


# What gives different bits on different machines, or a different order in each run.
MATHS = (r"(exp|exp2|expm1|log|log2|log10|log1p|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|"
         r"tanh|cbrt|hypot|erf|tgamma|lgamma)f?")
NOT_IN_SIM = re.compile(
    r"std::" + MATHS + r"\b|(?<![\w.:>~])" + MATHS + r"\s*\(|"
    r"std::(\w+_distribution|unordered_\w+|hash\s*<|random_device|mt19937\w*|"
    r"default_random_engine)|"
    r"\b(rand|srand|drand48|random)\s*\(|"
    r"\b(steady_clock|system_clock|high_resolution_clock|gettimeofday|clock_gettime)\b|"
    r"#\s*include\s*<(random|unordered_map|unordered_set|chrono)>")


def determinism(tree):
    for file in tree.of("sim"):
        if not file.is_cpp:
            continue
        for number, line in enumerate(file.code_lines, 1):
            for match in NOT_IN_SIM.finditer(line):
                yield file.path, number, f"{match.group().strip()} in sim/"


def manifest_services(file):
    try:
        for document in yaml.safe_load_all(file.text):
            items = document.get("items", [document]) if isinstance(document, dict) else []
            for item in items:
                if isinstance(item, dict) and item.get("kind") == "Service":
                    yield item.get("metadata", {}).get("name")
    except yaml.YAMLError:
        return  # the loader's tests are about broken manifests


def answer_words(tree):
    """Ids of faults and scenarios, names of apps and of their Services."""
    words = set()
    for file in tree.of("scenarios/catalog"):
        if file.name.endswith(".yaml"):
            words.add(file.name[:-len(".yaml")])
    for file in tree.of("scenarios/apps"):
        words.add(file.path.split("/")[2])
        if file.name.endswith((".yaml", ".yml", ".json")):
            words.update(manifest_services(file))
    for file in tree.of("faults"):
        if file.is_cpp:
            words.update(re.findall(r"\.(?:name|id) = \"([a-z0-9-]+)\"", file.text))
    return words - {None}


def answers_in_agents(tree):
    words = answer_words(tree)
    for file in tree.of("agents"):
        if not file.is_cpp:
            continue
        for offset, literal in string_literals(file.text):
            tokens = re.findall(r"[a-z0-9][a-z0-9-]*", literal.lower())
            known = {literal, literal.split("/")[-1], *(t for t in tokens if "-" in t)} & words
            for word in sorted(known):
                yield file.path, file.line_of(offset), f'"{word}" is the name of an answer'


MACHINE_PATH = re.compile(r"(?<![\w.])/(?:wo[r]k|fa[r]m|ho[m]e/\w+|tm[p])/")


def machine_paths(tree):
    for file in tree.files:
        if file.name.endswith((".yaml", ".yml", ".json", ".jsonl")):
            continue  # paths inside containers
        for number, line in enumerate(file.lines, 1):
            if match := MACHINE_PATH.search(line):
                yield file.path, number, f"the path {match.group()}... of one machine"


PROMISE = re.compile(r"\bTO[D]O\b|\bFIX[M]E\b|\bXX[X]\b|(?i:not (yet )?imp[l]emented|"
                     r"placeh[o]lder|\bfor no[w]\b)")


def promises(tree):
    for file in tree.files:
        if not file.is_source:
            continue
        for number, line in enumerate(file.lines, 1):
            if match := PROMISE.search(line):
                yield file.path, number, f"'{match.group()}'"


RULES = [
    (spdx, "begin the file with SPDX-License-Identifier: Apache-2.0 (after #! if there is one)"),
    (own_includes, "move the code to a folder that may, or pass what it needs through sim/api; "
                   "the table is tests/tidy/include_table.py"),
    (third_party_includes, "put it behind a header of a folder that may; "
                           "the table is tests/tidy/include_table.py"),
    (heavy_headers, "it costs seconds of compile time: call a function of that one file"),
    (json_header, "declare in a header with nlohmann/json_fwd.hpp, define in a *_json.cpp"),
    (line_length, f"break the line at {LINE_COLUMNS} columns"),
    (function_length, f"a function has at most {FUNCTION_LINES} lines: name its parts"),
    (file_length, "which two ideas are in it? make a file of each"),
    (readme, "say how a thing travels through the folder and which file to read first"),
    (determinism, "use sim's own maths, counter-based streams, sorted containers and world time"),
    (answers_in_agents, "an agent sees kinds and numbers; names come from the observation"),
    (machine_paths, "find it from the tree, the environment or a temporary folder"),
    (promises, "finish it, or say it on the issue and delete the line"),
]
