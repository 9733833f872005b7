// libarchive for Swift: Cabinet is read here, pax tar is read and written.
#pragma once
#include <archive.h>
#include <archive_entry.h>
