# SPDX-License-Identifier: Apache-2.0
"""The published schema against files: it accepts the catalog and data/good, and refuses data/bad.

Usage: schema_test.py PRINTER REPOSITORY. Files are read by the loader's own YAML reader (PRINTER),
so that both judge the same values. Exit 77 (skipped) without python3-jsonschema.
"""
import glob
import json
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is missing: apt-get install python3-jsonschema")
    sys.exit(77)


def main():
    printer, root = sys.argv[1], sys.argv[2]
    with open(f"{root}/docs/scenario.schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    groups = {
        "catalog": sorted(glob.glob(f"{root}/scenarios/catalog/**/*.yaml", recursive=True)),
        "good": sorted(glob.glob(f"{root}/tests/scenarios/data/good/*.yaml")),
        "bad": sorted(glob.glob(f"{root}/tests/scenarios/data/bad/*.yaml")),
    }
    failures = 0
    for group, files in groups.items():
        assert files, group
        lines = subprocess.run([printer, *files], capture_output=True, text=True, check=True)
        for line in lines.stdout.splitlines():
            entry = json.loads(line)
            errors = [entry["error"]] if "error" in entry else [
                f"{'/'.join(map(str, e.absolute_path))}: {e.message}"
                for e in validator.iter_errors(entry["document"])]
            if bool(errors) != (group == "bad"):
                failures += 1
                print(f"{entry['file']}: {'accepted' if not errors else errors[0][:300]}")
        print(f"{group}: {len(files)} files")
    return 1 if failures else 0


sys.exit(main())
