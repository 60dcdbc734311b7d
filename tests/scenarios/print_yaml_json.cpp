// SPDX-License-Identifier: Apache-2.0
// Prints each given YAML file as one line of JSON, {"file": ..., "document": ...}, or
// {"file": ..., "error": ...}; lets schema_test.py see what the loader sees.
#include <iostream>
#include <nlohmann/json.hpp>

#include "scenarios/yaml.h"

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    nlohmann::json line = {{"file", arguments[i]}};
    const auto documents = wt::ReadYamlFile(arguments[i]);
    if (!documents) {
      line["error"] = documents.error().Text();
    } else if (documents->size() != 1) {
      line["error"] = "not one document";
    } else {
      line["document"] = *documents->front().value;
    }
    std::cout << line.dump() << "\n";
  }
  return 0;
}
