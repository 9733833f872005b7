// zlib for Swift: the blocks of a Cabinet are raw deflate streams.
#pragma once
#include <zlib.h>
