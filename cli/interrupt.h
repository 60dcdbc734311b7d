// SPDX-License-Identifier: Apache-2.0
// Ctrl-C (SIGINT, SIGTERM): the first asks the command to finish what runs and to write what it
// has; the second ends the process at once with exit code 130.
#pragma once

namespace wt {

void InstallInterruptHandler();

// True after the first signal. Any thread; cheap enough to ask between episodes.
bool Interrupted();

}  // namespace wt
