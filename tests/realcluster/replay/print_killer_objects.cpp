// SPDX-License-Identifier: Apache-2.0
// print_killer_objects NAMESPACE ROGUE SELECTOR INTERVAL_S: one JSON object a line.
#include <cstdio>
#include <cstdlib>

#include "realcluster/replay/killer_objects.h"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  for (const std::string& object :
       wt::KillerObjects(argv[1], argv[2], argv[3], std::atof(argv[4]))) {
    std::printf("%s\n", object.c_str());
  }
}
