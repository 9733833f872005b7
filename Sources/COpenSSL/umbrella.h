// OpenSSL for Swift. Macros that Swift cannot see become functions here.
#pragma once
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
