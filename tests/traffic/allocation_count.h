// SPDX-License-Identifier: Apache-2.0
// How often this thread has called operator new.
#pragma once

namespace wt {
long AllocationCount();
}  // namespace wt
