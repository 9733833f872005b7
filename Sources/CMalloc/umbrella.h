// What Glibc's module leaves out: the settings of its memory allocator.
#pragma once
#include <malloc.h>
