# SPDX-License-Identifier: Apache-2.0
# cmake -DIN=schema.tsv -DOUT=schema_rows.inc -P schema_rows.cmake
# One C++ initialiser of nine strings for each line of the table but the first.
file(STRINGS ${IN} lines)
list(POP_FRONT lines)
set(rows "// Made from schema.tsv by schema_rows.cmake.\n")
foreach(line IN LISTS lines)
  string(REPLACE "\t" "\", \"" cells "${line}")
  string(APPEND rows "{\"${cells}\"},\n")
endforeach()
file(WRITE ${OUT} "${rows}")
