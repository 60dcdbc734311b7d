// SPDX-License-Identifier: Apache-2.0
// Files of commands are read and written as everybody's are.
#pragma once

#include "sim/api/file_io.h"
