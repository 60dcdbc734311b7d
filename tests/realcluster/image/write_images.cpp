// SPDX-License-Identifier: Apache-2.0
// write_images APP|pause|killer=NAME PROGRAM OUT: for the tests that read back.
#include <cstdio>
#include <string>

#include "realcluster/image/app_images.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  if (std::string(argv[1]) == "pause") {
    const wt::Status written = wt::WritePauseImage(argv[2], argv[3]);
    if (!written) std::fprintf(stderr, "%s\n", written.error().Text().c_str());
    return written.ok() ? 0 : 1;
  }
  if (const std::string what = argv[1]; what.starts_with("killer=")) {
    const wt::Status written = wt::WriteKillerImages({what.substr(7), "b/a:1"}, argv[2], argv[3]);
    if (!written) std::fprintf(stderr, "%s\n", written.error().Text().c_str());
    return written.ok() ? 0 : 1;
  }
  const wt::Result<wt::App> app = wt::LoadApp(argv[1]);
  if (!app) {
    std::fprintf(stderr, "%s\n", app.error().Text().c_str());
    return 1;
  }
  for (const std::string& name : wt::AppImageNames(*app)) std::printf("%s\n", name.c_str());
  const wt::Status written = wt::WriteAppImages(*app, argv[2], argv[3]);
  if (!written) std::fprintf(stderr, "%s\n", written.error().Text().c_str());
  return written.ok() ? 0 : 1;
}
