// libcurl for Swift: the variadic calls, given one typed function for each kind of argument.
#pragma once
#include <curl/curl.h>
