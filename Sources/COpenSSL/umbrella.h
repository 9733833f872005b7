// OpenSSL for Swift. Macros that Swift cannot see become functions here.
#pragma once
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// Stacks: the functions of a stack are macros.

static inline STACK_OF(X509) *openssl_shim_certificates_new(void) {
  return sk_X509_new_null();
}

static inline void openssl_shim_certificates_free(STACK_OF(X509) *stack) {
  sk_X509_pop_free(stack, X509_free);
}

// Takes the certificate over when it answers more than 0.
static inline int openssl_shim_certificates_push(STACK_OF(X509) *stack, X509 *certificate) {
  return sk_X509_push(stack, certificate);
}

// 0 for NULL.
static inline int openssl_shim_certificates_count(const STACK_OF(X509) *stack) {
  return stack ? sk_X509_num(stack) : 0;
}

static inline X509 *openssl_shim_certificates_get(const STACK_OF(X509) *stack, int index) {
  return sk_X509_value(stack, index);
}

// 0 for NULL.
static inline int openssl_shim_signers_count(const STACK_OF(CMS_SignerInfo) *stack) {
  return stack ? sk_CMS_SignerInfo_num(stack) : 0;
}

static inline CMS_SignerInfo *openssl_shim_signers_get(const STACK_OF(CMS_SignerInfo) *stack, int index) {
  return sk_CMS_SignerInfo_value(stack, index);
}

// Key generation is variadic below its macro.
static inline EVP_PKEY *openssl_shim_generate_p256(void) {
  return EVP_EC_gen("P-256");
}

// Results that are macros over BIO_ctrl and over unions.

// The bytes stay valid until the BIO is written or freed.
static inline long openssl_shim_memory_bytes(BIO *memory, char **bytes) {
  return BIO_get_mem_data(memory, bytes);
}

// Flags of text that RFC 2253 asks for, with UTF-8 as it is.
static inline unsigned long openssl_shim_name_flags(void) {
  return XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
}
