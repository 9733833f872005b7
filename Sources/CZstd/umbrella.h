// libzstd for Swift: documents of the catalogue are stored as Zstandard frames.
#pragma once
#include <zstd.h>
